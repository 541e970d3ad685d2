"""Use cases of seats: take a free one, offer one, accept or decline, take the offer back, let it lapse, leave.

A seat changes hands as a ticket does: whoever holds it keeps it until somebody else has accepted.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, Viewer
from tallylight.bridges import lines, notices, seating
from tallylight.bridges.about import about
from tallylight.bridges.errors import NotOnStaff, SeatHeld, SeatNotForYou, SeatOfferOver, SeatOfferPending
from tallylight.bridges.models import Bridge, SeatOffer
from tallylight.bridges.opening import checked_words, commands, held_open
from tallylight.bridges.seats import PATIENCE, Seat
from tallylight.bridges.states import AnswerState
from tallylight.kernel.clock import rfc3339


@transaction.atomic
def take(viewer: Viewer, bridge_id: UUID, seat: Seat, *, now: datetime) -> None:
    """Sit down where nobody sits, or beside other experts. Harmless when repeated.

    Raises RoleRequired, BridgeUnknown, BridgeClosed, SeatHeld.
    """
    bridge = held_open(viewer, bridge_id)
    there = seating.holder_of(bridge, seat)
    if there and there.id != viewer.person_id and not seat.shared:
        raise SeatHeld(person=there.name)
    seating.sit(bridge, seat, viewer.person_id, viewer.name, author=viewer.person_id, now=now)
    _drop(bridge, seat, now=now)


@transaction.atomic
def offer(viewer: Viewer, bridge_id: UUID, seat: Seat, person_id: UUID, *, reason: str, now: datetime) -> None:
    """Ask somebody to hold a seat. For whoever holds it, the commander and managers; anybody if nobody holds it.

    Raises RoleRequired, BridgeUnknown, BridgeClosed, WordsNeeded, SeatNotForYou, NotOnStaff, SeatOfferPending, SeatHeld.
    """
    bridge = held_open(viewer, bridge_id)
    said = checked_words(reason)
    holding = list(seating.holding(bridge).filter(seat=seat).values_list("person_id", flat=True))
    if holding and viewer.person_id not in holding and not commands(viewer, bridge):
        raise SeatNotForYou
    person = accounts.person(person_id)
    if person is None or person.role is Role.MEMBER:
        raise NotOnStaff
    if person_id in holding:
        raise SeatHeld(person=person.name)
    if bridge.offers.filter(seat=seat, state=AnswerState.OPEN, lapses_at__gt=now).exists():
        raise SeatOfferPending
    _drop(bridge, seat, now=now)
    row = SeatOffer.objects.create(
        bridge=bridge,
        seat=seat,
        by_id=viewer.person_id,
        to_id=person_id,
        reason=said,
        offered_at=now,
        lapses_at=now + PATIENCE,
    )
    _write(bridge, lines.Kind.OFFERED, row, viewer.person_id, now=now, by=viewer.name, to=person.name, reason=said)
    notices.announce_offer(bridge, about(bridge), row, person, by=viewer.name, now=now)
    _await(row)


@transaction.atomic
def accept(viewer: Viewer, bridge_id: UUID, seat: Seat, *, now: datetime) -> None:
    """Hold what was offered. Raises RoleRequired, BridgeUnknown, BridgeClosed, SeatOfferOver, SeatNotForYou."""
    bridge = held_open(viewer, bridge_id)
    row = _offered_to(viewer, bridge, seat, now=now)
    _end(row, AnswerState.ACCEPTED, now=now)
    seating.sit(bridge, seat, viewer.person_id, viewer.name, author=viewer.person_id, now=now)
    _answer(bridge, row, by=viewer.name, now=now)


@transaction.atomic
def decline(viewer: Viewer, bridge_id: UUID, seat: Seat, *, reason: str, now: datetime) -> None:
    """Say no, and why. Raises what `accept` raises, and WordsNeeded."""
    bridge = held_open(viewer, bridge_id)
    row = _offered_to(viewer, bridge, seat, now=now)
    _end(row, AnswerState.DECLINED, now=now, answer=checked_words(reason))
    _write(bridge, lines.Kind.DECLINED, row, viewer.person_id, now=now, by=viewer.name, reason=row.answer)
    _answer(bridge, row, by=viewer.name, now=now)


@transaction.atomic
def withdraw(viewer: Viewer, bridge_id: UUID, seat: Seat, *, now: datetime) -> None:
    """Take the offer back. For its maker, the commander and managers.

    Raises RoleRequired, BridgeUnknown, BridgeClosed, SeatOfferOver, SeatNotForYou.
    """
    bridge = held_open(viewer, bridge_id)
    row = _open(bridge, seat, now=now)
    if row.by_id != viewer.person_id and not commands(viewer, bridge):
        raise SeatNotForYou
    _end(row, AnswerState.WITHDRAWN, now=now)
    _write(bridge, lines.Kind.WITHDRAWN, row, viewer.person_id, now=now, by=viewer.name, to=row.to.name)


@transaction.atomic
def leave(viewer: Viewer, bridge_id: UUID, seat: Seat, *, now: datetime) -> None:
    """Get up from a seat that others hold too; one that would be left empty is offered to somebody first.

    Raises RoleRequired, BridgeUnknown, BridgeClosed, SeatNotForYou, SeatHeld.
    """
    bridge = held_open(viewer, bridge_id)
    mine = seating.holding(bridge).filter(seat=seat, person_id=viewer.person_id)
    if not mine.exists():
        raise SeatNotForYou
    if seating.holding(bridge).filter(seat=seat).count() == 1:
        raise SeatHeld(person=viewer.name)
    mine.update(until=now)
    key = f"{seat}:{viewer.person_id}:{rfc3339(now)}"
    lines.write(bridge, lines.Kind.LEFT, now, key=key, author=viewer.person_id, seat=seat, person=viewer.name)


@transaction.atomic
def lapse(offer_id: UUID, *, now: datetime) -> bool:
    """End an offer that nobody answered in time and tell its maker. Harmless when repeated; False: nothing was to do."""
    row = SeatOffer.objects.filter(pk=offer_id, state=AnswerState.OPEN, lapses_at__lte=now).first()
    if row is None:
        return False
    bridge = Bridge.objects.select_for_update().get(pk=row.bridge_id)
    row.refresh_from_db()
    if row.state != AnswerState.OPEN:
        return False
    _lapsed(bridge, row, now=now)
    return True


def due_offers(now: datetime) -> list[UUID]:
    """The offers whose time is over."""
    rows = SeatOffer.objects.filter(state=AnswerState.OPEN, lapses_at__lte=now)
    return list(rows.order_by("lapses_at").values_list("pk", flat=True))


def _lapsed(bridge: Bridge, row: SeatOffer, *, now: datetime) -> None:
    _end(row, AnswerState.LAPSED, now=now)
    _write(bridge, lines.Kind.LAPSED, row, None, now=now, to=row.to.name)
    _answer(bridge, row, by="", now=now)


def _drop(bridge: Bridge, seat: Seat, *, now: datetime) -> None:
    """What was still on offer of this seat is over: it lapsed and was not swept yet, or somebody sits there now."""
    for row in bridge.offers.filter(seat=seat, state=AnswerState.OPEN):
        if row.lapses_at <= now:
            _lapsed(bridge, row, now=now)
        else:
            _end(row, AnswerState.WITHDRAWN, now=now)


def _open(bridge: Bridge, seat: Seat, *, now: datetime) -> SeatOffer:
    row = bridge.offers.filter(seat=seat, state=AnswerState.OPEN, lapses_at__gt=now).select_related("to").first()
    if row is None:
        raise SeatOfferOver
    return row


def _offered_to(viewer: Viewer, bridge: Bridge, seat: Seat, *, now: datetime) -> SeatOffer:
    row = _open(bridge, seat, now=now)
    if row.to_id != viewer.person_id:
        raise SeatNotForYou
    return row


def _end(row: SeatOffer, state: AnswerState, *, now: datetime, answer: str = "") -> None:
    row.state, row.ended_at, row.answer = state, now, answer
    row.save(update_fields=["state", "ended_at", "answer"])


def _answer(bridge: Bridge, row: SeatOffer, *, by: str, now: datetime) -> None:
    giver = accounts.person(row.by_id)
    if giver and row.by_id != row.to_id:
        notices.announce_answer(bridge, about(bridge), row, giver, by=by, now=now)


def _await(row: SeatOffer) -> None:
    from tallylight.bridges.jobs import lapse_later

    lapse_later(row.pk, at=row.lapses_at)


def _write(
    bridge: Bridge, kind: lines.Kind, row: SeatOffer, author: UUID | None, *, now: datetime, **facts: Any
) -> None:
    lines.write(bridge, kind, now, key=str(row.pk), author=author, seat=row.seat, **facts)
