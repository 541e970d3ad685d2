"""Reports of mail systems on what became of a message (RFC 3464, in the frame of RFC 6522). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from tallylight.channels.inbound import Bounce
from tallylight.channels.mail.charsets import header

MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")


def bounce_of(message: Message) -> Bounce | None:
    """What the report says of its first recipient; None if it says nothing of one."""
    fields = next((each for each in _status_fields(message) if header(each, "Action")), None)
    if fields is None:
        return None
    return Bounce(
        message_id=_original_id(message),
        action=header(fields, "Action").lower(),
        status=header(fields, "Status").partition(" ")[0],
        recipient=header(fields, "Final-Recipient").rpartition(";")[2].strip().lower()[:320],
        diagnostic=header(fields, "Diagnostic-Code").partition(";")[2].strip()[:500],
    )


def _status_fields(message: Message) -> Iterator[Message]:
    """The groups of fields of its machine-readable part: about the message, then about each recipient."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from (each for each in payload if isinstance(each, Message))


def _original_id(message: Message) -> str:
    """The Message-ID of what came back: from the message or its headers, that reports bring along."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                return _one_id(header(inner[0], "Message-ID"))
        if part.get_content_type() == "text/rfc822-headers":
            data = part.get_payload(decode=True)
            if isinstance(data, bytes):
                return _one_id(header(message_from_bytes(data, policy=compat32), "Message-ID"))
    return ""


def _one_id(value: str) -> str:
    found = MESSAGE_ID.search(value)
    return found.group() if found else ""
