"""From the octets of a mail (RFC 5322) and its envelope to an `Inbound`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses

from tallylight.channels.inbound import MAIL, Automatic, Contact, Inbound
from tallylight.channels.mail.automatic import kind_of
from tallylight.channels.mail.charsets import decoded, header, raw_headers, words
from tallylight.channels.mail.files import files_of
from tallylight.channels.mail.markup import as_text, harmless
from tallylight.channels.mail.quotes import newly_written
from tallylight.channels.mail.reports import MESSAGE_ID, bounce_of
from tallylight.channels.tokens import conversation_in

#: How much of a message is kept as its words, in characters; the original stays whole.
MOST_TEXT, MOST_SUBJECT, MOST_REFERENCES, MOST_PEOPLE, MOST_PARTS = 50_000, 500, 50, 50, 1_000
ADDRESS = re.compile(r"[^\s<>@,;:\"\\\x00-\x1f\x7f]{1,64}@[^\s<>@,;:\"\\\x00-\x1f\x7f]{1,255}")
#: Where servers write down whom they brought a message to.
DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To")


class Unreadable(ValueError):
    """It is no mail that anybody could answer."""


def read(raw: bytes, *, sender: str | None = None, recipients: Sequence[str] = ()) -> Inbound:
    """The mail as a value. `sender` and `recipients` are its envelope's; None: it is not known. Raises Unreadable."""
    message = message_from_bytes(raw, policy=compat32)
    contents = _Contents(message)
    author = _author(message)
    automatic = kind_of(message, null_sender=_null_sender(message, sender))
    named = [*_people(message, "To"), *_people(message, "Cc")]
    delivered = [each.address for name in DELIVERED for each in _people(message, name)]
    everybody = _once([*(each.lower() for each in recipients), *delivered, *(each.address for each in named)])
    return Inbound(
        channel=MAIL,
        message_id=next(_ids(message, "Message-ID"), ""),
        sender=author,
        recipients=everybody,
        copied=tuple(named[:MOST_PEOPLE]),
        subject=header(message, "Subject")[:MOST_SUBJECT],
        text=newly_written(contents.text)[:MOST_TEXT],
        html=harmless(contents.html[:MOST_TEXT]),
        files=files_of(contents.files),
        references=_once([*_ids(message, "References"), *_ids(message, "In-Reply-To")])[-MOST_REFERENCES:],
        automatic=automatic,
        bounce=bounce_of(message) if automatic is Automatic.REPORT else None,
        conversation=conversation_in(everybody),
    )


class _Contents:
    """Its text, its HTML, and the parts that are files. What is offered in several forms is taken in the first that serves."""

    def __init__(self, message: Message) -> None:
        texts, htmls, self.files = [], [], []
        for count, part in enumerate(_leaves(message)):
            if count >= MOST_PARTS:
                raise Unreadable("it has too many parts")
            if _is_file(part):
                self.files.append(part)
            elif part.get_content_type() == "text/html":
                htmls.append(_text_of(part))
            else:
                texts.append(_text_of(part))
        self.html = "\n".join(htmls)
        plain = "\n".join(each for each in texts if each.strip())
        self.text = plain or as_text(self.html)


def _leaves(message: Message) -> Iterator[Message]:
    """Its parts from the outside in; a message that is itself enclosed counts as one."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for each in message.get_payload():
            if isinstance(each, Message):
                yield from _leaves(each)
    else:
        yield message


def _is_file(part: Message) -> bool:
    disposition = (part.get_content_disposition() or "").lower()
    text = part.get_content_type() in ("text/plain", "text/html")
    return disposition == "attachment" or not text or bool(part.get_filename())


def _text_of(part: Message) -> str:
    data = part.get_payload(decode=True)
    return decoded(data, part.get_content_charset()) if isinstance(data, bytes) else ""


def _author(message: Message) -> Contact:
    """Who wrote it: the From line. Reply-To is where its answers should go, but says nothing of who somebody is."""
    found = _people(message, "From") or _people(message, "Sender")
    if not found:
        raise Unreadable("it names nobody who wrote it")
    return found[0]


def _people(message: Message, name: str) -> list[Contact]:
    values = list(raw_headers(message, name))[:MOST_PEOPLE]
    pairs = getaddresses(values)[: 4 * MOST_PEOPLE]
    return [Contact(address.lower(), words(shown)[:200]) for shown, address in pairs if ADDRESS.fullmatch(address)]


def _null_sender(message: Message, sender: str | None) -> bool:
    """Whether nothing may be sent back to its envelope (RFC 5321 section 4.5.5); servers keep it as the Return-Path."""
    if sender is not None:
        return sender in ("", "<>")
    return any(value.strip() == "<>" for value in raw_headers(message, "Return-Path"))


def _ids(message: Message, name: str) -> Iterator[str]:
    for value in raw_headers(message, name):
        yield from (found[:300] for found in MESSAGE_ID.findall(value))


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
