"""A minute of a region is what its worst measured node was."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tallylight.contracts.api import Objective, Promise, Statistic, UnknownCounts
from tallylight.sla.slices import RegionMinutes, ReportedSlices, Verdict, judge, judge_reported, minutes_within

NAN = float("nan")


def objective(
    promise: Promise = Promise.LATENCY, bound: float = 200.0, statistic: Statistic = Statistic.MEAN
) -> Objective:
    return Objective(
        name="o",
        service="s",
        regions=("r",),
        promise=promise,
        statistic=statistic,
        bound=bound,
        target=Decimal("99.9"),
        min_samples=60,
        unknown=UnknownCounts.EXCLUDED,
    )


def minute(*nodes: tuple[int, float, float, float]) -> RegionMinutes:
    sent, mean, p95, loss = (np.array([column]) for column in zip(*nodes, strict=True))
    return RegionMinutes(0, tuple(f"n{i}" for i in range(len(nodes))), sent, mean, p95, loss, mean / 10)


def verdict(rule: Objective, *nodes: tuple[int, float, float, float]) -> Verdict:
    return Verdict(int(judge(rule, minute(*nodes), np.zeros(1, bool)).verdicts[0]))


FINE, SLOW, LOSSY, DEAD, FEW = (
    (600, 80.0, 120.0, 0.0),
    (600, 320.0, 400.0, 0.0),
    (600, 80.0, 120.0, 5.0),
    (600, NAN, NAN, 100.0),
    (59, 900.0, 900.0, 100.0),
)


@pytest.mark.parametrize(
    ("rule", "nodes", "expected"),
    [
        (objective(), [FINE], Verdict.GOOD),
        (objective(), [FINE, SLOW], Verdict.BAD),
        (objective(), [(600, 200.0, 0.0, 0.0)], Verdict.GOOD),
        (objective(), [(600, 200.001, 0.0, 0.0)], Verdict.BAD),
        (objective(statistic=Statistic.P95, bound=100.0), [FINE], Verdict.BAD),
        (objective(), [FEW], Verdict.UNKNOWN),
        (objective(), [FINE, FEW], Verdict.GOOD),
        (objective(), [DEAD], Verdict.UNKNOWN),
        (objective(Promise.LOSS, 2.0), [LOSSY], Verdict.BAD),
        (objective(Promise.LOSS, 5.0), [LOSSY], Verdict.GOOD),
        (objective(Promise.LOSS, 2.0), [DEAD], Verdict.BAD),
        (objective(Promise.JITTER, 8.0), [FINE], Verdict.GOOD),
        (objective(Promise.JITTER, 8.0), [FINE, SLOW], Verdict.BAD),
        (objective(Promise.JITTER, 8.0), [DEAD], Verdict.UNKNOWN),
        (objective(Promise.AVAILABILITY, 90.0), [LOSSY], Verdict.GOOD),
        (objective(Promise.AVAILABILITY, 96.0), [FINE, LOSSY], Verdict.BAD),
        (objective(Promise.AVAILABILITY, 95.0), [LOSSY], Verdict.GOOD),
        (objective(Promise.AVAILABILITY, 90.0), [DEAD, FINE], Verdict.BAD),
    ],
)
def test_a_minute_is_judged_by_its_worst_measured_node(
    rule: Objective, nodes: list[tuple[int, float, float, float]], expected: Verdict
) -> None:
    assert verdict(rule, *nodes) is expected


def test_the_worst_node_is_named_with_its_figure() -> None:
    judged = judge(objective(), minute(FINE, SLOW), np.zeros(1, bool))
    assert (judged.nodes[int(judged.worst[0])], float(judged.figures[0])) == ("n1", 320.0)
    lowest = judge(objective(Promise.AVAILABILITY, 90.0), minute(LOSSY, FINE), np.zeros(1, bool))
    assert (lowest.nodes[int(lowest.worst[0])], float(lowest.figures[0])) == ("n0", 95.0)


def test_an_excluded_minute_stays_excluded_whatever_was_measured() -> None:
    for node in (FINE, SLOW, DEAD, FEW):
        assert judge(objective(), minute(node), np.ones(1, bool)).counts().excluded == 1


def test_a_region_without_nodes_is_unknown() -> None:
    empty = np.zeros((3, 0))
    judged = judge(objective(), RegionMinutes(0, (), empty.astype(np.int64), *[empty] * 4), np.zeros(3, bool))
    assert judged.counts().unknown == 3
    assert np.isnan(judged.figures).all()


def test_a_minute_is_excluded_when_it_begins_within() -> None:
    assert minutes_within(0, 5, [(60.0, 179.0)]).tolist() == [False, True, True, False, False]
    assert minutes_within(0, 5, [(1.0, 60.0), (240.0, 1e12)]).tolist() == [False, False, False, False, True]


def test_what_probes_do_not_measure_has_to_be_reported() -> None:
    with pytest.raises(ValueError, match="first-frame"):
        judge(objective(Promise.FIRST_FRAME, 600.0), minute(FINE), np.zeros(1, bool))


def test_a_bad_slice_hits_the_share_of_users_on_nodes_out_of_bounds() -> None:
    judged = judge(objective(), minute(FINE, SLOW), np.zeros(1, bool), np.array([[900, 300]]))
    assert (judged.affected.tolist(), judged.load.tolist()) == ([0.25], [1200])
    nobody = judge(objective(), minute(FINE, SLOW), np.zeros(1, bool), np.array([[0, 0]]))
    assert np.isnan(nobody.affected).all()


def reported(*slices: tuple[float, int]) -> ReportedSlices:
    figures, samples = (np.array(column) for column in zip(*slices, strict=True))
    unknown = np.full(len(slices), NAN)
    return ReportedSlices(0, 300, figures, samples, unknown, np.full(len(slices), -1))


def test_reported_slices_are_judged_by_the_same_bounds() -> None:
    rule = objective(Promise.FIRST_FRAME, 600.0)
    judged = judge_reported(rule, reported((600.0, 60), (600.1, 60), (900.0, 59), (NAN, 0), (700.0, 99)), EXCLUDED_LAST)
    words = [Verdict(each).word for each in judged.verdicts.tolist()]
    assert words == ["good", "bad", "unknown", "unknown", "excluded"]
    assert (judged.slice_s, judged.nodes, judged.worst.tolist()) == (300, ("reported",), [0, 0, -1, -1, 0])


EXCLUDED_LAST = np.array([False, False, False, False, True])
figures = st.one_of(st.just(NAN), st.floats(0, 1000))
shapes = st.tuples(st.integers(0, 40), st.integers(0, 4))


PROBED = (Promise.AVAILABILITY, Promise.LATENCY, Promise.LOSS, Promise.JITTER)


@given(st.data(), shapes, st.sampled_from(PROBED), st.floats(0, 500))
def test_every_minute_is_exactly_one_thing(
    data: st.DataObject, shape: tuple[int, int], promise: Promise, bound: float
) -> None:
    grid = arrays.arrays(np.float64, shape, elements=figures)
    minutes = RegionMinutes(
        0,
        tuple(f"n{i}" for i in range(shape[1])),
        data.draw(arrays.arrays(np.int64, shape, elements=st.integers(0, 1000))),
        data.draw(grid),
        data.draw(grid),
        data.draw(grid),
        data.draw(grid),
    )
    excluded = data.draw(arrays.arrays(np.bool_, shape[:1]))
    judged = judge(objective(promise, bound), minutes, excluded)
    counts = judged.counts()
    assert counts.good + counts.bad + counts.unknown + counts.excluded == len(minutes) == counts.slices
    assert counts.excluded == int(excluded.sum())
