"""The watch over a live window: batches in, alerts begun and over out."""

from __future__ import annotations

import copy

import pytest

from tallylight.alerts.evaluate import State
from tallylight.alerts.ledger import Cleared, Raised
from tallylight.alerts.models import Threshold
from tallylight.alerts.thresholds import InForce
from tallylight.alerts.watch import Watch
from tallylight.fleet.api import NodeCard
from tallylight.kernel.ids import new_id
from tallylight.telemetry.api import LiveWindow
from tallylight.telemetry.synthetic import CALM, Weather, batch

START = 1_700_000_000
NODES = ("a", "b", "c", "d")


class Kept:
    """A ledger that only remembers."""

    def __init__(self) -> None:
        self.changes: list[Raised | Cleared] = []

    def add(self, changes: list[Raised | Cleared]) -> None:
        self.changes += changes

    def words(self) -> list[str]:
        """What happened, and to whom."""
        return [f"{type(change).__name__.lower()} {change.node}" for change in self.changes]


def rule(metric: str = "latency", **fields: object) -> Threshold:
    usual = {
        "latency": {
            "raise_above": 200.0,
            "clear_below": 180.0,
            "window_s": 1,
            "for_s": 1,
            "clear_for_s": 3,
            "min_samples": 5,
        },
        "loss": {
            "raise_above": 2.0,
            "clear_below": 1.0,
            "window_s": 10,
            "for_s": 1,
            "clear_for_s": 5,
            "min_samples": 100,
        },
        "dead": {
            "raise_above": 1500.0,
            "clear_below": 1000.0,
            "window_s": 1,
            "for_s": 0,
            "clear_for_s": 3,
            "min_samples": 1,
        },
    }
    return Threshold(id=new_id(), region="eu", metric=metric, source="default", **usual[metric] | fields)  # type: ignore[misc]


class Network:
    """Four nodes, a hub that hears them, and a watch."""

    def __init__(self, *rules: Threshold) -> None:
        self.window, self.ledger, self.second = LiveWindow(), Kept(), START
        self.window.set_fleet([NodeCard(new_id(), name, "eu", "127.0.0.1", 1, 1, b"") for name in NODES])
        self.watch = Watch(self.window, self.ledger)
        self.watch.put(InForce(1, rules, {}))

    def pass_seconds(
        self, seconds: int, *, sick: dict[str, Weather] | None = None, mute: tuple[str, ...] = (), judged: bool = True
    ) -> None:
        """Every node sends each second, unless mute; paths to or from a sick node have its weather."""
        sick = sick or {}
        for _ in range(seconds):
            self.second += 1
            for node in NODES:
                if node not in mute:
                    weather = {peer: sick.get(node, sick.get(peer, CALM)) for peer in NODES if peer != node}
                    self.window.take(batch(node, self.second, self.second, weather, weather=weather))
                    self.window.hear(node, at=self.second, offset_us=0)
            if judged:
                self.watch.tick(self.second)

    @property
    def words(self) -> list[str]:
        return self.ledger.words()


SLOW, LOSSY, GONE = Weather(rtt_ms=300), Weather(lost=1), Weather(lost=10, silent_ms=9_000)


def test_a_slow_node_is_raised_once_and_cleared_once_and_its_peers_never() -> None:
    network = Network(rule())
    network.pass_seconds(5)
    network.pass_seconds(10, sick={"a": SLOW})
    network.pass_seconds(10)
    assert network.words == ["raised a", "cleared a"]
    raised, cleared = network.ledger.changes
    assert isinstance(raised, Raised)
    assert isinstance(cleared, Cleared)
    assert (int(raised.breached_at.timestamp()), raised.value) == (START + 6, 300)
    assert int(cleared.recovered_at.timestamp()) == START + 16
    assert cleared.worst == 300


def test_loss_needs_its_whole_window_and_enough_packets() -> None:
    network = Network(rule("loss"))
    network.pass_seconds(9, sick={"a": LOSSY})
    assert network.words == []
    network.pass_seconds(3, sick={"a": LOSSY})
    assert network.words == ["raised a"]


def test_a_dead_node_is_raised_at_first_sight() -> None:
    network = Network(rule("dead"))
    network.pass_seconds(3)
    network.pass_seconds(1, sick={"b": Weather(lost=10, silent_ms=1_600)})
    assert network.words == ["raised b"]


def test_a_silent_node_is_unknown_and_silence_clears_nothing() -> None:
    network = Network(rule())
    network.pass_seconds(3)
    network.pass_seconds(5, sick={"a": SLOW})
    network.pass_seconds(60, mute=("a",), sick={"a": GONE})
    assert network.words == ["raised a"]
    assert network.watch.standings()["a"] is State.FIRING
    network.pass_seconds(5)
    assert network.words == ["raised a", "cleared a"]


