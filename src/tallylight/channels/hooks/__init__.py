"""Chat and telephone services that call us over HTTP: each module knows one service's signature and its messages.

Every module has `CHANNEL` (of what it brings), `KEYS` (what the operator enters, all secret), `hear(hook, keys, now=…)`, which
checks who calls and says what is kept, and `read(raw)`, which makes an `Inbound` of that. They are pure; what is said is kept
before it is read.
"""
