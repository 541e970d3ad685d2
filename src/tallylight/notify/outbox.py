"""Writing messages: in the transaction of what caused them, once for each key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.notify.errors import TooMuchEnclosed
from tallylight.notify.letter import MAIL, Enclosure, Recipient, Text
from tallylight.notify.models import EnclosedFile, Endpoint, Message, MessageEnclosure
from tallylight.notify.patience import LIFETIME

#: What a mail carries at most, in octets: base64 makes it a third larger, and many servers take no more than 10 MB.
MOST_ENCLOSED = 7_000_000


def send(
    key: str, *, to: Recipient, content: Text, now: datetime, about: UUID | None = None, urgent: bool = False
) -> None:
    """Write a mail into the outbox, in the caller's transaction; it leaves right after the commit.

    `key` names what is being said to whom: a second call with the same key changes nothing, whatever it brings.
    `about` is the id of the subject (a ticket) under which `deliveries` finds it and mail programs thread it. What is `urgent`
    goes before everything that is not.
    Raises TooMuchEnclosed.
    """
    _write(key, to, content, now=now, about=about, endpoint=None, urgent=urgent)


def send_by(
    channels: Iterable[str], key: str, *, to: Recipient, content: Text, now: datetime, about: UUID | None = None
) -> None:
    """Write one message for each of the person's addresses on these channels; by mail if there is no other.

    Raises TooMuchEnclosed.
    """
    wanted = set(channels)
    endpoints = list(Endpoint.objects.filter(person_id=to.person_id, channel__in=wanted)) if to.person_id else []
    if MAIL in wanted or not endpoints:
        _write(key, to, content, now=now, about=about, endpoint=None)
    for endpoint in endpoints:
        _write(f"{key}:{endpoint.id}", to, content, now=now, about=about, endpoint=endpoint)


def _write(
    key: str,
    to: Recipient,
    content: Text,
    *,
    now: datetime,
    about: UUID | None,
    endpoint: Endpoint | None,
    urgent: bool = False,
) -> None:
    from tallylight.notify.jobs import wake

    _expect_bounded(content.enclosures)
    message = Message(
        key=key,
        about=about,
        person_id=to.person_id,
        endpoint=endpoint,
        channel=endpoint.channel if endpoint else MAIL,
        address="" if endpoint else to.address,
        locale=to.locale,
        subject=content.subject[:500],
        text=content.text,
        html=content.html,
        urgent=urgent,
        created_at=now,
        next_at=now,
        expires_at=now + LIFETIME,
    )
    with transaction.atomic(savepoint=False):
        Message.objects.bulk_create([message], ignore_conflicts=True)
        if content.enclosures and endpoint is None and Message.objects.filter(pk=message.pk).exists():
            _enclose(message, content.enclosures)
        wake(message.channel)


def _expect_bounded(enclosures: Sequence[Enclosure]) -> None:
    octets = sum(len(each.data) for each in enclosures)
    if octets > MOST_ENCLOSED:
        raise TooMuchEnclosed(octets=octets, most=MOST_ENCLOSED)


def _enclose(message: Message, enclosures: Sequence[Enclosure]) -> None:
    """Put files with a mail; what many get is kept once."""
    named = [(hashlib.sha256(each.data).hexdigest(), each) for each in enclosures]
    files = [EnclosedFile(sha256=sha256, data=each.data) for sha256, each in named]
    EnclosedFile.objects.bulk_create(files, ignore_conflicts=True)
    MessageEnclosure.objects.bulk_create(
        MessageEnclosure(message=message, place=place, name=each.name, media_type=each.media_type, file_id=sha256)
        for place, (sha256, each) in enumerate(named)
    )