def test_a_node_the_hub_alone_does_not_hear_raises_nothing() -> None:
    network = Network(rule(), rule("dead"), rule("loss"))
    network.pass_seconds(15)
    network.pass_seconds(30, mute=("a",))
    assert network.words == []
    assert network.watch.standings()["a"] is State.UNKNOWN


def test_a_killed_node_is_dead_by_its_peers_and_back_only_when_both_hear_it() -> None:
    network = Network(rule("dead"))
    network.pass_seconds(3)
    for silent_ms in (800, 1_800, 2_800, 5_800, 7_800):
        network.pass_seconds(1, mute=("a",), sick={"a": Weather(lost=10, silent_ms=silent_ms)})
    assert network.words == ["raised a"]
    network.pass_seconds(10, mute=("a",))
    assert network.words == ["raised a"]
    network.pass_seconds(5)
    assert network.words == ["raised a", "cleared a"]


def test_when_the_hub_hears_nobody_nothing_is_said_of_anybody() -> None:
    network = Network(rule(), rule("dead"), rule("loss"))
    network.pass_seconds(15)
    network.pass_seconds(30, mute=NODES)
    assert network.words == []
    network.pass_seconds(15)
    assert network.words == []


def test_after_an_absence_of_the_hub_only_fresh_windows_count() -> None:
    network = Network(rule("loss"))
    network.pass_seconds(15)
    network.pass_seconds(20, sick={"a": Weather(lost=5)}, judged=False)
    network.pass_seconds(9)
    assert network.words == []
    assert network.watch.standings()["a"] is State.UNKNOWN
    network.pass_seconds(3)
    assert network.words == []
    assert network.watch.standings()["a"] is State.OK


def test_an_alert_open_before_a_restart_is_cleared_by_measurement_after_it() -> None:
    watched = rule()
    network = Network()
    network.watch = Watch(network.window, network.ledger)
    network.watch.put(InForce(1, (watched,), {(watched.id, "a"): 400.0}))
    network.pass_seconds(1, mute=NODES)
    network.pass_seconds(8)
    assert network.words == ["cleared a"]
    change = network.ledger.changes[0]
    assert isinstance(change, Cleared)
    assert change.worst == 400


def test_a_changed_threshold_is_judged_at_once_and_keeps_where_it_stood() -> None:
    watched = rule()
    network = Network(watched)
    network.pass_seconds(3)
    network.pass_seconds(3, sick={"a": SLOW})
    lower = copy.copy(watched)
    lower.raise_above, lower.clear_below = 350.0, 340.0
    network.watch.put(InForce(2, (lower, rule(raise_above=10.0)), {}))
    network.pass_seconds(5, sick={"a": SLOW})
    assert network.words == ["raised a", "raised a", "raised b", "raised c", "raised d", "cleared a"]


def test_a_withdrawn_threshold_clears_and_never_raises_again() -> None:
    watched = rule()
    network = Network(watched)
    network.pass_seconds(5, sick={"a": SLOW})
    gone = copy.copy(watched)
    gone.withdrawn_at = network.ledger.changes[0].raised_at  # type: ignore[union-attr]
    network.watch.put(InForce(2, (gone,), {}))
    network.pass_seconds(5)
    network.pass_seconds(5, sick={"a": SLOW})
    assert network.words == ["raised a", "cleared a"]


def test_a_node_that_joins_is_watched_and_one_that_leaves_is_not() -> None:
    network = Network(rule())
    network.pass_seconds(3)
    network.window.set_fleet([NodeCard(new_id(), name, "eu", "127.0.0.1", 1, 1, b"") for name in ("a", "b", "e")])
    network.watch.tick(network.second + 1)
    assert sorted(network.watch.standings()) == ["a", "b", "e"]


def test_a_node_that_went_with_an_open_alert_and_came_back_is_cleared_by_measurement() -> None:
    watched = rule()
    network = Network(watched)
    network.pass_seconds(5, sick={"a": SLOW})
    network.watch.put(InForce(2, (watched,), {(watched.id, "a"): 300.0}))
    everybody = [NodeCard(new_id(), name, "eu", "127.0.0.1", 1, 1, b"") for name in NODES]
    network.window.set_fleet(everybody[1:])
    network.pass_seconds(3, mute=("a",))
    network.window.set_fleet(everybody)
    network.pass_seconds(8)
    assert network.words == ["raised a", "cleared a"]


@pytest.mark.parametrize("lag_s", [1, 2])
def test_a_node_whose_batches_come_late_is_judged_late_and_not_unknown(lag_s: int) -> None:
    network = Network(rule())
    for second in range(START + 1, START + 20):
        for node in NODES:
            at = second - (lag_s if node == "a" else 0)
            weather = (
                dict.fromkeys(NODES, SLOW) if node == "a" and at > START + 8 else {"a": SLOW} if at > START + 8 else {}
            )
            network.window.take(batch(node, at, at, [peer for peer in NODES if peer != node], weather=weather))
            network.window.hear(node, at=second, offset_us=0)
        network.watch.tick(second)
    assert network.words == ["raised a"]
