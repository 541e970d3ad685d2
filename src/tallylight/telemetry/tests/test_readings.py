"""Who is to blame: the sick node, not its healthy peers; and who is dead, by credible testimony."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tallylight.telemetry.cards import Presence
from tallylight.telemetry.readings import Paths, latency_ms, loss_pct, presence, silence_ms

NOW = 1_000


def paths(
    nodes: int,
    *,
    rtt_ms: dict[tuple[int, int], float] | None = None,
    lost: dict[tuple[int, int], int] | None = None,
    silent_ms: dict[tuple[int, int], float] | None = None,
    mute: frozenset[int] = frozenset(),
    mute_for_s: int = 4,
) -> Paths:
    """Every node probes every other: 20 ms, nothing lost, nobody silent, but for what is given. Pairs are unordered."""
    ends = [(a, b) for a, b in itertools.permutations(range(nodes), 2)]

    def of(table: dict[tuple[int, int], float] | None, usual: float) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([(table or {}).get((min(end), max(end)), usual) for end in ends], np.float64)

    told = np.array([end[0] not in mute for end in ends])
    gone, rtt = of(dict(lost or {}), 0.0), of(rtt_ms, 20.0)
    received = np.where(told, 10 - gone, 0)
    zeros = np.zeros(len(ends))
    return Paths(
        node=np.array([a for a, _ in ends]),
        peer=np.array([b for _, b in ends]),
        at_s=np.where(told, NOW, -1.0),
        sent=np.where(told, 10.0, 0.0),
        received=received,
        lost=np.where(told, gone, 0),
        rtts=received,
        rtt_us=received * rtt * 1000,
        jitter_us=zeros,
        rows=told.astype(float),
        silent_ms=np.where(told, of(silent_ms, 0.0), 0.0),
        silent_at_s=np.where(told, NOW, NOW - mute_for_s).astype(float),
        nodes=nodes,
    )


def nobody(nodes: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.zeros(nodes, np.bool_)


def pairs_of(node: int, nodes: int, value: float) -> dict[tuple[int, int], float]:
    return {(min(node, peer), max(node, peer)): value for peer in range(nodes) if peer != node}


@pytest.mark.parametrize("nodes", [3, 4, 5, 8])
def test_one_slow_node_is_slow_and_its_peers_are_not(nodes: int) -> None:
    reading = latency_ms(paths(nodes, rtt_ms=pairs_of(0, nodes, 300.0)))
    assert reading.value.tolist() == pytest.approx([300.0] + [20.0] * (nodes - 1))
    assert reading.samples[0] == 20 * (nodes - 1)
    assert reading.at_s.tolist() == [NOW] * nodes


def test_with_two_nodes_both_share_what_is_between_them() -> None:
    assert latency_ms(paths(2, rtt_ms={(0, 1): 300.0})).value.tolist() == [300.0, 300.0]


def test_one_bad_pair_of_four_accuses_nobody() -> None:
    assert loss_pct(paths(4, lost={(0, 1): 5})).value.tolist() == [0, 0, 0, 0]


def test_latency_is_pooled_over_samples_not_averaged_over_ends() -> None:
    one = paths(2)
    one.rtts[:] = [30, 10]
    one.rtt_us[:] = [30 * 100_000, 10 * 300_000]
    assert latency_ms(one).value[0] == pytest.approx(150.0)


def test_a_node_without_any_sample_is_unknown() -> None:
    reading = latency_ms(paths(3, lost=dict.fromkeys(pairs_of(0, 3, 0), 10)))
    assert np.isnan(reading.value[0])
    assert reading.samples[0] == 0


@pytest.mark.parametrize("nodes", [3, 4, 7])
def test_a_node_nobody_hears_is_dead_and_the_others_are_not(nodes: int) -> None:
    reading = silence_ms(paths(nodes, silent_ms=pairs_of(0, nodes, 2_000.0)), unheard_by_hub=nobody(nodes))
    assert reading.value[0] == 2_000
    assert (reading.value[1:] < 1_500).all()
    standing = presence(reading, unheard_by_hub=nobody(nodes))
    assert standing == [Presence.DEAD] + [Presence.UP] * (nodes - 1)


def test_two_dead_nodes_of_five_are_both_seen() -> None:
    silent = pairs_of(0, 5, 2_000.0) | pairs_of(1, 5, 2_000.0)
    reading = silence_ms(paths(5, silent_ms=silent), unheard_by_hub=nobody(5))
    assert (reading.value >= 1_500).tolist() == [True, True, False, False, False]


def test_when_nobody_hears_anybody_nobody_can_tell() -> None:
    silent = dict.fromkeys(itertools.combinations(range(4), 2), 9000.0)
    reading = silence_ms(paths(4, silent_ms=silent), unheard_by_hub=nobody(4))
    assert np.isnan(reading.value).all()


def test_one_silent_path_kills_nobody() -> None:
    reading = silence_ms(paths(4, silent_ms={(0, 1): 60_000.0}), unheard_by_hub=nobody(4))
    assert (reading.value < 1_500).all()


def test_of_two_nodes_the_one_the_hub_does_not_hear_is_dead() -> None:
    silent = {(0, 1): 6_000.0}
    assert np.isnan(silence_ms(paths(2, silent_ms=silent), unheard_by_hub=nobody(2)).value).all()
    unheard = np.array([True, False])
    reading = silence_ms(paths(2, silent_ms=silent, mute=frozenset({0}), mute_for_s=7), unheard_by_hub=unheard)
    assert reading.value[0] == 6_000
    assert presence(reading, unheard_by_hub=unheard)[0] is Presence.DEAD


def test_a_node_its_peers_hear_and_the_hub_does_not_is_cut_off() -> None:
    unheard = np.array([True, False, False, False])
    reading = silence_ms(paths(4, mute=frozenset({0}), mute_for_s=7), unheard_by_hub=unheard)
    assert presence(reading, unheard_by_hub=unheard)[0] is Presence.CUT_OFF


def test_a_killed_node_is_dead_by_the_word_of_its_peers_alone() -> None:
    """Its own last words, "I hear everybody", are old; they count as old."""
    silent = pairs_of(0, 4, 2_000.0)
    reading = silence_ms(paths(4, silent_ms=silent, mute=frozenset({0}), mute_for_s=2), unheard_by_hub=nobody(4))
    assert reading.value[0] == 2_000


def test_a_deaf_sender_whose_peers_hear_it_is_not_dead() -> None:
    """Only what node 0 sends is unanswered; what others send to it comes back: its reflector lives."""
    one = paths(4, silent_ms=pairs_of(0, 4, 5_000.0))
    one.silent_ms[one.peer == 0] = 0.0
    assert silence_ms(one, unheard_by_hub=nobody(4)).value[0] == 0
