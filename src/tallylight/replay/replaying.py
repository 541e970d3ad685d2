"""Replaying a draft: load what happened, judge it again, lay both side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tallylight.accounts.api import OrganisationCard
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement
from tallylight.incidents import api as incidents
from tallylight.incidents.api import PastIncident
from tallylight.replay import gaps
from tallylight.replay.cases import cases_of, misses_under
from tallylight.replay.compare import Month, month_cost, objective_lines
from tallylight.replay.parts import Judged, MonthPart, TicketsPart, put_together
from tallylight.replay.period import Period, period
from tallylight.replay.values import Replay
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


class Question(NamedTuple):
    """A draft over months of a customer's past, as they stand at `now`."""

    customer: OrganisationCard
    draft: Agreement
    span: Period
    now: datetime


def asked(customer: OrganisationCard, draft: Agreement, over: str, *, now: datetime) -> Question:
    """The question, if it can be answered. Raises NoSuchPeriod, PeriodNotPast, PeriodTooLong, sla's NothingPromised."""
    span = period(over, sla.zone_of(customer.id, now), now)
    if not contracts.segments_between(customer.id, *_bounds(span)):
        raise sla.NothingPromised
    return Question(customer, draft, span, now)


def replay(question: Question, *, progress: Callable[[Progress], None] = lambda _: None) -> Replay:
    """All at once; `progress` hears of each step before it is taken. Raises telemetry's HistoryAway."""
    steps = len(question.span.months) + 1
    progress(Progress(0, steps, ""))
    tickets = judge_tickets(question)
    months: list[MonthPart] = []
    for place, month in enumerate(question.span.months, start=1):
        progress(Progress(place, steps, month))
        months.append(judge_month(question, month, tickets))
    return put_together(question.customer.slug, question.draft.number, question.span.zone, tickets, months)


def judge_tickets(question: Question) -> TicketsPart:
    """What was done on tickets and noticed of incidents, read again."""
    customer, draft, span, now = question
    happened = _Happened.during(customer.id, span, now=now)
    judged = [cases_of(draft, each, happened.incident_of(each), now=now) for each in happened.promised]
    cases = tuple(case for found, _ in judged for case in found)
    unseen = happened.unseen(draft)
    without = len(happened.tickets) - len(happened.promised)
    return TicketsPart(
        cases=cases,
        levels=tuple(change for _, change in judged if change),
        tickets=len(happened.promised),
        unseen=unseen,
        gaps=(
            *gaps.of_cases(cases, without=without, unseen=unseen),
            *gaps.of_agreements(draft, happened.agreements, span.zone),
        ),
    )


def judge_month(question: Question, month: str, tickets: TicketsPart) -> MonthPart:
    """A month as it was reported and as the draft judges it, with the support promises that it would have broken.

    Raises telemetry's HistoryAway.
    """
    customer, draft, _, now = question
    try:
        report = sla.month_report(customer.id, month, now)
        again = sla.judge_again(customer.id, draft, month, now, misses_under(tickets.cases))
    except sla.NothingPromised:
        return MonthPart(month, None)
    both = Month(report, again)
    return MonthPart(
        month,
        Judged(again.start, again.until, objective_lines(both), month_cost(both), tuple(gaps.of_month(again))),
    )


def _bounds(span: Period) -> tuple[datetime, datetime]:
    return sla.month_bounds(span.months[0], span.zone)[0], sla.month_bounds(span.months[-1], span.zone)[1]


class _Happened(NamedTuple):
    """Tickets and incidents of a period, and the contracts that applied."""

    tickets: list[PastTicket]
    incidents: dict[UUID, PastIncident]
    agreements: list[Agreement]
    start: datetime

    @classmethod
    def during(cls, organisation_id: UUID, span: Period, *, now: datetime) -> _Happened:
        start, end = _bounds(span)
        end = min(end, now)
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
