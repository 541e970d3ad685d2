"""One connection to ClickHouse, wherever it is: statements, questions, and inserts that can be repeated."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

import clickhouse_connect
import urllib3
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError
from django.conf import settings

from tallylight.telemetry.errors import HistoryAway
from tallylight.telemetry.history.native import Block

#: How long a question may take, for the engine and for us (s).
QUESTION_S: Final = 10
INSERT_S: Final = 30
#: No question may grow beyond this in the engine (octets).
QUESTION_MEMORY: Final = 1 << 30

#: The engine's codes for "not now": timeout, too slow, too many queries, memory, too many parts, no disk space.
SHORTAGES: Final = frozenset({159, 160, 202, 241, 252, 243})

#: Their warnings say what HistoryAway says, several times each.
for chatty in ("clickhouse_connect", "urllib3"):
    logging.getLogger(chatty).setLevel(logging.ERROR)
clickhouse_connect.common.set_setting("invalid_setting_action", "send")


class History:
    """Thread-safe; connects on first use and again after a failure.

    HistoryAway when the engine is away or short of something; what it refuses for good is raised as it is.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._client: Client | None = None

    def run(self, statement: str) -> None:
        """Carry out one statement."""
        self._try(lambda client: client.command(statement))

    def columns(self, question: str, facts: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        """The answer by columns; `%(name)s` in the question stands for a fact. No rows is no columns."""
        bounds = {"max_execution_time": QUESTION_S, "max_memory_usage": QUESTION_MEMORY}
        answer = self._try(
            lambda client: client.query(question, parameters=dict(facts or {}), settings=bounds, column_oriented=True)
        )
        columns: Sequence[Sequence[Any]] = answer.result_set
        return columns

    def rows(self, question: str, facts: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The answer by rows."""
        return list(zip(*self.columns(question, facts), strict=True))

    def insert(self, table: str, block: Block, *, token: str) -> None:
        """Insert `block` once: a repetition under the same token changes nothing, in the table and in its rollups."""
        once = {"insert_deduplication_token": token, "deduplicate_blocks_in_dependent_materialized_views": 1}
        octets = block.octets()
        self._try(lambda client: client.raw_insert(table, block.names, octets, settings=once, fmt="Native"))

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            client, self._client = self._client, None
        if client:
            client.close()

    def _try(self, act: Any) -> Any:
        try:
            return act(self._connected())
        except (OperationalError, urllib3.exceptions.HTTPError, OSError) as fault:
            self.close()
            raise HistoryAway(reason=type(fault).__name__) from fault
        except DatabaseError as fault:
            if fault.code not in SHORTAGES:
                raise
            raise HistoryAway(reason=f"ClickHouse code {fault.code}") from fault

    def _connected(self) -> Client:
        with self._lock:
            if self._client is None:
                self._client = clickhouse_connect.get_client(
                    dsn=self._url,
                    connect_timeout=3,
                    send_receive_timeout=INSERT_S,
                    autogenerate_session_id=False,
                    query_retries=0,
                )
            return self._client


_shared: History | None = None


def shared() -> History:
    """This process's connection to the engine that the settings name."""
    global _shared
    if _shared is None:
        _shared = History(settings.CLICKHOUSE_URL)
    return _shared
