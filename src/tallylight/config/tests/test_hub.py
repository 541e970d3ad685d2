"""The hub as a process: what it promises to nodes, whatever they send and whatever is away or killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import zstandard
from django.db import connection

from tallylight.alerts.models import Alert
from tallylight.config.tests.surroundings import (
    NODES,
    Cable,
    HubUnderTest,
    Sending,
    database_url,
    free_port,
    kill_9,
    only_files_up_to,
    wait_for,
)
from tallylight.kernel import clock
from tallylight.kernel.chance import generator
from tallylight.telemetry.history.client import History
from tallylight.telemetry.synthetic import Weather, batch
from tallylight.telemetry.tests.databases import own_database
from tallylight.wire import doors
from tallylight.wire.batch import Batch, PathColumns, encode
from tallylight.wire.columns import pack

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

SLOW = Weather(rtt_ms=300)


@pytest.fixture
def history(clickhouse_url: str) -> Iterator[History]:
    """An empty database of its own; the hub makes the tables."""
    with own_database(clickhouse_url) as url:
        own = History(url)
        own.url = url  # type: ignore[attr-defined]
        yield own
        own.close()


@pytest.fixture
def cables(history: History) -> Iterator[dict[str, Cable]]:
    """The hub's ways to its engines."""
    ways = {"postgres": Cable(database_url(connection.settings_dict)), "clickhouse": Cable(history.url)}  # type: ignore[attr-defined]
    yield ways
    for way in ways.values():
        way.cut()


@pytest.fixture
def hub(cables: dict[str, Cable], tmp_path: Path) -> Iterator[HubUnderTest]:
    """A hub that is up."""
    running = HubUnderTest(tmp_path, free_port(), cables["postgres"].url, cables["clickhouse"].url)
    running.start()
    yield running
    if running.process and running.process.poll() is None:
        kill_9(running.process)
    running.client.close()
    assert "Traceback" not in running.log, running.log[-3000:]


@pytest.fixture
def keys(hub: HubUnderTest) -> dict[str, str]:
    """Four nodes in two regions, enrolled."""
    return {name: hub.enrol(name, "eu" if name in ("fra-1", "dxb-1") else "rest") for name in NODES}


def now_s() -> int:
    return int(clock.unix_seconds())


def garbled_column(name: str, octets: bytes) -> bytes:
    whole = batch("sin-1", 1, now_s(), ["fra-1"])
    paths = PathColumns(
        **{field: getattr(whole.paths, field) for field in ("peers", *PathColumns.DTYPES)} | {name: octets}
    )
    return encode(_with(whole, paths=paths))


def _with(whole: Batch, **fields: Any) -> Batch:
    return Batch(**{name: getattr(whole, name) for name in Batch.__struct_fields__} | fields)


def bad_inputs() -> dict[str, tuple[bytes, dict[str, str], int, str]]:
    """What a broken, old, foreign or hostile sender sends: body, headers, and the answer it gets."""
    good, later = encode(batch("sin-1", 1, now_s(), ["fra-1"])), now_s() + 7200
    bomb = zstandard.ZstdCompressor(level=1).compress(b"\0" * (doors.MAX_UNPACKED + 1))
    nan = _with(batch("sin-1", 1, now_s(), []), host=_nan_host())
    ahead = _with(batch("sin-1", 1, now_s() + 30, ["fra-1"]), sent_at_us=now_s() * 1_000_000)
    return {
        "wrong token": (good, {"Authorization": "Bearer tallynode_wrong"}, 401, "node-key-refused"),
        "no token": (good, {"Authorization": ""}, 401, "not-signed-in"),
        "another node's name": (encode(batch("fra-1", 1, now_s(), [])), {}, 403, "wrong-node"),
        "garbage": (b"\x00garbage" * 40, {}, 400, "garbled-batch"),
        "nothing": (b"", {}, 400, "garbled-batch"),
        "a bomb": (bomb, {}, 413, "batch-too-large"),
        "oversize": (b"x" * (doors.MAX_BODY + 1), {}, 413, "batch-too-large"),
        "not a number": (encode(nan), {}, 400, "garbled-batch"),
        "beyond belief": (garbled_column("rtts_us", pack("<u4", [4_000_000_000] * 10)), {}, 400, "garbled-batch"),
        "torn column": (garbled_column("lost", b"\x01\x02"), {}, 400, "garbled-batch"),
        "clock hours ahead": (encode(batch("sin-1", 1, later, ["fra-1"])), {"Tally-Clock": f"{later}000000"}, 400, "clock-off"),
        "clock hours behind": (good, {"Tally-Clock": f"{now_s() - 7200}000000"}, 400, "clock-off"),
        "clock ahead, unsaid": (encode(batch("sin-1", 1, later, ["fra-1"])), {}, 400, "clock-off"),
        "rows from long ago": (encode(batch("sin-1", 1, 86_400, ["fra-1"])), {}, 400, "rows-out-of-time"),
        "rows from the future": (encode(ahead), {}, 400, "rows-out-of-time"),
    }  # fmt: skip


