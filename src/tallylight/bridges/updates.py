"""Use cases of news: one update goes to all tickets of the matter, each customer in its language, at the contracts' pace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.bridges import lines, notices, seating
from tallylight.bridges.about import about
from tallylight.bridges.errors import LanguageMissing
from tallylight.bridges.lines import in_language
from tallylight.bridges.models import Bridge, Update
from tallylight.bridges.opening import checked_words, held_open
from tallylight.bridges.seats import Seat
from tallylight.kernel.clock import rfc3339
from tallylight.support import api as support


@dataclass(frozen=True, slots=True)
class Pace:
    """When customers were told last, and until when they are promised to hear again (None: nothing is promised or owed)."""

    last_at: datetime | None
    due_at: datetime | None
    remind_at: datetime | None


@transaction.atomic
def update(viewer: Viewer, bridge_id: UUID, texts: Mapping[str, str], *, now: datetime) -> UUID:
    """Tell every customer of the matter how it stands. `texts` by language code, one for each language that they read.

    It reaches the tickets one after the other, right after the commit. Raises RoleRequired, BridgeUnknown, BridgeClosed,
    WordsNeeded, LanguageMissing.
    """
    bridge = held_open(viewer, bridge_id)
    known = dict(settings.LANGUAGES)
    said = {code: checked_words(text) for code, text in texts.items() if code in known and text.strip()}
    needed = about(bridge).languages() or ["en"]
    missing = [str(known.get(each, each)) for each in needed if each not in said]
    if missing:
        raise LanguageMissing(languages=", ".join(missing))
    row = Update.objects.create(bridge=bridge, by_id=viewer.person_id, at=now, texts=said)
    kind, author = lines.Kind.UPDATE, viewer.person_id
    lines.write(bridge, kind, now, key=str(row.pk), author=author, by=viewer.name, texts=said)
    _send_soon(row)
    return row.pk


def send(update_id: UUID, *, now: datetime) -> None:
    """Bring an update to every ticket, one transaction each, so that it goes on where it was cut off. Harmless when repeated."""
    row = Update.objects.select_related("bridge", "by").get(pk=update_id)
    if row.done_at:
        return
    tickets = about(row.bridge).tickets
    for ticket in tickets:
        language = accounts.organisation(ticket.organisation_id).locale
        text = row.texts.get(language) or in_language(row.texts)
        support.tell(ticket.id, text, by=row.by_id, name=row.by.name, key=f"update:{row.pk}", now=now)
    with transaction.atomic():
        if Update.objects.filter(pk=row.pk, done_at=None).update(done_at=now, told=len(tickets)):
            lines.write(row.bridge, lines.Kind.TOLD, now, key=str(row.pk), tickets=len(tickets))


def under_way() -> list[UUID]:
    """Updates that have not reached every ticket, the oldest first."""
    return list(Update.objects.filter(done_at=None).order_by("at").values_list("pk", flat=True))


def pace(bridge: Bridge) -> Pace:
    """When the next update is due: with the first of its tickets' news."""
    last = bridge.updates.order_by("-at").first()
    last_at = last.at if last else None
    due = None if bridge.closed_at else support.news_due(about(bridge).ticket_ids)
    since = last_at or bridge.opened_at
    return Pace(last_at, due, support.remind_at(due, due - since) if due else None)


def remind(*, now: datetime) -> int:
    """Remind communications (else the commander) of every open bridge whose news are due soon; how many were reminded."""
    rows = Bridge.objects.filter(closed_at=None).order_by("opened_at").values_list("pk", flat=True)
    return sum(_remind(each, now=now) for each in list(rows))


@transaction.atomic
def _remind(bridge_id: UUID, *, now: datetime) -> bool:
    bridge = Bridge.objects.select_for_update().get(pk=bridge_id)
    found = pace(bridge)
    if not (found.due_at and found.remind_at) or found.remind_at > now or bridge.reminded_for == found.due_at:
        return False
    person = seating.holder_of(bridge, Seat.COMMUNICATIONS) or seating.holder_of(bridge, Seat.COMMANDER)
    bridge.reminded_for = found.due_at
    bridge.save(update_fields=["reminded_for"])
    if person is None:
        return False
    notices.announce_news_due(bridge, about(bridge), person, due_at=found.due_at, now=now)
    lines.write(bridge, lines.Kind.REMINDED, now, key=rfc3339(found.due_at), person=person.name)
    return True


def _send_soon(row: Update) -> None:
    from tallylight.bridges.jobs import send_soon

    send_soon(row.pk)
