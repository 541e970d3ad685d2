"""What slices count as: overload, rows of bad slices, and the three ways of attainment."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.contracts.api import Attain, ExclusionKind, ExclusionRule, Objective, Promise, UnknownCounts
from tallylight.sla.attainment import Standing, standing
from tallylight.sla.columns import verdicts_of
from tallylight.sla.slices import counts_of
from tallylight.sla.tally import Columns, lasting, overload_multiple, row_length, tally, tally_verdicts
from tallylight.sla.tests.rules import MINUTE, objective

NAN = float("nan")


def columns(
    letters: str,
    *,
    figures: list[float] | None = None,
    affected: list[float] | None = None,
    load: list[int] | None = None,
) -> Columns:
    size = len(letters)
    return Columns(
        verdicts_of(letters.encode()),
        np.array(figures or [NAN] * size),
        np.array(affected or [NAN] * size),
        np.array(load or [-1] * size),
    )


def in_rows_of(minutes: int, unknown: UnknownCounts = UnknownCounts.EXCLUDED, slice_: timedelta = MINUTE) -> Objective:
    return objective(at_least_for=minutes * MINUTE, unknown=unknown, slice=slice_)


@pytest.mark.parametrize(
    ("letters", "unknown", "good", "counted"),
    [
        ("gbbbbbg", "excluded", 2, 7),  # five in a row count
        ("gbbbbgg", "excluded", 7, 7),  # four don't, and count as good
        ("bbbbb", "excluded", 0, 5),  # a row at both edges
        ("bbgbbbbb", "excluded", 3, 8),  # a good slice breaks a row
        ("bbbxbb", "excluded", 5, 5),  # so does one that is taken out
        ("bbbubb", "excluded", 5, 5),  # an unknown one that does not count
        ("bbbubb", "good", 6, 6),  # an unknown one that counts as good
        ("bbbubb", "bad", 0, 6),  # but one that counts as bad is of the row
        ("uuuu", "bad", 4, 4),  # and a short row of such counts as good
        ("uuuuu", "bad", 0, 5),
        ("", "bad", 0, 0),
        ("xxx", "bad", 0, 0),
    ],
)
def test_bad_slices_count_in_a_row_of_five_minutes(letters: str, unknown: str, good: int, counted: int) -> None:
    found = tally(in_rows_of(5, UnknownCounts(unknown)), columns(letters))
    assert found.standing == Standing(good, counted)
    assert found.counts == counts_of(verdicts_of(letters.encode()))


@pytest.mark.parametrize(
    ("minutes", "slice_minutes", "needed"), [(0, 1, 1), (5, 1, 5), (10, 5, 2), (11, 5, 3), (4, 5, 1), (60, 60, 1)]
)
def test_a_row_has_as_many_slices_as_it_takes_to_last(minutes: int, slice_minutes: int, needed: int) -> None:
    assert row_length(in_rows_of(minutes, slice_=slice_minutes * MINUTE)) == needed


def test_slices_that_were_spared_are_told() -> None:
    assert tally(in_rows_of(3), columns("bgbbgbbb")).spared == 3


def test_by_the_mean_each_slice_counts_with_the_share_that_was_bad() -> None:
    errors = objective(Promise.ERRORS, attain=Attain.MEAN, unknown=UnknownCounts.GOOD)
    # 0.5 % + 0 % + 100 % + nothing asked for (good) = 100.5 % of a slice in 4: 1.005 / 4 lost
    found = tally(errors, columns("bgbu", figures=[0.5, 0.0, 100.0, NAN]))
    assert found.standing == Standing(4 - Fraction("1.005"), 4)
    assert found.standing.shown == Decimal("74.8750")


def test_the_mean_of_availability_is_the_mean_itself() -> None:
    up = objective(Promise.AVAILABILITY, attain=Attain.MEAN, unknown=UnknownCounts.BAD)
    # (99 + 100 + 0 for the unknown one) / 3 = 66.333… %
    found = tally(up, columns("bgux", figures=[99.0, 100.0, NAN, 10.0]))
    assert found.standing.attained == Fraction(199, 3)
    assert tally(objective(Promise.AVAILABILITY, attain=Attain.MEAN), columns("u")).standing == Standing(0, 0)


def test_by_those_affected_a_bad_slice_counts_with_the_share_of_users_it_hit() -> None:
    hit = objective(Promise.AVAILABILITY, attain=Attain.AFFECTED)
    # a quarter of the users in one slice, all of them in the one nobody counted: 1.25 of 5 lost
    found = tally(hit, columns("gbbgg", affected=[1.0, 0.25, NAN, NAN, 0.5]))
    assert found.standing == Standing(Fraction("3.75"), 5)


def overload(multiple: str) -> Decimal | None:
    return overload_multiple((ExclusionRule(ExclusionKind.OVERLOAD, "", load_multiple=Decimal(multiple)),))


def test_slices_with_too_much_load_are_taken_out() -> None:
    # the mean of 100, 100, 100 and 700 is 250; twice that is 500
    found = tally(objective(), columns("gbgb", load=[100, 100, 100, 700]), overload("2"))
    assert found.standing == Standing(2, 3)
    assert (found.overloaded, found.load_limit, found.counts.excluded) == (1, 500, 1)


def test_a_load_exactly_at_the_multiple_stays_in_the_count() -> None:
    # the mean of 100, 100 and 400 is 200; twice that is 400
    assert tally(objective(), columns("ggb", load=[100, 100, 400]), overload("2")).overloaded == 0
    assert (
        tally(objective(), columns("ggb", load=[100, 100, 401]), overload("2")).overloaded == 1
    )  # 400.67 is the limit


def test_the_mean_load_leaves_out_what_is_excluded_or_unknown() -> None:
    # without the excluded 10,000 and the unknown one the mean is 250
    found = tally(objective(), columns("xgggbu", load=[10_000, 100, 100, 100, 700, -1]), overload("2"))
    assert (found.load_limit, found.overloaded) == (500, 1)
    assert tally(objective(), columns("gb"), overload("2")).standing == Standing(1, 2)


def test_an_overload_breaks_a_row() -> None:
    load = [1, 1, 1, 1, 100, 1, 1, 1]
    assert tally(in_rows_of(5), columns("bbbbbbbb", load=load), overload("5")).standing == Standing(7, 7)


texts = st.text("gbux", max_size=80)
policies = st.sampled_from(UnknownCounts)
ways = st.sampled_from([Attain.SLICES, Attain.AFFECTED])


def slowly(bad: list[bool], at_least: int) -> list[bool]:
    """Walks slice by slice."""
    found = []
    for i, here in enumerate(bad):
        first = last = i
        while first > 0 and bad[first - 1]:
            first -= 1
        while last + 1 < len(bad) and bad[last + 1]:
            last += 1
        found.append(here and last - first + 1 >= at_least)
    return found


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 8))
def test_rows_are_found_as_a_slow_walk_finds_them(bad: list[bool], at_least: int) -> None:
    assert lasting(np.array(bad, np.bool_), at_least).tolist() == slowly(bad, at_least)


@given(texts, policies)
def test_without_further_rules_slices_count_as_their_verdicts_say(letters: str, unknown: UnknownCounts) -> None:
    verdicts = verdicts_of(letters.encode())
    found = tally(objective(unknown=unknown), columns(letters))
    assert found.standing == standing(counts_of(verdicts), unknown)
    assert found == tally_verdicts(objective(unknown=unknown), verdicts)


@given(texts, texts, policies, ways, st.integers(0, 12))
def test_an_excluded_slice_changes_nothing(
    before: str, after: str, unknown: UnknownCounts, attain: Attain, minutes: int
) -> None:
    rule = objective(unknown=unknown, attain=attain, at_least_for=minutes * MINUTE)
    # within a row it would break the row, which is a rule of its own
    between = f"{before}g", f"g{after}"
    assert tally(rule, columns("x".join(between))).standing == tally(rule, columns("".join(between))).standing


@given(texts, policies, ways, st.integers(0, 12), st.data())
def test_a_slice_that_turns_bad_never_raises_attainment(
    letters: str, unknown: UnknownCounts, attain: Attain, minutes: int, data: st.DataObject
) -> None:
    if "g" not in letters:
        return
    place = data.draw(st.sampled_from([i for i, each in enumerate(letters) if each == "g"]))
    rule = objective(unknown=unknown, attain=attain, at_least_for=minutes * MINUTE)
    worse = tally(rule, columns(f"{letters[:place]}b{letters[place + 1 :]}")).standing
    was = tally(rule, columns(letters)).standing
    assert worse.counted == was.counted
    assert worse.good <= was.good


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_a_mean_is_exact_whatever_the_order(figures: list[float]) -> None:
    rule = objective(Promise.ERRORS, attain=Attain.MEAN)
    once = tally(rule, columns("g" * len(figures), figures=figures)).standing
    again = tally(rule, columns("g" * len(figures), figures=sorted(figures))).standing
    assert once == again
    assert 0 <= once.good <= once.counted
