"""Use cases: one asks another to swap; accepted, it becomes two overrides at once; declined, nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tallylight.accounts.api import Viewer, audit, people, require_staff
from tallylight.kernel.business_time import Span
from tallylight.kernel.errors import NotFound
from tallylight.kernel.lazy import Lazy
from tallylight.oncall.cards import expect_window
from tallylight.oncall.errors import IsPast, NotOnCallThen, SwapOverdue, SwapSettled, SwapsOverlap, SwapsWithOneself
from tallylight.oncall.loading import rota_of
from tallylight.oncall.models import Override, Schedule, Swap, SwapState
from tallylight.oncall.notices import tell_swap_asked, tell_swap_settled
from tallylight.oncall.rota import roster
from tallylight.oncall.schedules import expect_staff, held


@dataclass(frozen=True, slots=True)
class SwapCard:
    """A request to swap: `asked_by` gives a span to `other` and, where `takes` is set, takes that one in return."""

    id: UUID
    schedule: str
    schedule_name: str
    asked_by_id: UUID
    asked_by: str
    other_id: UUID
    other: str
    gives: Span
    takes: Span | None
    note: str
    state: SwapState
    asked_at: datetime
    settled_at: datetime | None

    @property
    def begins(self) -> datetime:
        """The first hour that would change: until then it can be accepted."""
        return min(self.gives.start, self.takes.start) if self.takes else self.gives.start

    def open_at(self, now: datetime) -> bool:
        """Whether it still waits for an answer."""
        return self.state is SwapState.OFFERED and now < self.begins


def swaps_of(viewer: Viewer) -> Lazy[SwapCard]:
    """The requests that the viewer made or was asked, the latest first."""
    rows = Swap.objects.filter(Q(asked_by_id=viewer.person_id) | Q(other_id=viewer.person_id))
    return Lazy(rows.select_related("schedule", "asked_by", "other").order_by("-asked_at", "-id"), _card)


@transaction.atomic
def ask_swap(
    viewer: Viewer, slug: str, other: UUID, gives: Span, takes: Span | None, *, now: datetime, note: str = ""
) -> SwapCard:
    """Ask `other` to take over a span in which the viewer is on call, perhaps for one in which they are.

    Raises RoleRequired, ScheduleUnknown, SwapsWithOneself, NotOnStaff, EndsBeforeStart, WindowTooLong, IsPast, SwapsOverlap,
    NotOnCallThen.
    """
    require_staff(viewer)
    schedule = held(slug)
    if other == viewer.person_id:
        raise SwapsWithOneself
    expect_staff({other})
    for span in filter(None, (gives, takes)):
        expect_window(span.start, span.end)
        if span.start <= now:
            raise IsPast
    if takes and gives.start < takes.end and takes.start < gives.end:
        raise SwapsOverlap
    _expect_on_call(schedule, viewer.person_id, gives)
    if takes:
        _expect_on_call(schedule, other, takes)
    row = Swap.objects.create(
        schedule=schedule,
        asked_by_id=viewer.person_id,
        other_id=other,
        gives_start=gives.start,
        gives_end=gives.end,
        takes_start=takes.start if takes else None,
        takes_end=takes.end if takes else None,
        note=note.strip(),
        asked_at=now,
    )
    audit(viewer, "oncall.ask-swap", slug, swap=str(row.id), other=str(other))
    tell_swap_asked(row, now=now)
    return _card(row)


@transaction.atomic
def accept_swap(viewer: Viewer, swap_id: UUID, *, now: datetime) -> SwapCard:
    """Take the other's span, and give one's own where that was asked. For the one who was asked.

    Raises NotFound for anybody else, SwapSettled, SwapOverdue, NotOnCallThen where the schedule changed meanwhile.
    """
    row = _open(swap_id, other_id=viewer.person_id)
    card = _card(row)
    if now >= card.begins:
        raise SwapOverdue
    _expect_on_call(row.schedule, row.asked_by_id, card.gives)
    if card.takes:
        _expect_on_call(row.schedule, row.other_id, card.takes)
    _cover(row, card.gives, row.other_id, row.asked_by_id, now=now)
    if card.takes:
        _cover(row, card.takes, row.asked_by_id, row.other_id, now=now)
    return _settle(row, SwapState.ACCEPTED, viewer, now=now)


@transaction.atomic
def decline_swap(viewer: Viewer, swap_id: UUID, *, now: datetime) -> SwapCard:
    """Say no. For the one who was asked. Raises NotFound, SwapSettled."""
    return _settle(_open(swap_id, other_id=viewer.person_id), SwapState.DECLINED, viewer, now=now)


@transaction.atomic
def withdraw_swap(viewer: Viewer, swap_id: UUID, *, now: datetime) -> SwapCard:
    """Take one's own request back. Raises NotFound, SwapSettled."""
    return _settle(_open(swap_id, asked_by_id=viewer.person_id), SwapState.WITHDRAWN, viewer, now=now)


def _open(swap_id: UUID, **whose: UUID) -> Swap:
    found = Swap.objects.select_for_update(of=("self",)).select_related("schedule", "asked_by", "other")
    row = found.filter(id=swap_id, **whose).first()
    if row is None:
        raise NotFound
    if row.state != SwapState.OFFERED:
        raise SwapSettled
    held(row.schedule.slug)
    return row


def _settle(row: Swap, state: SwapState, viewer: Viewer, *, now: datetime) -> SwapCard:
    row.state, row.settled_at = state, now
    row.save(update_fields=["state", "settled_at"])
    audit(viewer, f"oncall.swap-{state}", row.schedule.slug, swap=str(row.id))
    tell_swap_settled(row, now=now)
    return _card(row)


def _cover(row: Swap, span: Span, person: UUID, instead_of: UUID, *, now: datetime) -> None:
    Override.objects.create(
        schedule=row.schedule,
        person_id=person,
        instead_of_id=instead_of,
        starts_at=span.start,
        ends_at=span.end,
        reason=row.note,
        swap=row,
        made_by_id=row.asked_by_id,
        made_at=now,
    )


def _expect_on_call(schedule: Schedule, person: UUID, span: Span) -> None:
    duties = roster(rota_of(schedule, span.start, span.end), span.start, span.end)
    if not any(each.holder and each.holder.person == person for each in duties):
        known = people([person]).get(person)
        raise NotOnCallThen(person=known.name if known else "–")


def _card(row: Swap) -> SwapCard:
    takes = Span(row.takes_start, row.takes_end) if row.takes_start and row.takes_end else None
    return SwapCard(
        id=row.id,
        schedule=row.schedule.slug,
        schedule_name=row.schedule.name,
        asked_by_id=row.asked_by_id,
        asked_by=row.asked_by.name,
        other_id=row.other_id,
        other=row.other.name,
        gives=Span(row.gives_start, row.gives_end),
        takes=takes,
        note=row.note,
        state=SwapState(row.state),
        asked_at=row.asked_at,
        settled_at=row.settled_at,
    )
