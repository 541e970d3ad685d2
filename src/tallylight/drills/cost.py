"""What a drill's minutes mean under each affected customer's contract, with the way to every figure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from tallylight.accounts import api as accounts
from tallylight.drills.report import Verdict
from tallylight.kernel import clock
from tallylight.sla import api as sla


def of(customers: Iterable[str], *, start: datetime, end: datetime) -> tuple[dict[str, Any], list[Verdict]]:
    """Per customer (slug) the credit that the minutes of [start, end) would earn in a month that is otherwise all good,
    and how the month's objectives stand with them. Raises telemetry's HistoryAway.
    """
    credit: dict[str, Any] = {}
    verdicts: list[Verdict] = []
    for slug in customers:
        meaning = sla.credit_between(accounts.organisation_by_slug(slug).id, start, end, now=clock.now())
        credit[slug] = _credit(meaning.credit)
        verdicts += [_standing(slug, row) for row in meaning.rows if row.counts.bad]
    return credit, verdicts


def _credit(credit: sla.Credit) -> dict[str, Any]:
    return {
        "amount": str(credit.amount.amount),
        "currency": credit.amount.currency,
        "percent_of_fee": str(credit.percent),
        "derivation": [step.said(gettext) for step in credit.steps],
    }


def _standing(customer: str, row: sla.Row) -> Verdict:
    """The drill's bad minutes beside those that the whole month may have."""
    return Verdict(
        promise=f"{row.objective.name} in {row.region} for {customer}",
        held=row.lost_minutes <= row.budget_minutes,
        measured=f"{float(row.lost_minutes):g} bad minutes",
        allowed=f"{row.budget_minutes} bad minutes a month",
    )
