"""A month judged again: by what was sealed where that tells enough, by history else, and missing where neither does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement
from tallylight.kernel.money import Money
from tallylight.sla import api
from tallylight.sla.tests.conftest import NOW, forget_measured
from tallylight.sla.tests.test_sealing import SEALED, customer, seal, source
from tallylight.telemetry.history.client import History

pytestmark = pytest.mark.django_db
#: Minutes of June are gone from history by then.
GONE = SEALED + timedelta(days=120)


@pytest.fixture
def short(lumen: UUID, history: History) -> UUID:
    """A customer whose contract begins with the tenth of June."""
    return customer("astra-voice")


def draft(*changes: tuple[str, str]) -> Agreement:
    return contracts.read(source("astra-voice", *changes))


def again(organisation: UUID, agreement: Agreement, now: datetime, objective: str = "latency") -> api.RowAgain:
    month = api.judge_again(organisation, agreement, "2026-06", now)
    return next(
        each for each in month.rows if (each.row.objective.name, each.row.region) == (objective, "ap-southeast")
    )


def test_the_contract_in_force_is_judged_as_it_was_reported(short: UUID) -> None:
    for now in (NOW, SEALED):
        report, month = api.month_report(short, "2026-06", now), api.judge_again(short, draft(), "2026-06", now)
        assert tuple(each.row for each in month.rows) == report.segments[0].rows
        assert month.credit == report.segments[0].credit
        assert month.part == report.segments[0].part


def test_another_bound_is_held_against_what_was_sealed_even_when_history_is_gone(short: UUID, history: History) -> None:
    lower = draft(("at_most: 200ms", "at_most: 80ms"))
    fresh = again(short, lower, SEALED)
    assert (fresh.row.counts.good, fresh.row.counts.bad) == (0, 17)
    seal(short)
    history.run("TRUNCATE TABLE path_minute")
    forget_measured()
    sealed = again(short, lower, SEALED)
    assert (sealed.row.counts, sealed.missing) == (fresh.row.counts, 0)


def test_other_figures_need_history_and_are_missing_where_it_does_not_reach(short: UUID) -> None:
    seal(short)
    other = draft(("statistic: mean", "statistic: p95"))
    assert again(short, other, SEALED).missing == 0
    late = again(short, other, GONE)
    assert (late.row.counts.slices, late.kept, late.why) == (0, None, api.Missing.TOO_OLD)


def test_what_is_missing_is_never_kept_and_counts_only_where_it_is_missed_even_so(short: UUID) -> None:
    seal(short)
    strict = draft(("statistic: mean", "statistic: p95"), ("at_most: 200ms", "at_most: 80ms"))
    month = api.judge_again(short, strict, "2026-06", GONE)
    latency = next(each for each in month.rows if each.row.objective.name == "latency")
    assert latency.kept is None
    assert all("latency" not in step.said() for step in month.credit.steps)
    assert month.credit.amount <= Money(120_000, "USD")
    missed = replace(
        latency,
        row=replace(latency.row, tally=replace(latency.row.tally, standing=api.Standing(0, 10_000))),
        missing=10_000,
    )
    assert missed.kept is False


def test_a_region_without_nodes_has_no_history(short: UUID) -> None:
    wider = draft(("regions: [ap-southeast, us-east]", "regions: [ap-southeast, us-east, eu-central]"))
    month = api.judge_again(short, wider, "2026-06", NOW)
    there = [each for each in month.rows if each.row.region == "eu-central"]
    assert [(each.why, each.kept, each.row.counts.slices) for each in there] == [(api.Missing.NO_HISTORY, None, 0)] * 3
