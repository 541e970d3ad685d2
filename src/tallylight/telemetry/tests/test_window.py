"""The live window: rows are placed once, strangers are left out, columns are given back."""

from __future__ import annotations

import pytest

from tallylight.fleet.api import NodeCard
from tallylight.kernel.ids import new_id
from tallylight.telemetry import window as window_module
from tallylight.telemetry.readings import latency_ms
from tallylight.telemetry.synthetic import Weather, batch
from tallylight.telemetry.window import LiveWindow

NOW = 1_700_000_000


def card(name: str, region: str = "eu") -> NodeCard:
    return NodeCard(new_id(), name, region, "127.0.0.1", 1, 1, b"")


@pytest.fixture
def window() -> LiveWindow:
    window = LiveWindow()
    window.set_fleet([card("a"), card("b"), card("c")])
    return window


def test_a_batch_taken_twice_counts_once(window: LiveWindow) -> None:
    sent = batch("a", 1, NOW, ["b", "c"], audiences={"astra": 5})
    for _ in range(2):
        window.take(sent)
    assert window.paths_over(1, end_s=NOW).sent.sum() == 20
    assert window.audiences_now(NOW) == [(0, "astra", 5)]


def test_rows_about_strangers_are_left_out_and_counted(window: LiveWindow) -> None:
    window.take(batch("a", 1, NOW, ["b", "nobody", "a"]))
    window.take(batch("nobody", 1, NOW, ["a"]))
    assert len(window.paths) == 1
    assert window.strangers == 3


def test_a_retired_node_leaves_nothing_behind(window: LiveWindow) -> None:
    for node, peers in (("a", ["b", "c"]), ("b", ["a", "c"]), ("c", ["a", "b"])):
        window.take(batch(node, 1, NOW, peers, weather={"c": Weather(rtt_ms=500)}, audiences={"astra": 1}))
    window.set_fleet([card("a"), card("b"), card("d")])
    window.take(batch("d", 1, NOW, ["a", "b"]))
    figures = latency_ms(window.paths_over(1, end_s=NOW)).value
    assert {name: figures[number] for name, number in window.nodes.items()} == {"a": 20, "b": 20, "d": 20}
    assert len(window.nodes) == 3


def test_rows_are_moved_to_the_hubs_time(window: LiveWindow) -> None:
    window.take(batch("a", 1, NOW - 30, ["b"]), shift_s=30)
    assert window.paths_over(1, end_s=NOW).sent.sum() == 10


def test_several_streams_of_a_customer_are_one_audience(window: LiveWindow) -> None:
    from tallylight.wire.batch import ViewerColumns
    from tallylight.wire.columns import pack

    table = ViewerColumns(
        customers=["astra"],
        streams=["one", "two"],
        at_s=pack("<u4", [NOW, NOW]),
        customer=pack("<u4", [0, 0]),
        stream=pack("<u4", [0, 1]),
        viewers=pack("<u4", [3, 4]),
    )
    window._take_audiences(0, table, 0)
    assert window.audiences_now(NOW) == [(0, "astra", 7)]


def test_a_node_is_unheard_until_the_hub_took_a_batch_lately(window: LiveWindow) -> None:
    window.hear("a", at=NOW - 4.9, offset_us=0)
    window.hear("b", at=NOW - 5.0, offset_us=0)
    assert window.unheard(NOW, after_s=5.0).tolist() == [False, True, True]


def test_a_node_that_invents_customers_crowds_out_nobody(window: LiveWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "MAX_AUDIENCES_OF_NODE", 3)
    window.take(batch("a", 1, NOW, [], audiences={f"invented-{i}": 1 for i in range(50)}))
    window.take(batch("b", 1, NOW, [], audiences={"astra": 5}))
    assert len([node for node, _, _ in window.audiences_now(NOW) if node == 0]) == 3
    assert (1, "astra", 5) in window.audiences_now(NOW)


def test_idle_audiences_make_room(window: LiveWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "MAX_AUDIENCES", 2)
    window.take(batch("a", 1, NOW, [], audiences={"one": 1, "two": 2}))
    window.take(batch("b", 1, NOW + 1, [], audiences={"three": 3}))
    assert len(window.audiences_now(NOW + 1)) == 2
    later = NOW + 1 + window_module.AUDIENCE_IDLE_S
    window.take(batch("b", 2, later, ["a"], audiences={"three": 3}))
    window.take(batch("b", 3, later + 1, ["a"], audiences={"three": 4}))
    assert (1, "three", 4) in window.audiences_now(later + 1)


def test_counts_beyond_belief_are_cut_off_not_wrapped(window: LiveWindow) -> None:
    window.take(batch("a", 1, NOW, ["b"], weather={"b": Weather(sent=70_000, lost=70_000)}))
    assert window.paths_over(1, end_s=NOW).lost.max() == 0xFFFF
