"""The promises of a ticket: its support level by the contract in force, from its opening on, and what its clocks say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from tallylight.clocks.api import Calendar, ClockEvent, Kind, Reading, State
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, Level, Segment, Step, SupportLevel
from tallylight.escalation.api import Rung
from tallylight.kernel.business_time import is_open
from tallylight.support import breaches, entries, standing
from tallylight.support.models import ClockEntry, Entry, Ticket
from tallylight.support.rank import rank
from tallylight.support.reminders import remind_at
from tallylight.support.standing import Done, Log, Stood
from tallylight.support.states import HEARD, Happening, Promise

#: What follows from a level and not from what somebody did.
OF_THE_LEVEL = (Kind.STARTED, Kind.RETARGETED)


@dataclass(frozen=True, slots=True)
class Pinned:
    """The contract version that a ticket stands under."""

    sha256: str
    agreement: Agreement


def in_force(organisation_id: UUID, at: datetime) -> Pinned | None:
    """What the customer was promised at that instant, or None without a contract."""
    found = contracts.segments_between(organisation_id, at, at + timedelta(microseconds=1))
    return Pinned(found[0].sha256, found[0].agreement) if found else None


def stood(ticket: Ticket, *, now: datetime) -> tuple[Stood, ...]:
    """What the ticket was promised until `now`, one after the other; empty if it was opened under no contract.

    Raises LookupError if the version that the ticket names is not the one that was in force when it was opened.
    """
    segments = _segments(ticket, now=now)
    return standing.stood(segments, _levels(_rows(ticket))) if segments else ()


def _segments(ticket: Ticket, *, now: datetime) -> list[Segment]:
    """The versions that it stood under until `now`. Raises what `stood` raises."""
    if not ticket.contract_sha256:
        return []
    until = max(now, ticket.opened_at) + timedelta(microseconds=1)
    segments = contracts.segments_between(ticket.organisation_id, ticket.opened_at, until)
    if not segments or (segments[0].start, segments[0].sha256) != (ticket.opened_at, ticket.contract_sha256):
        raise LookupError(
            f"ticket {ticket.number}: contract {ticket.contract_sha256} was not in force when it was opened"
        )
    return segments


def support_of(ticket: Ticket, *, now: datetime) -> SupportLevel | None:
    """What is promised to the ticket at `now`, or None if it stands under no contract."""
    found = stood(ticket, now=now)
    return found[-1].support if found else None


def calendar_of(ticket: Ticket, *, now: datetime) -> Calendar | None:
    """The hours in which its clocks count at `now`, or None if it stands under no contract."""
    support = support_of(ticket, now=now)
    return support.calendar if support else None


def note(ticket: Ticket, happening: Happening, *, at: datetime, reason: str = "") -> None:
    """Write what happened into the log of every clock that hears it, and keep the due instants for queues.

    A start and a change of level are written with the level that the ticket has from here on.
    """
    ClockEntry.objects.bulk_create(
        ClockEntry(
            ticket=ticket,
            promise=promise,
            kind=kind,
            at=at,
            reason=reason,
            level=ticket.level if kind in OF_THE_LEVEL else "",
        )
        for promise, kind in HEARD[happening].items()
    )
    keep_due(ticket, now=at)


def keep_due(ticket: Ticket, *, now: datetime) -> None:
    """Take over what the clocks say is due, and what was broken; the caller saves the ticket."""
    segments, rows = _segments(ticket, now=now), _rows(ticket)
    found = _read(ticket, segments, rows, now=now)[1]
    if found:
        ticket.response_due_at = found[Promise.RESPONSE].due_at
        ticket.resolution_due_at = found[Promise.RESOLUTION].due_at
        ticket.mitigation_due_at = found[Promise.MITIGATION].due_at if Promise.MITIGATION in found else None
        ticket.news_due_at = _owed_at(found.get(Promise.UPDATE))
        ticket.due_promise, ticket.due_at = breaches.owed(found) or ("", None)
        before, ticket.next_due_at = ticket.next_due_at, breaches.next_due(found)
        if ticket.next_due_at is not None and ticket.next_due_at != before:
            _look_then(ticket.next_due_at)
        Ticket.objects.filter(pk=ticket.pk).update(next_due_at=ticket.next_due_at)
        ticket.remind_at = _remind_at(found.get(Promise.UPDATE), now=now)
        ticket.credit_at_stake = _credit_at_stake(ticket, segments, now=now)
        breaches.keep(ticket, found, now=now)
        keep_rank(ticket)


def _look_then(at: datetime) -> None:
    from tallylight.support.jobs import look_later

    look_later(at=at)


def keep_rank(ticket: Ticket) -> None:
    """Take over where the ticket stands in queues, when its clocks, its level or its viewers changed; the caller saves it."""
    due, level = ticket.due_at, Level(ticket.level)
    ticket.rank_at = rank(due, level, credit=ticket.credit_at_stake, viewers=ticket.viewers).at if due else None


def _owed_at(news: Reading | None) -> datetime | None:
    """When news are or were due that have not come."""
    return news.due_at if news and news.state in breaches.OWING else None


def _remind_at(news: Reading | None, *, now: datetime) -> datetime | None:
    """When the owner is reminded of the news that are due next; None if that was before."""
    if news is None or news.state is not State.RUNNING or news.due_at is None:
        return None
    at = remind_at(news.due_at, news.target)
    return at if at > now else None


def _credit_at_stake(ticket: Ticket, segments: Sequence[Segment], *, now: datetime) -> Decimal:
    """What the contract in force gives for breaking what the ticket owes next, in per cent of its base."""
    if not ticket.due_promise:
        return Decimal(0)
    misses = segments[-1].agreement.credit.misses if segments[-1].end > now else ()
    at_stake = [each.credit for each in misses if (each.level, each.clock.value) == (ticket.level, ticket.due_promise)]
    return sum(at_stake, Decimal(0))


def readings(ticket: Ticket, *, now: datetime) -> dict[Promise, Reading]:
    """What each clock says at `now`; empty if nothing is promised."""
    return support_and_readings(ticket, now=now)[1]


def support_and_readings(ticket: Ticket, *, now: datetime) -> tuple[SupportLevel | None, dict[Promise, Reading]]:
    """What `support_of` and `readings` say, looked up once."""
    return _read(ticket, _segments(ticket, now=now), _rows(ticket), now=now)


def _read(
    ticket: Ticket, segments: Sequence[Segment], rows: Sequence[ClockEntry], *, now: datetime
) -> tuple[SupportLevel | None, dict[Promise, Reading]]:
    if not segments:
        return None, {}
    promised = standing.stood(segments, _levels(rows))
    return promised[-1].support, standing.readings_under(_happened(rows), done(ticket), promised, now=now)


def ladder(ticket: Ticket, *, now: datetime) -> tuple[Rung, ...]:
    """The contract's ladder with the instant of each step: when its share of the response clock will have been used.

    A step with hours of its own is left out where its instant lies outside of them.
    """
    segments, rows = _segments(ticket, now=now), _rows(ticket)
    if not segments:
        return ()
    promised = standing.stood(segments, _levels(rows))
    log, deeds = _happened(rows), done(ticket)
    instants = [(step, standing.share_instant(log, deeds, promised, step.at)) for step in promised[-1].support.ladder]
    return tuple(
        _rung(step, due_at)
        for step, due_at in instants
        if due_at is not None and (step.calendar is None or is_open(step.calendar, due_at))
    )


def _rung(step: Step, due_at: datetime) -> Rung:
    channels = tuple(each.value for each in step.channels)
    return Rung(step.name, step.role or "", channels, due_at, step.person, step.schedule, step.team)


def happened(ticket: Ticket) -> Log:
    """Each clock's events, in the order in which they were written down, without changes of what is promised."""
    return _happened(_rows(ticket))