def _nan_host() -> Any:
    host = batch("sin-1", 1, now_s(), []).host
    from tallylight.wire.batch import HostColumns

    return HostColumns(
        **{name: getattr(host, name) for name in HostColumns.DTYPES} | {"cpu": pack("<f8", [float("nan")])}
    )


def test_every_bad_input_gets_its_own_problem_is_counted_and_stops_nothing(
    hub: HubUnderTest, keys: dict[str, str]
) -> None:
    expected: dict[str, int] = {}
    for what, (body, headers, status, code) in bad_inputs().items():
        answer = hub.post(keys["sin-1"], body, **headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
            what,
            answer.text,
        )
        assert answer.json()["code"] == code, (what, answer.text)
        assert answer.json()["title"]
        assert answer.json()["detail"]
        expected[code] = expected.get(code, 0) + 1
    assert hub.health["counts"]["refused"] == expected
    assert hub.post(keys["sin-1"], encode(batch("sin-1", 2, now_s(), ["fra-1"]))).status_code == 200
    assert hub.health["counts"]["batches"] == 1


def test_other_doors_are_closed(hub: HubUnderTest, keys: dict[str, str]) -> None:
    assert hub.client.get(hub.url + "/live").status_code == 401
    assert hub.client.get(hub.url + "/live", headers={"Authorization": f"Bearer {keys['sin-1']}"}).status_code == 401
    assert hub.client.get(hub.url + "/nothing").json()["code"] == "no-such-door"
    refused = hub.client.post(hub.url + doors.ENROL_PATH, json={"token": "x"})
    assert refused.json()["code"] == "garbled-message"
    asked = {"token": "x", "name": "n", "agent": "t", "host": "h", "stamp_port": 1, "viewer_port": 1}
    assert hub.client.post(hub.url + doors.ENROL_PATH, json=asked).json()["code"] == "enrolment-refused"


def test_a_batch_sent_twice_is_acknowledged_twice_and_counted_once(
    hub: HubUnderTest, keys: dict[str, str], history: History
) -> None:
    body = encode(batch("sin-1", 5, now_s(), ["fra-1"]))
    assert [hub.post(keys["sin-1"], body).json()["duplicate"] for _ in range(3)] == [False, True, True]
    hub.end()
    assert history.rows("SELECT count() FROM path_second") == [(1,)]


def test_the_acknowledgement_brings_the_plan_when_the_node_has_another(hub: HubUnderTest, keys: dict[str, str]) -> None:
    first = hub.post(keys["sin-1"], encode(batch("sin-1", 1, now_s(), []))).json()
    assert sorted(peer["name"] for peer in first["plan"]["peers"]) == ["dxb-1", "fra-1", "iad-1"]
    known = {doors.PLAN_HEADER: str(first["plan_version"])}
    assert hub.post(keys["sin-1"], encode(batch("sin-1", 2, now_s(), [])), **known).json()["plan"] is None


