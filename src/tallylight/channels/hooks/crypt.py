"""AES-256-CBC with PKCS #7 padding (RFC 5652 section 6.3), as chat services use it for what they send. Pure."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tallylight.channels.hooks.errors import HookNotGenuine

BLOCK = 16


def decrypted(ciphertext: bytes, key: bytes, iv: bytes, *, padded_to: int = BLOCK) -> bytes:
    """What was said. Raises HookNotGenuine if it was not written with this key."""
    if not ciphertext or len(ciphertext) % BLOCK:
        raise HookNotGenuine
    reader = Cipher(AES(key), CBC(iv)).decryptor()
    plain = reader.update(ciphertext) + reader.finalize()
    padding = plain[-1]
    if not 1 <= padding <= padded_to or plain[-padding:] != bytes([padding]) * padding:
        raise HookNotGenuine
    return plain[:-padding]


def octets(text: str) -> bytes:
    """From Base64 (RFC 4648 section 4). Raises HookNotGenuine."""
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):
        raise HookNotGenuine from None
