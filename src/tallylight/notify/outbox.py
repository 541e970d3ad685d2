"""Writing messages: in the transaction of what caused them, once for each key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.notify import chain, ways
from tallylight.notify.errors import TooMuchEnclosed
from tallylight.notify.letter import MAIL, Enclosure, Recipient, State, Text, Thread
from tallylight.notify.models import EnclosedFile, Message, MessageEnclosure
from tallylight.notify.write import write

#: What a mail carries at most, in octets: base64 makes it a third larger, and many servers take no more than 10 MB.
MOST_ENCLOSED = 7_000_000

WAITING = (State.QUEUED.value, State.DEFERRED.value)


def send(
    key: str,
    *,
    to: Recipient,
    content: Text,
    now: datetime,
    about: UUID | None = None,
    urgent: bool = False,
    thread: Thread = Thread(),  # noqa: B008 - a frozen value
    not_before: datetime | None = None,
) -> None:
    """Write a mail into the outbox, in the caller's transaction; it leaves right after the commit, or at `not_before`.

    `key` names what is being said to whom: a second call with the same key changes nothing, whatever it brings.
    `about` is the id of the subject (a ticket) under which `deliveries` finds it and mail programs thread it; `thread` says
    more of where it stands. What is `urgent` goes before everything that is not. Raises TooMuchEnclosed.
    """
    _expect_bounded(content.enclosures)
    with transaction.atomic(savepoint=False):
        row = Message(key=key, about=about, urgent=urgent, channel=MAIL, address=to.address)
        row.reply_to, row.answers = thread.reply_to, thread.answers
        message = write(row, to, content, now=now, not_before=not_before)
        if content.enclosures and Message.objects.filter(pk=message.pk).exists():
            _enclose(message, content.enclosures)


def send_by(
    channels: Iterable[str],
    key: str,
    *,
    to: Recipient,
    content: Text,
    now: datetime,
    about: UUID | None = None,
    urgent: bool = False,
) -> None:
    """Write one message for each of the person's ways on these channels; by mail if there is no other.

    If none of them takes it within its time, the person's other ways are tried, one after the other. In the person's quiet
    hours nothing rings, unless it is `urgent` (major). Raises TooMuchEnclosed.
    """
    say(
        key,
        to,
        content,
        ways.at_once(ways.open_ways(to, urgent=urgent, now=now), channels),
        about,
        urgent=urgent,
        now=now,
    )


def reach(
    key: str, *, to: Recipient, content: Text, now: datetime, about: UUID | None = None, urgent: bool = False
) -> None:
    """Reach somebody by one of their ways: the first of their own order that takes it within its time.

    In the person's quiet hours that is mail, unless it is `urgent` (major). Raises TooMuchEnclosed.
    """
    say(key, to, content, ways.in_turn(ways.open_ways(to, urgent=urgent, now=now)), about, urgent=urgent, now=now)


def withdraw(keys: Iterable[str], *, now: datetime) -> int:
    """Take back messages that are not needed any more and have not left; how many. What is in somebody's hand goes out."""
    waiting = Message.objects.filter(key__in=list(keys), state__in=WAITING)
    ids = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return Message.objects.filter(pk__in=ids).update(state=State.WITHDRAWN, settled_at=now)


def say(
    key: str,
    to: Recipient,
    content: Text,
    stages: list[list[str]],
    about: UUID | None,
    *,
    urgent: bool,
    now: datetime,
) -> None:
    """Write a message by the ways of the first stage, and by those of the next where none takes it. Raises TooMuchEnclosed."""
    if stages == [[MAIL]]:
        send(key, to=to, content=content, now=now, about=about, urgent=urgent)
    else:
        _expect_bounded(content.enclosures)
        chain.start(key, to, content, stages, about=about, urgent=urgent, now=now)


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
