"""The promises of a ticket: its support level by the contract in force when it was opened, and what its clocks say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tallylight.clocks import api as clocks
from tallylight.clocks.api import ClockEvent, Kind, Reading, Target
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, Answer, Level, SupportLevel
from tallylight.escalation.api import Rung
from tallylight.support import entries, standing
from tallylight.support.models import ClockEntry, Ticket
from tallylight.support.standing import Done, Log
from tallylight.support.states import HEARD, Happening, Promise


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
    """Let the targets of the ticket's present level hold from `at` on, for every clock that still owes something."""
    support = support_of(ticket)
    if support is None:
        return
    raised = standing.raised(_heard(ticket, support), before, support, at=at, reason=reason)
    ClockEntry.objects.bulk_create(
        ClockEntry(
            ticket=ticket,
            promise=promise,
            kind=event.kind,
            at=event.at,
            reason=event.reason,
            target_s=_seconds(event.target),
        )
        for promise, event in raised.items()
    )
    _keep_due(ticket, now=at)


def readings(ticket: Ticket, *, now: datetime) -> dict[Promise, Reading]:
    """What each clock says at `now`; empty if nothing is promised."""
    support = support_of(ticket)
    if support is None:
        return {}
    return standing.readings(_heard(ticket, support), support, now=now)


def ladder(ticket: Ticket) -> tuple[Rung, ...]:
    """The contract's ladder with the instant of each step: when its share of the response clock will have been used."""
    support = support_of(ticket)
    if support is None:
        return ()
    profile = standing.profiles(support)[Promise.RESPONSE]
    events = _heard(ticket, support).get(Promise.RESPONSE, [])
    instants = [(step, clocks.share_instant(profile, support.calendar, events, step.at)) for step in support.ladder]
    return tuple(
        Rung(step.name, step.role, tuple(each.value for each in step.channels), due_at, step.person)
        for step, due_at in instants
        if due_at is not None
    )


def _heard(ticket: Ticket, support: SupportLevel) -> Log:
    """The ticket's log with the response where the contract sees it."""
    log = _log(ticket.clock_log.all())
    if support.answer is Answer.TAKEN:
        return log
    return standing.heard(log, support.answer, Done(ticket.acknowledged_at, written_at(ticket)))


def written_at(ticket: Ticket) -> tuple[datetime, ...]:
    """When the staff wrote to the customer, in order."""
    words = ticket.entries.filter(kind=entries.Kind.MESSAGE).exclude(
        author__memberships__organisation=ticket.organisation_id
    )
    return tuple(words.order_by("at").values_list("at", flat=True))


def _log(rows: Iterable[ClockEntry]) -> Log:
    """Each clock's events since it last began."""
    log: dict[Promise, list[ClockEvent]] = {}
    for promise, event in events(rows):
        log[promise] = [event] if event.kind is Kind.STARTED else [*log.get(promise, []), event]
    return log


def events(rows: Iterable[ClockEntry]) -> Iterator[tuple[Promise, ClockEvent]]:
    """Every event of every clock, in the order in which they were written down."""
    for row in sorted(rows, key=lambda each: each.id):
        target = timedelta(seconds=row.target_s) if row.target_s is not None else None
        yield Promise(row.promise), ClockEvent(Kind(row.kind), row.at, reason=row.reason, target=target)


def _keep_due(ticket: Ticket, *, now: datetime) -> None:
    found = readings(ticket, now=now)
    if found:
        ticket.response_due_at = found[Promise.RESPONSE].due_at
        ticket.resolution_due_at = found[Promise.RESOLUTION].due_at


def _seconds(target: Target | None) -> int | None:
    return int(target.total_seconds()) if isinstance(target, timedelta) else None
