"""History on a real engine: what is written once is there once, and the questions get exact answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tallylight.fleet.api import NodeCard
from tallylight.kernel.ids import new_id
from tallylight.telemetry import record as records
from tallylight.telemetry import wal
from tallylight.telemetry.cards import Metric, Scope
from tallylight.telemetry.errors import HistoryAway, SpanTooWide
from tallylight.telemetry.history import queries
from tallylight.telemetry.history.blocks import blocks
from tallylight.telemetry.history.client import History
from tallylight.telemetry.history.refill import refill
from tallylight.telemetry.history.schema import migrate
from tallylight.telemetry.history.writer import Writer, taken_in
from tallylight.telemetry.marks import Marks
from tallylight.telemetry.record import Record
from tallylight.telemetry.synthetic import Weather, batch
from tallylight.telemetry.window import LiveWindow
from tallylight.wire.batch import decode, encode

MINUTE = int(datetime.now(UTC).timestamp()) // 120 * 120 - 600  # noqa: TID251 - raw seconds live two days from the real now
NODES = ("dxb-1", "fra-1", "iad-1", "sin-1")


def utc(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def record(
    node: str, sequence: int, second: int, *, shift_s: int = 0, weather: dict[str, Weather] | None = None
) -> Record:
    peers = [peer for peer in NODES if peer != node]
    body = encode(batch(node, sequence, second, peers, weather=weather, audiences={"astra": 7, "pop": 2}))
    return Record(node, "eu", sequence, second * 1_000_000, 0, shift_s, body)


def write(history: History, taken: list[Record], *, token: str) -> None:
    for table, block in blocks([(each, decode(each.body)) for each in taken]):
        history.insert(table, block, token=f"{token}:{table}")


def count(history: History, table: str, what: str = "count()") -> int:
    return int(history.rows(f"SELECT {what} FROM {table}")[0][0])  # noqa: S608 - words of ours


def test_migrations_are_applied_once(history: History) -> None:
    assert migrate(history) == []


def test_rows_arrive_as_they_were_sent(history: History) -> None:
    write(
        history,
        [record("sin-1", 1, MINUTE + 1, weather={"fra-1": Weather(rtt_ms=250.5, lost=3, silent_ms=40)})],
        token="a",
    )
    rows = history.rows(
        "SELECT toUnixTimestamp(at), node, region, peer, sent, received, lost, silent_ms, rtts_us FROM path_second ORDER BY peer"
    )
    assert rows[1] == (MINUTE + 1, "sin-1", "eu", "fra-1", 10, 7, 3, 40, [250_500] * 7)
    assert [row[3] for row in rows] == ["dxb-1", "fra-1", "iad-1"]
    host = history.rows("SELECT cpu, memory, disk, egress_bps, sockets FROM node_second")
    assert host == [(0.25, 0.5, 0.75, 8_000_000, 100)]
    assert history.rows("SELECT customer, stream, viewers FROM viewer_second ORDER BY customer") == [
        ("astra", "main", 7),
        ("pop", "main", 2),
    ]


def test_a_repeated_insert_changes_neither_rows_nor_rollups(history: History) -> None:
    for _ in range(3):
        write(history, [record("sin-1", 1, MINUTE + 1)], token="same")
    assert count(history, "path_second") == 3
    assert count(history, "path_minute", "sum(sent)") == 30
    assert count(history, "viewer_minute", "sum(viewer_seconds)") == 9


def test_a_repeated_insert_heals_a_rollup_that_a_crash_left_out(history: History) -> None:
    history.run("DROP VIEW path_minute_view")
    history.run("DELETE FROM schema_steps WHERE 1")
    write(history, [record("sin-1", 1, MINUTE + 1)], token="torn")
    assert count(history, "path_minute") == 0
    migrate(history)
    write(history, [record("sin-1", 1, MINUTE + 1)], token="torn")
    assert (count(history, "path_second"), count(history, "path_minute", "sum(sent)")) == (3, 30)


def segment(folder: Path, number: int, taken: list[Record]) -> Path:
    path = folder / f"{number:020d}.wal"
    path.write_bytes(b"".join(wal.frame(records.encode(each)) for each in taken))
    return path


def drained(history: History, folder: Path, paths: list[Path]) -> Writer:
    """A writer that has dealt with `paths`."""
    writer = Writer(history, Marks(folder / "marks.json"), forget=Path.unlink)
    for path in paths:
        writer.add(path)
    writer.start()
    writer.close()
    return writer


def test_a_crash_between_insert_and_marks_counts_nothing_twice(history: History, tmp_path: Path) -> None:
    taken = [record(node, 1, MINUTE + 1) for node in NODES]
    path = segment(tmp_path, 1, taken)
    for table, block in blocks(taken_in(path, {}))[:2]:
        history.insert(table, block, token=f"{path.stem}:{table}")  # and here the hub was killed
    drained(history, tmp_path, [path])
    assert (count(history, "path_second"), count(history, "viewer_second")) == (12, 8)
    assert count(history, "path_minute", "sum(seconds)") == 12
    assert not path.exists()


def test_a_crash_between_marks_and_removal_counts_nothing_twice(history: History, tmp_path: Path) -> None:
    taken = [record("sin-1", 1, MINUTE + 1), record("sin-1", 2, MINUTE + 2)]
    drained(history, tmp_path, [segment(tmp_path, 1, taken)])
    drained(
        history,
        tmp_path,
        [segment(tmp_path, 1, taken), segment(tmp_path, 2, [taken[1], record("sin-1", 3, MINUTE + 3)])],
    )
    assert count(history, "node_second") == 3


def test_a_record_that_can_not_be_read_stops_nothing(history: History, tmp_path: Path) -> None:
    good = record("sin-1", 2, MINUTE + 2)
    bad = Record("sin-1", "eu", 1, 0, 0, 0, b"garbage")
    drained(history, tmp_path, [segment(tmp_path, 1, [bad, good])])
    assert count(history, "node_second") == 1


def test_rows_of_a_node_with_a_wrong_clock_are_placed_by_the_hubs(history: History) -> None:
    write(history, [record("sin-1", 1, MINUTE + 1 - 30, shift_s=30)], token="a")
    assert history.rows("SELECT toUnixTimestamp(at) FROM node_second") == [(MINUTE + 1,)]


def fill(history: History, weather: Callable[[str, int], dict[str, Weather]]) -> None:
    """Two minutes of four nodes; `weather(node, second)` names each peer's."""
    taken = [
        record(node, second, MINUTE + second, weather=weather(node, second))
        for second in range(1, 121)
        for node in NODES
    ]
    write(history, taken, token="fill")


