"""From what a chat service says of a message to an `Inbound`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from tallylight.channels.hooks.errors import HookMalformed
from tallylight.channels.inbound import Automatic, Call, Contact, Inbound

#: In characters; the original stays whole.
MOST_TEXT, MOST_NAME, MOST_FILES, MOST_URL = 50_000, 200, 20, 1_000
#: A number as ITU-T E.164 has it once blanks and brackets are gone; within a company also short.
NUMBER = re.compile(r"\+?[0-9]{2,15}")
LONGEST_CALL_S = 7 * 24 * 3_600


def from_chat(channel: str, message_id: str, sender: Contact, text: str, files: Iterable[str]) -> Inbound:
    """A message of a chat. Files stay with the service: the words name them."""
    named = [f"[{each[:MOST_NAME]}]" for each in files if each][:MOST_FILES]
    return Inbound(
        channel=channel,
        message_id=message_id,
        sender=Contact(sender.address[:320], sender.name[:MOST_NAME]),
        recipients=(),
        copied=(),
        subject="",
        text="\n".join(each for each in (text[:MOST_TEXT], *named) if each),
        html="",
        files=(),
        references=(),
        automatic=Automatic.NO,
    )


def from_call(channel: str, message_id: str, call: Call) -> Inbound:
    """A telephone call: it has no words but a person's note."""
    return replace(from_chat(channel, message_id, Contact(call.number), call.note, ()), call=call)


def number(text: str) -> str:
    """A telephone number. Raises HookMalformed."""
    found = re.sub(r"[\s().\-/]", "", text[:40])
    if not NUMBER.fullmatch(found):
        raise HookMalformed
    return found


def web_address(text: str) -> str:
    """An address that may be shown as a link; empty if there is none. Raises HookMalformed."""
    if text and (urlsplit(text).scheme != "https" or len(text) > MOST_URL):
        raise HookMalformed
    return text
