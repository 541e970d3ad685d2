"""Published rules of other providers, from their contract files to the cent. All sums here were made by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tallylight.contracts import api as contracts
from tallylight.contracts.tests.samples import EXAMPLES
from tallylight.sla.credit import credit
from tallylight.sla.earned import Credit, Outcome, Part
from tallylight.sla.slices import ReportedSlices, judge_reported
from tallylight.sla.tally import Columns, Tally, overload_multiple, tally

#: A month of thirty days.
MINUTES = 43_200
SLICES = MINUTES // 5
WHOLE = Part(MINUTES, MINUTES)
FILES = sorted((EXAMPLES / "published").glob("*.yaml"))


def month(
    name: str, figures: Any, *, samples: Any = 1_000, affected: Any = None, load: Any = None
) -> tuple[Tally, Credit]:
    """What a month of reported figures attains and earns under a published rule."""
    agreement = contracts.read((EXAMPLES / "published" / f"{name}.yaml").read_text(encoding="utf-8"))
    (objective,) = agreement.objectives
    size = len(figures)
    grid = ReportedSlices(
        0,
        int(objective.slice.total_seconds()),
        np.asarray(figures, np.float64),
        np.broadcast_to(np.asarray(samples, np.int64), size),
        np.full(size, np.nan) if affected is None else np.asarray(affected, np.float64),
        np.full(size, -1) if load is None else np.asarray(load, np.int64),
    )
    judged = judge_reported(objective, grid, np.zeros(size, np.bool_))
    found = tally(objective, Columns.of([judged]), overload_multiple(agreement.exclusions))
    return found, credit(agreement.credit, agreement.fees, [Outcome(objective, "r", found)], WHOLE)


def good(size: int, figure: float = 0.0) -> Any:
    return np.full(size, figure)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_published_rule_is_a_sound_contract(path: Any) -> None:
    assert contracts.read(path.read_text(encoding="utf-8")).objectives


@pytest.mark.parametrize(
    ("down", "amount"),
    [
        (0, "0.00"),
        # 0.1 % of 43,200 minutes is 43.2: with 43 bad ones 99.9004… % were good, with 44 it is 99.8981… %
        (43, "0.00"),
        (44, "500.00"),  # 10 % of 5,000
        # 1 % is 432 minutes: exactly 99 % is not below it
        (432, "500.00"),
        (433, "1250.00"),  # 25 %
        # 5 % is 2,160 minutes
        (2_160, "1250.00"),
        (2_161, "5000.00"),  # 100 %
        (43_200, "5000.00"),
    ],
)
def test_medialive_credits_by_tiers_of_the_month(down: int, amount: str) -> None:
    figures = good(MINUTES, 100.0)
    figures[:down] = 0.0
    assert month("aws-medialive", figures)[1].amount.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("errors", "uptime", "amount"),
    [
        # 8.64 slices wholly of errors are 0.1 % of 8,640. As 864 slices of 1 %: exactly 99.9 %, which is kept
        ([1.0] * 864, "99.9", "0.00"),
        ([1.0] * 864 + [0.01], "99.899998", "1200.00"),  # 864.01 / 8,640 = 0.10000115…: 10 % of 12,000
        # one slice of 100 % alone: 1 / 8,640 = 0.011574… %
        ([100.0], "99.988425", "0.00"),
        # 864 slices of 10 %: 1 %, exactly 99.0, not below it
        ([10.0] * 864, "99", "1200.00"),
        ([10.0] * 864 + [1.0], "98.999884", "3000.00"),  # 25 %
        # 864 slices of 50 %: 5 %
        ([50.0] * 864, "95", "3000.00"),
        ([50.0] * 864 + [50.0], "94.994212", "12000.00"),  # 100 %
    ],
)
def test_cloudfront_takes_the_mean_of_five_minute_error_rates(errors: list[float], uptime: str, amount: str) -> None:
    figures = good(SLICES)
    figures[: len(errors)] = errors
    found, owed = month("aws-cloudfront", figures)
    attained = found.standing.attained
    assert attained is not None
    assert round(attained, 6) in (Fraction(uptime), Fraction(uptime) + Fraction(1, 10**6))
    assert owed.amount.amount == Decimal(amount)


def test_cloudfront_has_no_errors_where_nobody_asked() -> None:
    figures = good(SLICES, np.nan)
    figures[0] = 100.0
    assert month("aws-cloudfront", figures, samples=np.where(np.isnan(figures), 0, 10))[0].standing.counted == SLICES


@pytest.mark.parametrize(
    ("rows", "lost", "amount"),
    [
        # a slice of five minutes alone does not last ten minutes
        ([1] * 400, 0, "0.00"),
        # 0.3 % of 8,640 slices are 25.92: 25 lost keep 99.7106… %, 26 leave 99.6990… %
        ([25], 25, "0.00"),
        ([2] * 13, 26, "2000.00"),  # 10 % of 20,000
        ([2] * 12 + [1] * 9, 24, "0.00"),
        # 1 % is 86.4 slices
        ([86], 86, "2000.00"),
        ([87], 87, "5000.00"),  # 25 %
        # 5 % is 432 slices: exactly 95 %
        ([432], 432, "5000.00"),
        ([433], 433, "10000.00"),  # 50 %
    ],
)
def test_tencent_counts_what_lasts_ten_minutes(rows: list[int], lost: int, amount: str) -> None:
    figures, at = good(SLICES), 0
    for length in rows:
        figures[at : at + length] = 0.06  # above 0.05 %
        at += length + 1
    found, owed = month("tencent-vod", figures)
    assert found.standing.lost == lost
    assert owed.amount.amount == Decimal(amount)


def test_tencent_s_bound_itself_is_not_above_it() -> None:
    assert month("tencent-vod", good(SLICES, 0.05))[0].standing.lost == 0


@pytest.mark.parametrize(
    ("lengths", "lost", "amount"),
    [
        ([4] * 100, 0, "0.00"),
        # 0.05 % of 43,200 minutes is 21.6
        ([5] * 4, 20, "0.00"),
        ([21], 21, "0.00"),
        ([5, 5, 12], 22, "800.00"),  # 10 % of 8,000
        ([433], 433, "2000.00"),  # below 99 %
        ([2_161], 2_161, "4000.00"),  # below 95 %
    ],
)
def test_media_cdn_is_down_after_five_minutes_of_errors(lengths: list[int], lost: int, amount: str) -> None:
    figures, at = good(MINUTES), 0
    for length in lengths:
        figures[at : at + length] = 5.1
        at += length + 1
    found, owed = month("google-media-cdn", figures)
    assert found.standing.lost == lost
    assert owed.amount.amount == Decimal(amount)


def test_media_cdn_leaves_out_minutes_with_few_requests_or_too_much_load() -> None:
    figures, samples, load = good(MINUTES), np.full(MINUTES, 60), np.full(MINUTES, 100)
    figures[:30] = 50.0
    samples[:30] = 59  # too few to be downtime
    figures[100:130] = 50.0
    load[100:130] = 1_000  # the mean is (43,170 × 100 + 30 × 1,000) / 43,200 = 100.625; five times that is 503.125
    found, owed = month("google-media-cdn", figures, samples=samples, load=load)
    assert (found.standing.lost, found.standing.counted) == (0, MINUTES - 30)
    assert found.load_limit == Fraction("503.125")
    assert owed.amount.minor == 0
    load[100:130] = 500  # now within five times the mean, 100.27…: 30 minutes are lost
    assert month("google-media-cdn", figures, samples=samples, load=load)[0].standing.lost == 30


def test_cloudflare_credits_outage_minutes_times_those_affected() -> None:
    figures, affected = good(MINUTES, 100.0), np.full(MINUTES, np.nan)
    figures[:90], affected[:60] = 0.0, 0.25
    # 60 minutes × 0.25 + 30 minutes × 1 (nobody counted) = 45 of 43,200, of 30,000.00: 31.25
    found, owed = month("cloudflare-enterprise", figures, affected=affected)
    assert found.hit == 45
    assert str(owed.amount) == "USD 31.25"
    assert [each.said() for each in owed.steps][-2:] == [
        "0.104167% of the month's fees of USD 30,000.00 are owed.",
        "The credit is USD 31.25, rounded once, half to even.",
    ]


def test_cloudflare_rounds_once() -> None:
    figures = good(MINUTES, 100.0)
    figures[:7] = 0.0
    # 7 / 43,200 of 30,000.00 is 4.86111…
    assert str(month("cloudflare-enterprise", figures)[1].amount) == "USD 4.86"
    assert month("cloudflare-enterprise", good(MINUTES, 100.0))[1].amount.minor == 0
    # everything, all month: no more than the fees
    assert str(month("cloudflare-enterprise", good(MINUTES, 0.0))[1].amount) == "USD 30,000.00"


@pytest.mark.parametrize(
    ("lengths", "lost", "amount"),
    [
        ([4] * 50, 0, "0.00"),  # 200 minutes that nobody counts
        ([5] * 8, 40, "0.00"),  # 40 of 43,200: 99.907… %
        ([5] * 8 + [4], 40, "0.00"),
        ([5] * 9, 45, "150.00"),  # 99.895… %: 10 % of 1,500
    ],
)
def test_downtime_begins_with_five_minutes_in_a_row(lengths: list[int], lost: int, amount: str) -> None:
    figures, at = good(MINUTES, 100.0), 0
    for length in lengths:
        figures[at : at + length] = 0.0
        at += length + 1
    found, owed = month("five-minute-downtime", figures)
    assert found.standing.lost == lost
    assert owed.amount.amount == Decimal(amount)