def around(sick: str, bad: Weather) -> Callable[[str, int], dict[str, Weather]]:
    """In the second minute everything to and from `sick` is bad."""

    def weather(node: str, second: int) -> dict[str, Weather]:
        if second <= 60:
            return {}
        return dict.fromkeys(NODES, bad) if node == sick else {sick: bad}

    return weather


def test_minutes_blame_the_sick_node_only_and_say_what_nobody_measured(history: History) -> None:
    fill(history, around("sin-1", Weather(rtt_ms=300, lost=1)))
    stats = queries.minute_stats(history, {"sin-1", "fra-1", "new-1"}, start=utc(MINUTE), end=utc(MINUTE + 180))
    assert stats.nodes == ("fra-1", "new-1", "sin-1")
    table = {
        (int(minute), stats.nodes[node]): (int(sent), mean, p95, loss, int(heard))
        for minute, node, sent, mean, p95, loss, heard in zip(
            stats.minute_s,
            stats.node,
            stats.sent,
            stats.mean_ms,
            stats.p95_ms,
            stats.loss_pct,
            stats.heard_s,
            strict=True,
        )
    }
    assert table[MINUTE, "sin-1"] == (3600, pytest.approx(20), pytest.approx(20), 0, 60)
    assert table[MINUTE + 60, "sin-1"] == (3600, pytest.approx(300), pytest.approx(300), pytest.approx(10), 60)
    assert table[MINUTE + 60, "fra-1"] == (3600, pytest.approx(20), pytest.approx(20), 0, 60)
    for minute, node in ((MINUTE, "new-1"), (MINUTE + 120, "sin-1")):
        sent, mean, _, loss, heard = table[minute, node]
        assert (sent, heard) == (0, 0)
        assert np.isnan([mean, loss]).all()


