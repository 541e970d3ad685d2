"""A customer with a contract, and twenty measured minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tallylight.accounts import api as accounts
from tallylight.contracts import api as contracts
from tallylight.contracts.tests.samples import STARTER
from tallylight.fleet import api as fleet
from tallylight.sla import measured, sealing
from tallylight.telemetry.history.client import History, shared
from tallylight.telemetry.history.schema import migrate

MINUTE = timedelta(minutes=1)
#: The eleventh day of June 2026 in Singapore begins now; the month has 43,200 minutes.
DAY = datetime(2026, 6, 10, 16, tzinfo=UTC)
NOW = DAY + 20 * MINUTE + timedelta(seconds=30)


@pytest.fixture
def history(clickhouse_url: str) -> Iterator[History]:
    """Twenty minutes between sin-1 and iad-1: slow in minutes 5 to 8, nothing measured in minute 12, dead in 15 and 16."""
    engine = shared()
    migrate(engine)
    engine.run("SYSTEM STOP TTL MERGES")
    forget_measured()
    for minute in range(20):
        if minute != 12:
            measure(engine, DAY + minute * MINUTE, slow=5 <= minute < 9, dead=minute in (15, 16))
    yield engine
    for table in ("path_second", "path_minute"):
        engine.run(f"TRUNCATE TABLE {table}")
    engine.run("SYSTEM START TTL MERGES")


def measure(engine: History, minute: datetime, *, slow: bool, dead: bool) -> None:
    rtt = 350_000 if slow else 90_000
    rtts, lost = ("[]", 10) if dead else (str([rtt] * 10), 0)
    at = int(minute.timestamp())
    engine.run(
        f"""INSERT INTO path_second SELECT toDateTime({at}, 'UTC') + number + 1, 'sin-1', 'iad-1', 'ap-southeast', 10,
        {10 - lost}, {lost}, 0, 0, 0, 0, 0, 0, 0, 0, {rtts} FROM numbers(60)"""  # noqa: S608 - a test's own numbers
    )


def forget_measured() -> None:
    """As a process that just started."""
    measured._remembered.cache_clear()
    measured.checked_day.cache_clear()
    sealing._judged_day.cache_clear()


@pytest.fixture
def lumen() -> UUID:
    for code, node in (("ap-southeast", "sin-1"), ("us-east", "iad-1")):
        fleet.add_region(code, en=code, zh=code)
        token = fleet.grant_enrolment(node, code, now=DAY)
        fleet.enrol(token, node, host="127.0.0.1", stamp_port=8810, viewer_port=8810, now=DAY)
    id_ = accounts.create_organisation("lumen-live", "Lumen Live", accounts.OrganisationKind.CUSTOMER)
    contracts.put_in_force(id_, STARTER, None, DAY)
    return id_
