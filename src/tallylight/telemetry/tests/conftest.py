"""A history of one's own, in a real ClickHouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tallylight.telemetry.history.client import History
from tallylight.telemetry.history.schema import migrate
from tallylight.telemetry.tests.databases import own_database


@pytest.fixture
def history(clickhouse_url: str) -> Iterator[History]:
    """Migrated, empty, gone afterwards."""
    with own_database(clickhouse_url) as url:
        own = History(url)
        migrate(own)
        yield own
        own.close()
