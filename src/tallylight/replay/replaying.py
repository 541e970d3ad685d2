"""Replaying a draft: load what happened, judge it again, lay both side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tallylight.accounts.api import OrganisationCard
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement
from tallylight.incidents import api as incidents
from tallylight.incidents.api import PastIncident
from tallylight.kernel.sentence import Sentence
from tallylight.replay import gaps
from tallylight.replay.cases import cases_of, misses_under
from tallylight.replay.compare import Month, clock_lines, month_costs, objective_lines
from tallylight.replay.period import Period, period
from tallylight.replay.values import ClockCase, Replay
from tallylight.sla import api as sla
from tallylight.support import api as support
from tallylight.support.api import PastTicket

#: A ticket is opened after its incident, by as much as a worker may be behind.
BEFORE = timedelta(days=1)


class Progress(NamedTuple):
    """What is being replayed: step `done` of `all`. `month` is empty while tickets are read."""

    done: int
    all: int
    month: str


def replay(
    customer: OrganisationCard,
    draft: Agreement,
    over: str,
    *,
    now: datetime,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Replay:
    """The draft over a period of the customer's past, in whole months; `progress` hears of each step before it is taken.

    Raises NoSuchPeriod, PeriodNotPast, PeriodTooLong, sla's NothingPromised, telemetry's HistoryAway.
    """
    span = period(over, sla.zone_of(customer.id, now), now)
    steps = len(span.months) + 1
    progress(Progress(0, steps, ""))
    happened = _Happened.during(customer.id, span, now=now)
    judged = [cases_of(draft, each, happened.incident_of(each), now=now) for each in happened.promised]
    cases, changes = [case for found, _ in judged for case in found], [change for _, change in judged if change]
    months, absent = _months(customer.id, draft, span, misses_under(cases), now=now, progress=progress)
    return Replay(
        customer=customer.slug,
        draft=draft.number,
        zone=span.zone,
        months=tuple(each.report.month for each in months),
        start=months[0].again.start,
        until=months[-1].again.until,
        objectives=objective_lines(months),
        clocks=clock_lines(cases),
        levels=tuple(changes),
        costs=month_costs(months),
        tickets=len(happened.promised),
        gaps=(*absent, *_gaps(draft, happened, cases, months, span)),
        unseen=happened.unseen(draft),
    )


class _Happened(NamedTuple):
    """Tickets and incidents of a period, and the contracts that applied."""

    tickets: list[PastTicket]
    incidents: dict[UUID, PastIncident]
    agreements: list[Agreement]
    start: datetime

    @classmethod
    def during(cls, organisation_id: UUID, span: Period, *, now: datetime) -> _Happened:
        start = sla.month_bounds(span.months[0], span.zone)[0]
        end = min(sla.month_bounds(span.months[-1], span.zone)[1], now)
        found = incidents.past_incidents(organisation_id, start - BEFORE, end)
        return cls(
            tickets=support.past_tickets(organisation_id, start, end, now=now),
            incidents={each.id: each for each in found},
            agreements=[each.agreement for each in contracts.segments_between(organisation_id, start, end)],
            start=start,
        )

    @property
    def promised(self) -> list[PastTicket]:
        """Tickets that some contract stood behind."""
        return [each for each in self.tickets if each.support is not None]

    def incident_of(self, ticket: PastTicket) -> PastIncident | None:
        return self.incidents.get(ticket.incident) if ticket.incident else None

    def unseen(self, draft: Agreement) -> int:
        """Incidents in regions that only the draft covers, without a ticket."""
        seen = {each.incident for each in self.tickets}
        return sum(
            each.covered is False and draft.covers(each.region) and each.id not in seen and each.opened_at >= self.start
            for each in self.incidents.values()
        )


def _months(
    organisation_id: UUID,
    draft: Agreement,
    span: Period,
    misses: Sequence[sla.Miss],
    *,
    now: datetime,
    progress: Callable[[Progress], None],
) -> tuple[list[Month], list[Sentence]]:
    """The months under some contract, judged twice, and what to say of the others. Raises NothingPromised if there are none."""
    found: list[Month] = []
    absent: list[Sentence] = []
    for place, month in enumerate(span.months, start=1):
        progress(Progress(place, len(span.months) + 1, month))
        try:
            report = sla.month_report(organisation_id, month, now)
            found.append(Month(report, sla.judge_again(organisation_id, draft, month, now, misses)))
        except sla.NothingPromised:
            absent.append(Sentence(gaps.NO_CONTRACT, {"month": month}))
    if not found:
        raise sla.NothingPromised
    return found, absent


def _gaps(
    draft: Agreement, happened: _Happened, cases: Sequence[ClockCase], months: Sequence[Month], span: Period
) -> list[Sentence]:
    without = len(happened.tickets) - len(happened.promised)
    return [
        *gaps.of_months([each.again for each in months]),
        *gaps.of_cases(cases, without=without, unseen=happened.unseen(draft)),
        *gaps.of_agreements(draft, happened.agreements, span.zone),
    ]
