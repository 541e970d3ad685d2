"""The promises of a ticket: its support level by the contract in force when it was opened, and what its clocks say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tallylight.clocks import api as clocks
from tallylight.clocks.api import ClockEvent, Kind, Profile, Reading
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, Level, SupportLevel
from tallylight.escalation.api import Rung
from tallylight.support.models import ClockEntry, Ticket
from tallylight.support.states import HEARD, Happening, Promise

Log = Mapping[Promise, list[ClockEvent]]


@dataclass(frozen=True, slots=True)
class Pinned:
    """The contract version that a ticket stands under."""

    sha256: str
    agreement: Agreement


def in_force(organisation_id: UUID, at: datetime) -> Pinned | None:
    """What the customer was promised at that instant, or None without a contract."""
    found = contracts.segments_between(organisation_id, at, at + timedelta(microseconds=1))
    return Pinned(found[0].sha256, found[0].agreement) if found else None


def support_of(ticket: Ticket) -> SupportLevel | None:
    """The promise for the ticket's level, or None if it stands under no contract.

    Raises LookupError if the version that the ticket names is not the one that was in force when it was opened.
    """
    if not ticket.contract_sha256:
        return None
    pinned = in_force(ticket.organisation_id, ticket.opened_at)
    if pinned is None or pinned.sha256 != ticket.contract_sha256:
        raise LookupError(
            f"ticket {ticket.number}: contract {ticket.contract_sha256} was not in force when it was opened"
        )
    return pinned.agreement.support_at(Level(ticket.level))


def note(ticket: Ticket, happening: Happening, *, at: datetime, reason: str = "") -> None:
    """Write what happened into the log of every clock that hears it, and keep the due instants for queues."""
    ClockEntry.objects.bulk_create(
        ClockEntry(ticket=ticket, promise=promise, kind=kind, at=at, reason=reason)
        for promise, kind in HEARD[happening].items()
    )
    _keep_due(ticket, now=at)


def retarget(ticket: Ticket, before: SupportLevel | None, *, at: datetime, reason: str) -> None:
    """Let the targets of the ticket's present level hold from `at` on, for every clock that still owes something.

    The time used is kept where both levels count by the same hours; where the hours differ, the clock begins anew.
    """
    support = support_of(ticket)
    if support is None:
        return
    same_hours = before is not None and before.calendar == support.calendar
    owing = [promise for promise, found in readings(ticket, now=at).items() if found.answered_at is None]
    ClockEntry.objects.bulk_create(
        ClockEntry(
            ticket=ticket,
            promise=promise,
            kind=Kind.RETARGETED if same_hours else Kind.STARTED,
            at=at,
            reason=reason,
            target_s=int(_profiles(support)[promise].target.total_seconds()) if same_hours else None,
        )
        for promise in owing
    )
    _keep_due(ticket, now=at)


def readings(ticket: Ticket, *, now: datetime) -> dict[Promise, Reading]:
    """What each clock says at `now`; empty if nothing is promised."""
    support = support_of(ticket)
    if support is None:
        return {}
    log = _log(ticket.clock_log.all())
    return {
        promise: clocks.read(log.get(promise, []), profile, support.calendar, now)
        for promise, profile in _profiles(support).items()
    }


def ladder(ticket: Ticket) -> tuple[Rung, ...]:
    """The contract's ladder with the instant of each step: when its share of the response clock will have been used."""
    support = support_of(ticket)
    if support is None:
        return ()
    profile = _profiles(support)[Promise.RESPONSE]
    events = _log(ticket.clock_log.all()).get(Promise.RESPONSE, [])
    instants = [(step, clocks.share_instant(profile, support.calendar, events, step.at)) for step in support.ladder]
    return tuple(
        Rung(step.name, step.role, tuple(each.value for each in step.channels), due_at, step.person)
        for step, due_at in instants
        if due_at is not None
    )


def _profiles(support: SupportLevel) -> dict[Promise, Profile]:
    return {
        Promise.RESPONSE: clocks.response(support.response),
        Promise.UPDATE: clocks.update(support.update),
        Promise.RESOLUTION: clocks.resolution(support.resolution),
    }


def _log(rows: Iterable[ClockEntry]) -> Log:
    """Each clock's events since it last began."""
    log: dict[Promise, list[ClockEvent]] = {}
    for row in sorted(rows, key=lambda each: each.id):
        target = timedelta(seconds=row.target_s) if row.target_s is not None else None
        event = ClockEvent(Kind(row.kind), row.at, reason=row.reason, target=target)
        promise = Promise(row.promise)
        log[promise] = [event] if event.kind is Kind.STARTED else [*log.get(promise, []), event]
    return log


def _keep_due(ticket: Ticket, *, now: datetime) -> None:
    found = readings(ticket, now=now)
    if found:
        ticket.response_due_at = found[Promise.RESPONSE].due_at
        ticket.resolution_due_at = found[Promise.RESOLUTION].due_at