def test_a_full_disk_is_said_and_the_node_keeps_its_batch(
    hub: HubUnderTest, keys: dict[str, str], history: History
) -> None:
    assert hub.process
    body = encode(batch("sin-1", 1, now_s(), ["fra-1"]))
    only_files_up_to(10, hub.process)
    answer = hub.post(keys["sin-1"], body)
    assert (answer.status_code, answer.json()["code"]) == (503, "not-durable")
    assert int(answer.headers["Retry-After"]) >= 1
    only_files_up_to(None, hub.process)
    assert hub.post(keys["sin-1"], body).json()["duplicate"] is False
    hub.end()
    assert history.rows("SELECT count() FROM path_second") == [(1,)]


def test_told_to_stop_it_leaves_nothing_behind(hub: HubUnderTest, keys: dict[str, str], history: History) -> None:
    for sequence in range(20):
        hub.post(keys["sin-1"], encode(batch("sin-1", sequence, now_s() - sequence, ["fra-1"])))
    assert hub.end() == 0
    assert history.rows("SELECT count() FROM node_second") == [(20,)]
    assert list((hub.home / "hub" / "wal").iterdir()) == []


class Hammer:
    """A node that sends one second a batch as fast as it can, and each again until it is acknowledged."""

    def __init__(self, hub: HubUnderTest, node: str, key: str, first_s: int) -> None:
        self.hub, self.node, self.key, self.first_s = hub, node, key, first_s
        self.acknowledged = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self) -> None:
        with httpx.Client(timeout=5) as client:
            self._hammer(client)

    def _hammer(self, client: httpx.Client) -> None:
        while not self.stop.is_set():
            sequence = self.acknowledged
            body = encode(
                batch(self.node, sequence, self.first_s + sequence, _others(self.node), audiences={"astra": 3})
            )
            while not self._acknowledged(client, body):
                if self.stop.wait(0.02):
                    return
            self.acknowledged += 1

    def _acknowledged(self, client: httpx.Client, body: bytes) -> bool:
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            return client.post(self.hub.url + doors.BATCHES_PATH, content=body, headers=headers).status_code == 200
        except httpx.HTTPError:
            return False


def test_killed_again_and_again_no_acknowledged_sample_is_lost_and_none_counted_twice(
    hub: HubUnderTest, keys: dict[str, str], history: History
) -> None:
    chance, first_s = generator(7), now_s() // 60 * 60 - 7200
    hammers = [Hammer(hub, node, key, first_s) for node, key in keys.items()]
    for _ in range(5):
        before = sum(hammer.acknowledged for hammer in hammers)
        wait_for(lambda before=before: sum(hammer.acknowledged for hammer in hammers) > before + 40)
        time.sleep(chance.uniform(0, 1.2))  # any moment: of a write, of an insert, of a mark
        assert hub.process
        kill_9(hub.process)
        hub.start()
    for hammer in hammers:
        hammer.stop.set()
        hammer.thread.join(10)
    hub.end()
    for hammer in hammers:
        facts = {"node": hammer.node}
        question = "SELECT count(), uniqExact(at), toUnixTimestamp(max(at)) FROM node_second WHERE node = %(node)s"
        ((rows, seconds, newest),) = history.rows(question, facts)
        assert rows == seconds == newest - first_s + 1, "a second twice, or a gap"
        assert hammer.acknowledged <= rows <= hammer.acknowledged + 1, "the last may be safe without our knowing"
        assert history.rows("SELECT count() FROM path_second WHERE node = %(node)s", facts) == [(rows * 3,)]
        assert history.rows("SELECT sum(seconds) FROM path_minute WHERE node = %(node)s", facts) == [(rows * 3,)]
        assert history.rows("SELECT sum(seconds) FROM node_minute WHERE node = %(node)s", facts) == [(rows,)]
        assert history.rows("SELECT sum(viewer_seconds) FROM viewer_minute WHERE node = %(node)s", facts) == [
            (rows * 3,)
        ]


