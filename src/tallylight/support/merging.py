"""Use cases: two tickets about one matter become one conversation, and come apart again within an hour.

What each promise becomes is decided by `merge_rules`; docs/desk.md says it in words.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer, require_staff
from tallylight.contracts.api import Level
from tallylight.escalation import api as escalation
from tallylight.kernel.clock import rfc3339
from tallylight.support import entries, offers, promises
from tallylight.support.climbing import climb
from tallylight.support.errors import MergeOver, MergeRefused
from tallylight.support.merge_rules import Step, steps
from tallylight.support.models import ClockEntry, Entry, Merge, Ticket
from tallylight.support.states import PENDING, Channel, Happening, Promise, State

UNDO_FOR = timedelta(hours=1)
#: The key of the message that opened a ticket.
FIRST = "message:first"
#: What moves with a conversation; deeds stay where they were done.
WORDS = (entries.Kind.MESSAGE, entries.Kind.NOTE)


@transaction.atomic
def merge(viewer: Viewer, ticket_id: UUID, into: UUID, *, channel: Channel, now: datetime) -> None:
    """Bring a ticket's conversation into another of the same customer; the first stays as a signpost to it.

    Raises RoleRequired, NotFound, MergeRefused.
    """
    require_staff(viewer)
    source, target = _both(viewer, ticket_id, into)
    _check(source, target)
    row = Merge.objects.create(
        source=source, target=target, by_id=viewer.person_id, at=now, state=source.state,
        resolved_at=source.resolved_at, closed_at=source.closed_at, moved=_move(source, target),
    )  # fmt: skip
    if Level(source.level).rank > Level(target.level).rank:
        _raise(target, Level(source.level), now=now)
    read = {each.pk: promises.readings(each, now=now) for each in (source, target)}
    calendar = promises.calendar_of(target, now=now)
    in_hand = target.acknowledged_at is not None
    decided = [
        (promise, steps(promise, theirs, read[target.pk].get(promise), calendar, in_hand=in_hand, now=now))
        for promise, theirs in read[source.pk].items()
    ]
    for promise, (on_source, on_target) in decided:
        _log(source, promise, on_source, row, now=now)
        _log(target, promise, on_target, row, now=now)
    _put_away(source, target, now=now)
    promises.keep_due(target, now=now)
    target.viewers = max(target.viewers, source.viewers)
    promises.keep_rank(target)
    target.save()
    _climb_anew(target, now=now)
    key, by = str(row.pk), viewer.person_id
    for each, other, kind in ((source, target, entries.Kind.MERGED), (target, source, entries.Kind.TOOK_IN)):
        entries.write(each, kind, now, key=key, author=by, channel=channel, number=other.number, person=viewer.name)
    accounts.audit(viewer, "support.merge", str(source.pk), into=str(target.pk))


@transaction.atomic
def unmerge(viewer: Viewer, ticket_id: UUID, *, channel: Channel, now: datetime) -> None:
    """Undo the merging of this ticket within an hour: words go back, and clocks read as if it had not been.

    What was written since stays where it was written. Raises RoleRequired, NotFound, MergeOver.
    """
    require_staff(viewer)
    row = Merge.objects.filter(source_id=ticket_id, undone_at=None).first()
    source, target = _both(viewer, ticket_id, row.target_id if row else ticket_id)
    row = Merge.objects.select_for_update().filter(source=source, undone_at=None).first()
    if row is None or now > row.at + UNDO_FOR or target.merged_into_id or target.state not in PENDING:
        raise MergeOver(number=source.number)
    row.undone_at, row.undone_by_id = now, viewer.person_id
    row.save()
    Entry.objects.filter(pk__in=row.moved, ticket=target).update(ticket=source)
    row.clock_log.update(withdrawn=True)
    source.merged_into_id = None
    source.state, source.resolved_at, source.closed_at = row.state, row.resolved_at, row.closed_at
    for each in (source, target):
        promises.keep_due(each, now=now)
        each.save()
        _climb_anew(each, now=now)
    kind, key = entries.Kind.UNMERGED, str(row.pk)
    for each, other in ((source, target), (target, source)):
        entries.write(
            each, kind, now, key=key, author=viewer.person_id, channel=channel, number=other.number, person=viewer.name
        )
    accounts.audit(viewer, "support.unmerge", str(source.pk), from_=str(target.pk))


def survivor(ticket: Ticket) -> Ticket:
    """Where the conversation of a merged ticket goes on; the ticket itself if it was not merged."""
    while ticket.merged_into_id:
        ticket = Ticket.objects.get(pk=ticket.merged_into_id)
    return ticket


def undo_until(ticket_id: UUID) -> datetime | None:
    """Until when the merging of a ticket can be undone; None if it is not merged."""
    row = Merge.objects.filter(source_id=ticket_id, undone_at=None).first()
    return row.at + UNDO_FOR if row else None


def _both(viewer: Viewer, first: UUID, second: UUID) -> tuple[Ticket, Ticket]:
    """Both rows held, always in the same order, so that two who merge at once wait and do not block each other."""
    rows = {each: Ticket.objects.select_for_update().get_visible(viewer, each) for each in sorted({first, second})}
    return rows[first], rows[second]


def _check(source: Ticket, target: Ticket) -> None:
    same = source.organisation_id == target.organisation_id
    merged = source.merged_into_id or target.merged_into_id
    if source.pk == target.pk or not same or merged or target.state not in PENDING or source.incident:
        raise MergeRefused(number=source.number)


def _move(source: Ticket, target: Ticket) -> list[str]:
    words = source.entries.filter(kind__in=WORDS)
    moved = [str(each) for each in words.values_list("pk", flat=True)]
    words.filter(key=FIRST).update(key=f"{FIRST}:{source.pk}")  # each ticket has one
    words.filter(home=None).update(home=source)
    source.entries.filter(kind__in=WORDS).update(ticket=target)
    return moved


def _raise(ticket: Ticket, level: Level, *, now: datetime) -> None:
    ticket.level = level
    promises.note(ticket, Happening.RAISED, at=now, reason="level raised")
    entries.write(ticket, entries.Kind.RAISED, now, key=f"{level}:{rfc3339(now)}", level=level.value)


def _log(ticket: Ticket, promise: Promise, written: list[Step], merge: Merge, *, now: datetime) -> None:
    for each in written:
        ClockEntry.objects.create(
            ticket=ticket, promise=promise, kind=each.kind, at=now, reason=each.reason, target=each.target, merge=merge
        )


def _put_away(source: Ticket, target: Ticket, *, now: datetime) -> None:
    source.state, source.merged_into = State.CLOSED, target
    source.closed_at = source.closed_at or now
    promises.keep_due(source, now=now)
    source.save()
    escalation.stop(source.pk, because="merged", now=now)
    offers.drop(source, now=now)


def _climb_anew(ticket: Ticket, *, now: datetime) -> None:
    """A ladder goes by the response's instant, which may be another one now."""
    if ticket.state == State.OPEN:
        escalation.stop(ticket.pk, because="merged", now=now)
        climb(ticket, now=now)
