from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import clickhouse_connect
import httpx
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from tallylight.embedded.clickhouse import door
from tallylight.embedded.clickhouse.engine import READERS
from tallylight.embedded.parts import child_environment
from tallylight.embedded.testing import _SERVE_CLICKHOUSE, free_ports

PASSWORD = "s3cret:with colon"


def connect(url: str, database: str = "tallylight") -> Client:
    parts = urlsplit(url)
    return clickhouse_connect.get_client(
        host=parts.hostname or "",
        port=parts.port or 0,
        username=parts.username,
        password=parts.password or "",
        database=database,
        autogenerate_session_id=False,
        tz_mode="aware",
    )


@pytest.fixture(scope="module")
def database(clickhouse_url: str) -> Iterator[str]:
    with connect(clickhouse_url) as client:
        client.command("CREATE DATABASE door_test")
        yield "door_test"
        client.command("DROP DATABASE door_test")


@pytest.fixture
def client(clickhouse_url: str, database: str) -> Iterator[Client]:
    with connect(clickhouse_url, database) as client:
        yield client
        for (name,) in client.query("SHOW TABLES").result_rows:
            client.command(f"DROP TABLE `{name}`")


@dataclass
class Server:
    """A door of its own, to be killed."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        words = [sys.executable, "-c", _SERVE_CLICKHOUSE, str(self.folder), str(self.port), PASSWORD]
        self.process = subprocess.Popen(words, env=child_environment())
        deadline = time.monotonic() + 30
        while not self.answers():
            assert time.monotonic() < deadline
            assert self.process.poll() is None
            time.sleep(0.02)
        return self

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=1) as reply:
                return reply.read() == b"Ok.\n"
        except OSError:
            return False

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def client(self) -> Client:
        return clickhouse_connect.get_client(
            host="127.0.0.1", port=self.port, username="tallylight", password=PASSWORD, autogenerate_session_id=False
        )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "clickhouse", free_ports() + 2)
    yield server
    server.kill()


ROWS = [(datetime(2026, 11, 23, 1, 0, second, tzinfo=UTC), "sin-1", 80.0 + second) for second in range(60)]
TABLE = """
    CREATE TABLE samples (at DateTime('UTC'), node LowCardinality(String), rtt Float64)
    ENGINE = MergeTree ORDER BY (node, at) SETTINGS non_replicated_deduplication_window = 1000