def test_a_dead_minute_is_all_loss_and_no_latency(history: History) -> None:
    fill(history, around("sin-1", Weather(lost=10)))
    stats = queries.minute_stats(history, {"sin-1"}, start=utc(MINUTE + 60), end=utc(MINUTE + 120))
    assert (stats.loss_pct.tolist(), np.isnan(stats.mean_ms).tolist()) == ([100], [True])


@pytest.mark.parametrize("before_s", [0, 6 * 3600], ids=["from seconds", "from minutes"])
def test_percentiles_of_a_trend_come_from_all_samples_together(history: History, before_s: int) -> None:
    """95 % of the samples are 20 ms, 5 % are 1,000 ms; no average of percentiles would say so."""
    fill(history, lambda _node, second: dict.fromkeys(NODES, Weather(rtt_ms=1_000)) if second % 20 == 0 else {})
    start, end = utc(MINUTE - before_s), utc(MINUTE + 120)
    trend = queries.trend(history, Scope(), Metric.LATENCY, start=start, end=end, step_s=120)
    lines = {line.name: line.values[-1] for line in trend.series}
    assert lines["mean"] == pytest.approx(69.0)
    assert lines["p50"] == pytest.approx(20.0, rel=0.05)
    assert lines["p99"] == pytest.approx(1_000.0, rel=0.05)


def test_seconds_and_minutes_agree(history: History) -> None:
    fill(history, around("sin-1", Weather(rtt_ms=200, lost=2)))
    scope = Scope(node="sin-1")
    for metric in (Metric.LATENCY, Metric.LOSS, Metric.CPU, Metric.VIEWERS):
        minutes = queries.trend(history, scope, metric, start=utc(MINUTE - 10_800), end=utc(MINUTE + 120), step_s=60)
        seconds = queries.trend(history, scope, metric, start=utc(MINUTE), end=utc(MINUTE + 120), step_s=60)
        for long, short in zip(minutes.series, seconds.series, strict=True):
            assert long.values[-2:] == pytest.approx(short.values, rel=0.02), (metric, long.name)


def test_where_nothing_is_known_a_trend_has_gaps(history: History) -> None:
    write(history, [record("sin-1", 1, MINUTE + 1)], token="a")
    trend = queries.trend(history, Scope(), Metric.CPU, start=utc(MINUTE), end=utc(MINUTE + 3), step_s=1)
    assert np.isnan(trend.series[0].values).tolist() == [False, True, True]


def test_too_many_points_are_refused_before_anything_is_asked(history: History) -> None:
    with pytest.raises(SpanTooWide):
        queries.trend(history, Scope(), Metric.CPU, start=utc(0), end=utc(MINUTE), step_s=1)


def test_words_of_the_asker_stay_words(history: History) -> None:
    scope = Scope(node="x' OR 1=1 --", customer="%(start)s", region="\\'")
    trend = queries.trend(history, scope, Metric.VIEWERS, start=utc(MINUTE), end=utc(MINUTE + 60), step_s=60)
    assert np.isnan(trend.series[0].values).all()


