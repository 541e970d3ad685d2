"""Use cases: somebody stands in. What was stays as it was: an override never reaches back before it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.accounts.api import Role, Viewer, audit, require_staff, staff
from tallylight.kernel.errors import NotFound
from tallylight.kernel.lazy import Lazy
from tallylight.oncall.cards import expect_window, schedule_row
from tallylight.oncall.errors import IsPast, NotYourCover
from tallylight.oncall.ical import Event, events_in
from tallylight.oncall.models import Override, Schedule
from tallylight.oncall.notices import tell_cover
from tallylight.oncall.schedules import expect_staff, held

MAY_PUT_OTHERS = frozenset({Role.MANAGER, Role.ADMIN})
#: How far ahead an imported calendar is read.
IMPORTED = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class OverrideCard:
    """An override as it stands; `withdrawn_at` is set for one that was taken back before it began."""

    id: UUID
    schedule: str
    person_id: UUID
    person: str
    instead_of: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    from_calendar: bool
    from_swap: bool
    made_by: str
    made_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event that became no override. `reason` is a code: unknown-person, past, not-yours."""

    summary: str
    start: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a calendar's events."""

    made: int
    unchanged: int
    withdrawn: int
    left_out: tuple[LeftOut, ...]


def overrides_of(slug: str, *, since: datetime) -> Lazy[OverrideCard]:
    """A schedule's overrides that end after `since`, the earliest first. Raises ScheduleUnknown."""
    rows = Override.objects.filter(schedule=schedule_row(slug), ends_at__gt=since, withdrawn_at=None)
    return Lazy(rows.select_related("person", "instead_of", "made_by", "schedule").order_by("starts_at", "id"), _card)


@transaction.atomic
def cover(
    viewer: Viewer,
    slug: str,
    person: UUID,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    instead_of: UUID | None = None,
    reason: str = "",
) -> OverrideCard:
    """Put somebody on call from `start` (or now, if that is over) to before `end`, and tell them.

    Managers put anybody, others themselves. Raises RoleRequired, ScheduleUnknown, NotYourCover, NotOnStaff, EndsBeforeStart,
    WindowTooLong, IsPast.
    """
    _expect_may(viewer, person)
    schedule = held(slug)
    expect_window(start, end)
    if end <= now:
        raise IsPast
    expect_staff({person} | ({instead_of} if instead_of else set()))
    row = Override.objects.create(
        schedule=schedule,
        person_id=person,
        instead_of_id=instead_of,
        starts_at=max(start, now),
        ends_at=end,
        reason=reason.strip(),
        made_by_id=viewer.person_id,
        made_at=now,
    )
    audit(viewer, "oncall.cover", slug, override=str(row.id), person=str(person))
    if person != viewer.person_id:
        tell_cover(row, by=viewer.name, now=now)
    return _card(row)


@transaction.atomic
def withdraw_override(viewer: Viewer, override_id: UUID, *, now: datetime) -> None:
    """Take an override back, from now on. Harmless when repeated. Raises NotFound, NotYourCover, IsPast for one that is over."""
    require_staff(viewer)
    row = Override.objects.select_for_update(of=("self",)).select_related("schedule").filter(id=override_id).first()
    if row is None:
        raise NotFound
    _expect_may(viewer, row.person_id)
    if row.withdrawn_at is None:
        if row.ends_at <= now:
            raise IsPast
        _end(row, now)
        audit(viewer, "oncall.withdraw-cover", row.schedule.slug, override=str(row.id))


@transaction.atomic
def import_calendar(viewer: Viewer, slug: str, text: str, *, now: datetime) -> Imported:
    """Make the events of an iCalendar text (RFC 5545) of the coming year overrides; recurring ones are unfolded.

    Who is meant is the first attendee, organiser or word of the summary that names one of the provider's people, by mail address
    or by whole name. An event that was imported before is changed where it changed, and taken back where it is cancelled;
    one that is missing from the text is left alone. Raises RoleRequired, ScheduleUnknown, CalendarUnreadable.
    """
    require_staff(viewer)
    schedule, known = held(slug), _by_name()
    made = unchanged = withdrawn = 0
    left_out: list[LeftOut] = []
    first = now.date()
    for event in events_in(text, schedule.zone, first, first + IMPORTED):
        person = next((known[name] for name in event.names if name in known), None)
        if refusal := _refusal(viewer, event, person, now=now):
            left_out.append(LeftOut(event.summary, event.start, refusal))
            continue
        assert person is not None  # noqa: S101 - told by the refusal
        before = Override.objects.filter(schedule=schedule, uid=event.uid, starts_at=event.start, withdrawn_at=None)
        row = before.select_for_update().first()
        if row is not None and not event.cancelled and (row.person_id, row.ends_at) == (person, event.end):
            unchanged += 1
            continue
        if row is not None:
            _end(row, now)
            withdrawn += event.cancelled
        if not event.cancelled:
            _take_over(schedule, event, person, viewer, now=now)
            made += 1
    audit(viewer, "oncall.import", slug, made=made, withdrawn=withdrawn, left_out=len(left_out))
    return Imported(made, unchanged, withdrawn, tuple(left_out))


def _take_over(schedule: Schedule, event: Event, person: UUID, viewer: Viewer, *, now: datetime) -> None:
    row = Override.objects.create(
        schedule=schedule,
        person_id=person,
        starts_at=event.start,
        ends_at=event.end,
        reason=event.summary[:500],
        uid=event.uid,
        made_by_id=viewer.person_id,
        made_at=now,
    )
    if person != viewer.person_id:
        tell_cover(row, by=viewer.name, now=now)


def _refusal(viewer: Viewer, event: Event, person: UUID | None, *, now: datetime) -> str:
    if event.start < now:
        return "past"
    if person is None:
        return "unknown-person"
    return "" if viewer.role in MAY_PUT_OTHERS or person == viewer.person_id else "not-yours"


def _expect_may(viewer: Viewer, person: UUID) -> None:
    require_staff(viewer)
    if viewer.role not in MAY_PUT_OTHERS and person != viewer.person_id:
        raise NotYourCover


def _by_name() -> dict[str, UUID]:
    """The provider's people by mail address and by name, in small letters; a name that two bear names nobody."""
    everybody = staff()
    names = [each.name.casefold() for each in everybody]
    unique = {each.name.casefold(): each.id for each in everybody if names.count(each.name.casefold()) == 1}
    return unique | {each.email.casefold(): each.id for each in everybody}


def _end(row: Override, now: datetime) -> None:
    """From now on it counts for nothing; what it meant so far stays."""
    if row.starts_at < now:
        row.ends_at = now
    else:
        row.withdrawn_at = now
    row.save(update_fields=["ends_at", "withdrawn_at"])


def _card(row: Override) -> OverrideCard:
    return OverrideCard(
        id=row.id,
        schedule=row.schedule.slug,
        person_id=row.person_id,
        person=row.person.name,
        instead_of=row.instead_of.name if row.instead_of else "",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason,
        from_calendar=bool(row.uid),
        from_swap=row.swap_id is not None,
        made_by=row.made_by.name if row.made_by else "",
        made_at=row.made_at,
        withdrawn_at=row.withdrawn_at,
    )