def _happened(rows: Iterable[ClockEntry]) -> Log:
    log: dict[Promise, list[ClockEvent]] = {}
    for row in rows:
        promise, kind = Promise(row.promise), Kind(row.kind)
        if promise not in log or kind not in OF_THE_LEVEL or row.target is not None:
            log.setdefault(promise, []).append(ClockEvent(kind, row.at, reason=row.reason, target=row.target))
    return log


def done(ticket: Ticket) -> Done:
    """When a person took the case, and when the staff wrote to the customer."""
    own = Q(home=ticket) | Q(home=None, ticket=ticket) | Q(pk__in=ticket.began_with)
    words = Entry.objects.filter(own, kind=entries.Kind.MESSAGE).exclude(
        author__memberships__organisation=ticket.organisation_id
    )
    return Done(ticket.acknowledged_at, tuple(words.order_by("at").values_list("at", flat=True)))


def first_level(ticket: Ticket) -> Level:
    """The level at the opening; where nothing is promised, the one it has."""
    levels = _levels(_rows(ticket))
    return levels[0][1] if levels else Level(ticket.level)


def _levels(rows: Iterable[ClockEntry]) -> list[tuple[datetime, Level]]:
    """From when on the ticket had which level; the first at its opening."""
    return [
        (row.at, Level(row.level))
        for row in rows
        if row.promise == Promise.RESPONSE and row.kind in OF_THE_LEVEL and row.level
    ]


def _rows(ticket: Ticket) -> list[ClockEntry]:
    return sorted((row for row in ticket.clock_log.all() if not row.withdrawn), key=lambda row: row.id)
