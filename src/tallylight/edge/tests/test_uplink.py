"""The uplink against a hub that behaves, misbehaves and goes away: what reaches it, in which order, and how hard it is
pressed.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tallylight.edge.backoff import FIRST_S, LONGEST_S, Backoff
from tallylight.edge.errors import AgentError, HubRefused, HubUnreachable
from tallylight.edge.hub import Hub
from tallylight.edge.identity import Identity
from tallylight.edge.record import Record
from tallylight.edge.spool import Spool
from tallylight.edge.tests.hub import KEY, TestHub, problem, until
from tallylight.edge.uplink import Uplink
from tallylight.kernel import clock
from tallylight.kernel.chance import generator
from tallylight.wire.batch import Batch, encode
from tallylight.wire.plan import Ack, Plan, to_json


class Link:
    """An uplink with its spool and what it told."""

    def __init__(self, hub: TestHub, folder: Path, *, timeout_s: float = 5.0) -> None:
        self.spool = Spool(folder, bound=1 << 20)
        self.plans: list[Plan] = []
        self.refusals: list[AgentError] = []
        self.uplink = Uplink(
            Hub(hub.url, timeout_s=timeout_s),
            Identity(node="sin-1", key=KEY, hub=hub.url, token_digest="", plan=Plan(version=1)),
            self.spool,
            on_plan=self.plans.append,
            on_refused=self.refusals.append,
            generator=generator(1),
        )

    def put(self, count: int) -> list[int]:
        sequences = [self.spool.next_sequence(1_000) for _ in range(count)]
        for sequence in sequences:
            batch = Batch(node="sin-1", sequence=sequence, sent_at_us=1, agent="test")
            self.spool.append(Record(sequence, encode(batch)))
        return sequences


@contextmanager
def link(hub: TestHub, folder: Path, **options: float) -> Iterator[Link]:
    made = Link(hub, folder, **options)
    made.uplink.start()
    try:
        yield made
    finally:
        made.uplink.stop(linger_s=1)
        made.spool.close()


def test_batches_arrive_in_order_and_leave_the_spool(hub: TestHub, tmp_path: Path) -> None:
    with link(hub, tmp_path) as up:
        sequences = up.put(50)
        until(lambda: not len(up.spool))
    assert hub.sequences == sequences
    assert len(hub.connections) == 1, "one connection is kept"


def test_a_hub_that_went_away_gets_everything_when_it_is_back(hub: TestHub, tmp_path: Path) -> None:
    with link(hub, tmp_path) as up:
        first = up.put(3)
        until(lambda: hub.sequences == first)
        hub.stop()
        second = up.put(30)
        until(lambda: up.uplink.counters.failed >= 2)
        assert len(up.spool) == 30
        hub.start()
        until(lambda: not len(up.spool))
    assert hub.sequences == first + second


def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure(hub: TestHub, tmp_path: Path) -> None:
    with link(hub, tmp_path) as up:
        first = up.put(1)
        until(lambda: hub.sequences == first)
        hub.stop()
        hub.start()
        second = up.put(1)
        until(lambda: hub.sequences == first + second)
        assert up.uplink.counters.failed == 0


@pytest.mark.parametrize(
    "answer",
    [
        problem(503, "A part we depend on is away."),
        problem(500, "Something went wrong."),
        problem(429, "Too many requests."),
        (200, {}, b"<html>sign in to this wireless network</html>"),
        (200, {}, to_json(Ack(sequence=1, plan_version=1))),
        (302, {"Location": "http://example.com/"}, b""),
        (200, {}, b""),
    ],
)
def test_what_was_not_acknowledged_is_sent_again(
    hub: TestHub, tmp_path: Path, answer: tuple[int, dict[str, str], bytes]
) -> None:
    hub.answers = [answer] * 2
    with link(hub, tmp_path) as up:
        sequences = up.put(2)
        until(lambda: not len(up.spool))
        assert up.uplink.counters.failed == 2
    assert hub.sequences == sequences


def test_a_pause_that_is_asked_for_is_kept(hub: TestHub, tmp_path: Path) -> None:
    hub.answers = [problem(503, "Busy.", Retry_After="2")]
    with link(hub, tmp_path) as up:
        start = clock.monotonic()
        up.put(1)
        until(lambda: hub.batches)
        assert clock.monotonic() - start >= 2


def test_a_batch_that_will_never_be_taken_does_not_block_the_others(hub: TestHub, tmp_path: Path) -> None:
    hub.answers = [problem(400, "This batch can't be read."), problem(413, "This is larger than we take.")]
    with link(hub, tmp_path) as up:
        sequences = up.put(4)
        until(lambda: not len(up.spool))
        assert up.uplink.counters.rejected == 2
    assert hub.sequences == sequences[2:]


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_ends_the_uplink_and_keeps_the_spool(hub: TestHub, tmp_path: Path, status: int) -> None:
    hub.answers = [problem(status, "This node key is not known.")]
    with link(hub, tmp_path) as up:
        up.put(3)
        until(lambda: up.refusals)
        assert isinstance(up.refusals[0], HubRefused)
        assert "This node key is not known." in str(up.refusals[0])
        assert KEY not in str(up.refusals[0].facts)
        assert len(up.spool) == 3
        assert hub.requests == 1


def test_a_new_plan_is_handed_on_once(hub: TestHub, tmp_path: Path) -> None:
    hub.plan = Plan(version=2)
    with link(hub, tmp_path) as up:
        up.put(3)
        until(lambda: not len(up.spool))
        assert up.plans == [Plan(version=2)]


def test_a_hub_that_never_answers_is_given_up_on(hub: TestHub, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        hub.stop()
        address, hub.port = hub.port, deaf.getsockname()[1]
        with link(hub, tmp_path, timeout_s=0.2) as up:
            up.put(1)
            until(lambda: up.uplink.counters.failed >= 2)
    hub.port = address
    hub.start()


def test_waits_grow_with_jitter_up_to_a_bound() -> None:
    backoff = Backoff(generator(1))
    waits = [backoff.next_s() for _ in range(12)]
    for attempt, wait in enumerate(waits):
        bound = min(LONGEST_S, FIRST_S * 2**attempt)
        assert bound / 2 <= wait <= bound
    assert len(set(waits)) == 12
    assert backoff.next_s(asked_s=30) >= 30
    backoff.reset()
    assert backoff.next_s() <= FIRST_S


@pytest.mark.parametrize("base", ["hub.example.com", "ftp://hub.example.com", "http://"])
def test_an_address_that_is_no_hub_is_said(base: str) -> None:
    with pytest.raises(HubUnreachable) as refused:
        Hub(base)
    assert refused.value.facts["hub"] == base
