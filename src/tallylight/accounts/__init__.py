"""Organisations, people, roles, tokens and the audit trail: who is asking, and what they may see.

Promise: a customer sees its own organisation and nothing else, decided in `tenancy.py` and nowhere else.
"""
