"""The address that answers go to: `desk+TOKEN@domain`, by which a conversation is found when its references are lost.

The token is the conversation's id with a signature, in letters and digits that survive servers which change their case. It finds
a conversation and proves nothing about whoever writes: it stands in every mail that goes out, and mails are passed on.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from tallylight.channels.doors import welcome
from tallylight.notify.api import bare

#: With 9 octets of signature the token has 40 characters: a local part holds 64 (RFC 5321 section 4.5.3.1.1).
SIGNED = 9


def address_of(conversation: UUID) -> str:
    """Where answers in this conversation go; empty if no mail comes in here."""
    local, _, domain = settings.DESK_ADDRESS.partition("@")
    return f"{local}+{token_of(conversation)}@{domain}" if domain else ""


def is_ours(address: str) -> bool:
    """Whether mail to this address comes to us."""
    return welcome(settings.DESK_ADDRESS, bare(settings.MAIL_FROM), settings.MAIL_ACCEPTED).takes(address)


def token_of(conversation: UUID) -> str:
    """The conversation's token."""
    return base64.b32encode(conversation.bytes + _signature(conversation)).decode().lower()


def conversation_in(addresses: Iterable[str]) -> UUID | None:
    """The first conversation that one of the addresses names with a signature of ours."""
    for each in addresses:
        local = each.rpartition("@")[0]
        found = read_token(local.partition("+")[2])
        if found:
            return found
    return None


def read_token(token: str) -> UUID | None:
    """Whose token it is; None if it is none of ours."""
    try:
        octets = base64.b32decode(token.upper())
    except (binascii.Error, ValueError):
        return None
    if len(octets) != 16 + SIGNED:
        return None
    conversation = UUID(bytes=octets[:16])
    return conversation if constant_time_compare(octets[16:], _signature(conversation)) else None


def _signature(conversation: UUID) -> bytes:
    return salted_hmac("tallylight.channels.tokens", conversation.bytes, algorithm="sha256").digest()[:SIGNED]
