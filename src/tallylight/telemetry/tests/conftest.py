"""A history of one's own, in a real ClickHouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tallylight.kernel.ids import new_id
from tallylight.telemetry.history.client import History
from tallylight.telemetry.history.schema import migrate


@pytest.fixture
def history(clickhouse_url: str) -> Iterator[History]:
    """Migrated, empty, gone afterwards."""
    base, name = clickhouse_url.rsplit("/", 1)[0], f"t{new_id().hex}"
    door = History(clickhouse_url)
    door.run(f"CREATE DATABASE {name}")
    own = History(f"{base}/{name}")
    migrate(own)
    yield own
    own.close()
    door.run(f"DROP DATABASE {name}")
    door.close()