def _others(node: str) -> list[str]:
    return [name for name in NODES if name != node]


def alert_on(node: str, metric: str = "latency") -> Alert | None:
    return Alert.objects.filter(node=node, metric=metric).first()


def test_a_sick_node_raises_an_alert_and_it_ends_with_the_sickness(hub: HubUnderTest, keys: dict[str, str]) -> None:
    with Sending(hub, keys) as sending:
        wait_for(lambda: hub.live()["hub"]["thresholds"] and hub.live()["nodes"][0]["judged"] != "unknown")
        began = clock.unix_seconds()
        sending.sick = {"sin-1": SLOW}
        alert = wait_for(lambda: alert_on("sin-1"))
        assert alert.raised_at.timestamp() - began < 4
        assert [node["judged"] for node in hub.live()["nodes"] if node["name"] == "sin-1"] == ["firing"]
        sending.sick = {}
        wait_for(lambda: Alert.objects.filter(node="sin-1").exclude(cleared_at=None).exists())
    assert Alert.objects.count() == 1
    assert sending.refusals == []


def test_while_clickhouse_is_away_detection_goes_on_and_history_is_whole_afterwards(
    hub: HubUnderTest, keys: dict[str, str], history: History, cables: dict[str, Cable]
) -> None:
    with Sending(hub, keys) as sending:
        wait_for(lambda: hub.health["counts"]["rows_in_history"])
        cables["clickhouse"].cut()
        wait_for(lambda: hub.health["history_lag_s"] > 5)
        sending.sick = {"fra-1": SLOW}
        wait_for(lambda: alert_on("fra-1"))
        assert hub.health["parts"]["history"] != "ok"
        cables["clickhouse"].mend()
        wait_for(lambda: hub.health["parts"]["history"] == "ok" and hub.health["history_lag_s"] < 3)
    hub.end()
    assert history.rows("SELECT count() FROM node_second") == [(sending.acknowledged,)]
    assert sending.refusals == []


def test_while_postgres_is_away_nodes_are_taken_and_the_alert_is_written_afterwards(
    hub: HubUnderTest, keys: dict[str, str], cables: dict[str, Cable]
) -> None:
    with Sending(hub, keys) as sending:
        wait_for(lambda: hub.live()["hub"]["thresholds"] and sending.acknowledged > 12)
        cables["postgres"].cut()
        gone = clock.unix_seconds()
        sending.sick = {"iad-1": SLOW}
        wait_for(lambda: hub.live()["hub"]["pending_transitions"])
        wait_for(lambda: clock.unix_seconds() - gone > 8)  # longer than a key is taken unasked
        assert Alert.objects.count() == 0
        stranger = hub.post("tallynode_stranger", b"")
        assert (stranger.status_code, stranger.json()["code"]) == (503, "records-away")
        cables["postgres"].mend()
        back = clock.unix_seconds()
        alert = wait_for(lambda: alert_on("iad-1"))
    assert gone < alert.raised_at.timestamp() < back
    assert clock.unix_seconds() - back < 10
    assert sending.refusals == []


def test_restarted_while_an_alert_is_open_it_neither_repeats_nor_forgets_it(
    hub: HubUnderTest, keys: dict[str, str]
) -> None:
    with Sending(hub, keys) as sending:
        sending.sick = {"sin-1": SLOW}
        wait_for(lambda: alert_on("sin-1"))
    assert hub.process
    kill_9(hub.process)
    hub.start()
    assert hub.live() is not None
    with Sending(hub, keys, sick={"sin-1": SLOW}) as sending:
        wait_for(lambda: hub.live()["nodes"] and hub.health["counts"]["batches"] > 24)
        assert Alert.objects.filter(cleared_at=None).count() == 1
        sending.sick = {}
        wait_for(lambda: not Alert.objects.filter(cleared_at=None).exists())
    assert Alert.objects.count() == 1
