"""A ClickHouse database of one's own, gone afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.exceptions import DatabaseError

from tallylight.kernel import clock
from tallylight.kernel.ids import new_id
from tallylight.telemetry.history.client import History

#: How long the statements of a process that was killed may go on (s).
GOES_ON_S = 30.0


@contextmanager
def own_database(clickhouse_url: str) -> Iterator[str]:
    """The URL of an empty database."""
    base, name = clickhouse_url.rsplit("/", 1)[0], f"t{new_id().hex}"
    door = History(clickhouse_url)
    door.run(f"CREATE DATABASE {name}")
    yield f"{base}/{name}"
    _drop(door, name)
    door.close()


def _drop(door: History, name: str) -> None:
    """Drop it; again while a statement of a hub that was killed still makes tables in it."""
    deadline = clock.monotonic() + GOES_ON_S
    while True:
        try:
            door.run(f"DROP DATABASE IF EXISTS {name}")
            return
        except DatabaseError as error:
            if "DATABASE_NOT_EMPTY" not in str(error) or clock.monotonic() > deadline:
                raise
            time.sleep(0.1)