def test_viewers_are_the_most_of_any_second(history: History) -> None:
    write(history, [record("sin-1", 1, MINUTE + 1), record("fra-1", 1, MINUTE + 1)], token="a")
    seen = queries.viewers(history, start=utc(MINUTE), end=utc(MINUTE + 60), customer="astra")
    assert [(each.customer, each.node, each.viewers) for each in seen] == [("astra", "fra-1", 7), ("astra", "sin-1", 7)]


def test_an_engine_that_is_away_is_said_so() -> None:
    with pytest.raises(HistoryAway):
        History("http://tallylight:x@127.0.0.1:9/tallylight").rows("SELECT 1")


async def test_a_window_is_refilled_as_it_was(history: History) -> None:
    weather = around("sin-1", Weather(rtt_ms=300, lost=1))
    fill(history, weather)
    refilled, before = fleet_window(), fleet_window()
    await refill(refilled, history, until_s=MINUTE + 110)
    for second in range(1, 111):
        for node in NODES:
            before.take(decode(record(node, second, MINUTE + second, weather=weather(node, second)).body))
    assert refilled.path_ring.newest == before.path_ring.newest
    assert _by_name(refilled) == _by_name(before)


def fleet_window() -> LiveWindow:
    window = LiveWindow()
    window.set_fleet([NodeCard(new_id(), name, "eu", "127.0.0.1", 1, 1, b"") for name in NODES])
    return window


def _by_name(window: LiveWindow) -> list[tuple[str, str, float]]:
    names = {number: name for name, number in window.nodes.items()}
    sums = window.path_ring.sums("rtt_us", end_s=MINUTE + 110, width_s=100)
    return sorted((names[a], names[b], float(sums[column])) for (a, b), column in window.paths.items())


def day_figures(history: History, *, from_seconds: bool) -> tuple[list[int], list[float], list[float], list[float]]:
    first, last = (datetime.fromtimestamp(MINUTE + edge, UTC) for edge in (0, 120))
    stats = queries.minute_stats(history, ["sin-1"], start=first, end=last, from_seconds=from_seconds)
    return stats.sent.tolist(), stats.mean_ms.tolist(), stats.p95_ms.tolist(), stats.loss_pct.tolist()


def held(history: History) -> tuple[int, int]:
    first, last = (datetime.fromtimestamp(MINUTE + edge, UTC) for edge in (0, 7200))
    return queries.held_against_seconds(history, ["sin-1"], start=first, end=last)


def test_minutes_made_anew_from_seconds_are_those_of_the_rollup(history: History) -> None:
    weather = {"fra-1": Weather(rtt_ms=250.5, lost=3)}
    for second in (1, 2, 60, 61):
        write(history, [record("sin-1", second, MINUTE + second, weather=weather)], token=f"{second}")
    assert held(history) == (6, 0)
    assert str(day_figures(history, from_seconds=True)) == str(day_figures(history, from_seconds=False))


def test_a_rollup_that_lacks_seconds_is_found_and_not_believed(history: History) -> None:
    write(history, [record("sin-1", 1, MINUTE + 1)], token="whole")
    history.run("DROP VIEW path_minute_view")
    history.run("DELETE FROM schema_steps WHERE 1")
    write(history, [record("sin-1", 2, MINUTE + 2)], token="torn")
    migrate(history)
    assert held(history) == (3, 3)
    assert (day_figures(history, from_seconds=False)[0][0], day_figures(history, from_seconds=True)[0][0]) == (30, 60)


def test_minutes_whose_seconds_are_gone_accuse_nobody(history: History) -> None:
    write(history, [record("sin-1", 1, MINUTE + 1), record("sin-1", 2, MINUTE + 2)], token="both")
    history.run(f"DELETE FROM path_second WHERE toUnixTimestamp(at) = {MINUTE + 1}")  # noqa: S608 - a number of ours
    assert held(history) == (3, 0)
    history.run("TRUNCATE TABLE path_second")
    assert held(history) == (0, 0)
