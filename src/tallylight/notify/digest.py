"""Many messages of one kind to one person within a window become one.

The first goes at once, so that nobody learns late; what follows within the window is gathered and comes as one message at its
end, in the reader's language. While more keeps coming, so does one message a window. What is urgent is not gathered, unless its
sender says that one ringing speaks for all of a kind: then the first rings, and the rest comes by mail.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from tallylight.accounts import api as accounts
from tallylight.notify.compose import compose
from tallylight.notify.letter import MAIL, Recipient, Text
from tallylight.notify.models import Digest, DigestItem
from tallylight.notify.outbox import reach, send, send_by

WINDOW = timedelta(minutes=2)
#: How many matters one digest names; the rest it counts.
NAMED = 50
AT_ONCE = 100
Channels = tuple[str, ...] | None


def gather(
    kind: str,
    key: str,
    *,
    to: Recipient,
    content: Text,
    now: datetime,
    about: UUID | None = None,
    page: str = "",
    channels: Channels = None,
    window: timedelta = WINDOW,
    urgent: bool = False,
    rings_once: bool = False,
) -> None:
    """Say something to somebody who may be told many things of this `kind` (`ladder:{incident}`) at once.

    In the caller's transaction, once for each `key`. The person is reached by their own ways in turn, or by all of `channels`
    if these are given. `page` is where the matter can be read; the digest names it beside the subject. Somebody who is not
    known as a person, and what is urgent, is told at once and by itself; with `rings_once` only the first rings, by `channels`
    and also in quiet hours if it is urgent, and the digest is a mail.
    """
    if (urgent and not rings_once) or to.person_id is None:
        _tell(key, to, content, channels, about, urgent=urgent, now=now)
        return
    with transaction.atomic():
        if DigestItem.objects.filter(key=key).exists():
            return
        digest_id, first = _window(to.person_id, kind, (MAIL,) if rings_once else channels, window, now=now)
        item = DigestItem(
            digest_id=digest_id,
            key=key,
            about=about,
            subject=content.subject[:500],
            text=content.text,
            html=content.html,
            page=page,
            sent=first,
        )
        DigestItem.objects.bulk_create([item], ignore_conflicts=True)
        if first:
            _tell(key, to, content, channels, about, urgent=urgent, now=now)


def _window(person_id: UUID, kind: str, channels: Channels, window: timedelta, *, now: datetime) -> tuple[UUID, bool]:
    """The open window, and whether it was us who opened it."""
    opened = False
    while (found := _open(person_id, kind)) is None:
        opened = _begin(person_id, kind, channels, window, now=now)
    return found, opened


def _open(person_id: UUID, kind: str) -> UUID | None:
    """The open window, kept open until the caller's transaction ends: whoever closes it waits, and then sees what it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from notify_digest where person_id = %s and kind = %s and closed_at is null for key share",
            [person_id, kind],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _begin(person_id: UUID, kind: str, channels: Channels, window: timedelta, *, now: datetime) -> bool:
    """Open a window; whether it was us who did."""
    row = Digest(
        person_id=person_id,
        kind=kind,
        channels=list(channels) if channels is not None else None,
        window=window,
        closes_at=now + window,
    )
    Digest.objects.bulk_create([row], ignore_conflicts=True)
    return Digest.objects.filter(pk=row.pk).exists()


def to_close(now: datetime) -> list[UUID]:
    """Windows that are over."""
    over = Digest.objects.filter(closed_at=None, closes_at__lte=now).order_by("closes_at")
    return list(over.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def close(digest_id: UUID, *, now: datetime) -> None:
    """End a window: what was gathered is said as one message, and the next window opens; if there was nothing, none does."""
    row = Digest.objects.select_for_update().filter(pk=digest_id, closed_at=None).first()
    if row is None:
        return
    row.closed_at = now
    row.save(update_fields=["closed_at"])
    person = accounts.person(row.person_id)
    items = list(row.items.filter(sent=False).order_by("id"))
    if not items or person is None:
        return
    channels = tuple(row.channels) if row.channels is not None else None
    to = Recipient(person.email, person.locale, person.timezone, person.name, person.id)
    _say(row, items, to, channels, now=now)
    _begin(row.person_id, row.kind, channels, row.window, now=now)


def _say(row: Digest, items: list[DigestItem], to: Recipient, channels: Channels, *, now: datetime) -> None:
    if len(items) == 1:
        (only,) = items
        _tell(only.key, to, Text(only.subject, only.text, only.html), channels, only.about, urgent=False, now=now)
        return
    content = compose(
        "notify/mail/digest.txt", to, items=items[:NAMED], number=len(items), more=max(len(items) - NAMED, 0)
    )
    _tell(digest_key(row.pk), to, content, channels, None, urgent=False, now=now)


def digest_key(digest_id: UUID) -> str:
    """Under which key a digest is sent."""
    return f"digest:{digest_id}"


def _tell(
    key: str, to: Recipient, content: Text, channels: Channels, about: UUID | None, *, urgent: bool, now: datetime
) -> None:
    if to.person_id is None:
        send(key, to=to, content=content, now=now, about=about, urgent=urgent)
    elif channels is None:
        reach(key, to=to, content=content, now=now, about=about, urgent=urgent)
    else:
        send_by(channels, key, to=to, content=content, now=now, about=about, urgent=urgent)