"""


def test_native_inserts_come_back_as_they_went_in(client: Client) -> None:
    client.command(TABLE)
    summary = client.insert("samples", ROWS, ["at", "node", "rtt"])
    assert summary.written_rows == 60
    result = client.query("SELECT at, node, rtt FROM samples ORDER BY at")
    assert [tuple(row) for row in result.result_rows] == ROWS


def test_a_repeated_deduplication_token_counts_once_in_the_table_and_its_view(client: Client) -> None:
    client.command(TABLE)
    client.command("""
        CREATE TABLE minutes (minute DateTime('UTC'), node String, rtt AggregateFunction(quantilesTDigest(0.5, 0.95), Float64),
                              n AggregateFunction(count)) ENGINE = AggregatingMergeTree ORDER BY (node, minute)
        SETTINGS non_replicated_deduplication_window = 1000
    """)
    client.command("""
        CREATE MATERIALIZED VIEW to_minutes TO minutes AS SELECT toStartOfMinute(at) AS minute, node,
        quantilesTDigestState(0.5, 0.95)(rtt) AS rtt, countState() AS n FROM samples GROUP BY node, minute
    """)
    for _ in range(2):
        client.insert(
            "samples",
            ROWS,
            ["at", "node", "rtt"],
            settings={
                "insert_deduplication_token": "segment-7:samples",
                "deduplicate_blocks_in_dependent_materialized_views": 1,
            },
        )
    assert client.command("SELECT count() FROM samples") == 60
    ((n, (median, p95)),) = client.query(
        "SELECT countMerge(n), quantilesTDigestMerge(0.5, 0.95)(rtt) FROM minutes"
    ).result_rows
    assert n == 60
    assert median == pytest.approx(109.5, abs=1)
    assert p95 == pytest.approx(136, abs=2)


def test_settings_hold_for_their_request_only(client: Client) -> None:
    ask = "SELECT getSetting('max_block_size')"
    usual = client.query(ask).result_rows
    assert client.query(ask, settings={"max_block_size": 77}).result_rows == [(77,)]
    assert client.query(ask).result_rows == usual
    with pytest.raises(DatabaseError, match="no_such_setting"):
        client.raw_query("SELECT 1", settings={"no_such_setting": 1})
    assert client.query(ask).result_rows == usual


def test_server_side_parameters_are_bound_and_not_spliced(client: Client) -> None:
    hard = "it's; DROP TABLE x -- \\ \t 微风"
    rows = client.query(
        "SELECT {text:String}, {numbers:Array(UInt32)}, {at:DateTime('UTC')}",
        parameters={"text": hard, "numbers": [1, 2], "at": ROWS[0][0]},
    ).result_rows
    assert rows == [(hard, [1, 2], ROWS[0][0])]


def test_a_mistake_is_answered_with_clickhouses_own_code_and_nothing_breaks(client: Client) -> None:
    with pytest.raises(DatabaseError, match="Code: 62"):
        client.query("SELEC 1")
    with pytest.raises(DatabaseError, match="Code: 60"):
        client.query("SELECT * FROM nowhere")
    client.command(TABLE)
    with pytest.raises(DatabaseError, match="Code: 33"):
        client.raw_insert("samples", ["at", "node", "rtt"], b"\xff\xfe garbage", fmt="Native")
    assert client.command("SELECT count() FROM samples") == 0


def test_a_session_that_nobody_has_is_not_changed(client: Client) -> None:
    for statement in ("SET max_threads = 1", "USE system"):
        with pytest.raises(DatabaseError, match="keeps no sessions"):
            client.command(statement)
    with pytest.raises(DatabaseError, match="Multi-statements"):
        client.query("SELECT 1; SET max_threads = 1")


def test_slow_questions_run_side_by_side_and_hold_up_no_insert(clickhouse_url: str, client: Client) -> None:
    client.command(TABLE)
    until = "SELECT max(sleepEachRow(0.1)) FROM numbers(20) SETTINGS max_block_size = 1, max_threads = 1"
    clients = [connect(clickhouse_url) for _ in range(READERS)]
    with ThreadPoolExecutor(READERS) as threads:
        slow = [threads.submit(asking.query, until) for asking in clients]
        client.insert("samples", ROWS, ["at", "node", "rtt"])
        assert not any(question.done() for question in slow)
        for question in slow:
            question.result(30)


@pytest.mark.parametrize("compress", [False, "lz4", "zstd", "gzip"])
def test_bodies_and_answers_may_be_compressed(clickhouse_url: str, database: str, client: Client, compress) -> None:
    client.command("CREATE TABLE many (n UInt64) ENGINE = MergeTree ORDER BY n")
    parts = urlsplit(clickhouse_url)
    with clickhouse_connect.get_client(
        host="127.0.0.1",
        port=parts.port,
        username=parts.username,
        password=parts.password,
        database=database,
        compress=compress,
    ) as packed:
        packed.insert("many", [[n] for n in range(50_000)], ["n"])
        assert sum(n for (n,) in packed.query("SELECT n FROM many").result_rows) == sum(range(50_000))


def test_a_statement_without_rows_is_told_from_an_empty_answer(client: Client) -> None:
    assert client.command("SELECT 1 WHERE 0") == ""
    assert client.command("CREATE TABLE t (n UInt8) ENGINE = Memory") != ""


class TestAsPlainHttp:
    @pytest.fixture
    def http(self, clickhouse_url: str) -> Iterator[httpx.Client]:
        parts = urlsplit(clickhouse_url)
        auth = (parts.username or "", parts.password or "")
        with httpx.Client(base_url=f"http://127.0.0.1:{parts.port}", auth=auth) as http:
            yield http

    def test_ping_needs_no_password_and_everything_else_does(self, http: httpx.Client) -> None:
        assert httpx.get(f"{http.base_url}/ping").text == "Ok.\n"
        for credentials in (None, ("tallylight", "wrong"), ("default", "")):
            refused = httpx.post(f"{http.base_url}/", content="SELECT 1", auth=credentials)
            assert refused.status_code == 403
            assert refused.headers["x-clickhouse-exception-code"] == "516"

    def test_the_query_may_be_in_the_address_the_body_or_both(self, http: httpx.Client) -> None:
        assert http.get("/", params={"query": "SELECT 1"}).text == "1\n"
        assert http.post("/", content="SELECT 2 FORMAT JSONEachRow").json() == {"2": 2}
        http.post("/", content="CREATE TABLE tallylight.both (a UInt8, b String) ENGINE = Memory").raise_for_status()
        insert = http.post("/", params={"query": "INSERT INTO tallylight.both FORMAT TSV"}, content="1\tx\n2\ty\n")
        assert json.loads(insert.headers["x-clickhouse-summary"])["written_rows"] == "2"
        http.post("/", content="INSERT INTO tallylight.both VALUES (3, 'semi;colon')").raise_for_status()
        http.post(
            "/", content='INSERT INTO tallylight.both (a, b) FORMAT JSONEachRow {"a": 4, "b": "z"}'
        ).raise_for_status()
        answer = http.post(
            "/", content="SELECT a, b FROM tallylight.both ORDER BY a", headers={"accept-encoding": "gzip"}
        )
        assert answer.text == "1\tx\n2\ty\n3\tsemi;colon\n4\tz\n"
        assert answer.headers["x-clickhouse-format"] == "TabSeparated"
        http.post("/", content="DROP TABLE tallylight.both").raise_for_status()

    def test_a_get_changes_nothing(self, http: httpx.Client) -> None:
        refused = http.get("/", params={"query": "DROP DATABASE tallylight"})
        assert refused.status_code == 403

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b";", b"-- nothing"])
    def test_garbage_is_a_clients_mistake(self, http: httpx.Client, body: bytes) -> None:
        assert http.post("/", content=body).status_code == 400

    def test_bodies_have_a_bound_packed_and_unpacked(self, http: httpx.Client) -> None:
        bomb = gzip.compress(bytes(door.MAX_UNPACKED + 1), 1)
        reply = http.post(
            "/", params={"query": "SELECT 1"}, content=bomb, headers={"content-encoding": "gzip"}, timeout=60
        )
        assert reply.status_code == 413
        torn = http.post("/", content=b"not gzip", headers={"content-encoding": "gzip"})
        assert torn.status_code in (400, 500)
        assert torn.headers["x-clickhouse-exception-code"] == "271"


def test_acknowledged_rows_survive_a_kill(server: Server) -> None:
    server.start()
    with server.client() as client:
        client.command(TABLE)
        for minute in range(5):
            later = [(at + timedelta(minutes=minute), node, rtt) for at, node, rtt in ROWS]
            client.insert("samples", later, ["at", "node", "rtt"])
    server.kill()
    server.start()
    with server.client() as client:
        assert client.command("SELECT count(), uniqExact(at) FROM samples") == ["300", "300"]


def test_one_process_owns_a_folder(server: Server) -> None:
    server.start()
    second = subprocess.run(
        [sys.executable, "-c", _SERVE_CLICKHOUSE, str(server.folder), str(server.port + 1), PASSWORD],
        capture_output=True,
        text=True,
        check=False,
        env=child_environment(),
    )
    assert second.returncode != 0
    assert "already running" in second.stderr
    assert server.answers()
