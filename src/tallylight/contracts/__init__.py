"""The agreement as a program: one YAML document under a published schema says what is promised, and everything acts on it.

Promises: a contract is loaded whole or not at all, with every fault named by line and column; what was put in force is never
changed afterwards; what applied to an organisation at an instant is one query.
"""
