"""Writing messages: in the transaction of what caused them, once for each key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tallylight.notify.letter import MAIL, Recipient, Text
from tallylight.notify.models import Endpoint, Message
from tallylight.notify.patience import LIFETIME


def send(key: str, *, to: Recipient, content: Text, now: datetime, about: UUID | None = None) -> None:
    """Write a mail into the outbox, in the caller's transaction; it leaves right after the commit.

    `key` names what is being said to whom: a second call with the same key changes nothing, whatever it brings.
    `about` is the id of the subject (a ticket) under which `deliveries` finds it and mail programs thread it.
    """
    _write(key, to, content, now=now, about=about, endpoint=None)


def send_by(
    channels: Iterable[str], key: str, *, to: Recipient, content: Text, now: datetime, about: UUID | None = None
) -> None:
    """Write one message for each of the person's addresses on these channels; by mail if there is no other."""
    wanted = set(channels)
    endpoints = list(Endpoint.objects.filter(person_id=to.person_id, channel__in=wanted)) if to.person_id else []
    if MAIL in wanted or not endpoints:
        _write(key, to, content, now=now, about=about, endpoint=None)
    for endpoint in endpoints:
        _write(f"{key}:{endpoint.id}", to, content, now=now, about=about, endpoint=endpoint)


def _write(
    key: str, to: Recipient, content: Text, *, now: datetime, about: UUID | None, endpoint: Endpoint | None
) -> None:
    from tallylight.notify.jobs import enqueue

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
        created_at=now,
        next_at=now,
        expires_at=now + LIFETIME,
    )
    Message.objects.bulk_create([message], ignore_conflicts=True)
    if Message.objects.filter(pk=message.pk).exists():
        enqueue(message.pk)
