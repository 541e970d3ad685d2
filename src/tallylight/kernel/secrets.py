"""Tokens: random, shown once, kept hashed."""

from __future__ import annotations

import hashlib
import secrets

#: Prefixes let scanners of leaked secrets recognise a token of ours.
API_PREFIX = "tally_"


def new_token(prefix: str = API_PREFIX) -> str:
    """A token with 256 bits of chance."""
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """SHA-256 in hex. A plain hash suffices: the token is random, not a password that could be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
