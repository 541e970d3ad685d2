"""A customer's bad night: measured minutes, incidents that grow, tickets that people work on, as it really comes about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from tallylight.fleet import api as fleet
from tallylight.replay import jobs
from tallylight.sla.tests.conftest import forget_measured, measure
from tallylight.support.tests.scene import START, Scene
from tallylight.telemetry.history.client import History, shared
from tallylight.telemetry.history.schema import migrate

MINUTE = timedelta(minutes=1)
#: The first minute that is measured.
NIGHT = START.replace(second=0) - 60 * MINUTE


@pytest.fixture
def network(scene: Scene) -> None:
    """The nodes that history is of."""
    fleet.add_region("us-east", en="Virginia", zh="弗吉尼亚")
    for code, node in (("ap-southeast", "sin-1"), ("us-east", "iad-1")):
        token = fleet.grant_enrolment(node, code, now=scene.clock.now())
        fleet.enrol(token, node, host="127.0.0.1", stamp_port=9240, viewer_port=9240, now=scene.clock.now())


@pytest.fixture
def history(clickhouse_url: str) -> Iterator[History]:
    """An hour before the scene between sin-1 and iad-1: slow for ten minutes, dead for two."""
    engine = shared()
    migrate(engine)
    engine.run("SYSTEM STOP TTL MERGES")
    forget_measured()
    for minute in range(60):
        measure(engine, NIGHT + minute * MINUTE, slow=20 <= minute < 30, dead=minute in (40, 41))
    yield engine
    for table in ("path_second", "path_minute"):
        engine.run(f"TRUNCATE TABLE {table}")
    engine.run("SYSTEM START TTL MERGES")
    forget_measured()


def step() -> bool:
    """Take the next step of the replay that waits longest, as a worker would; False if none waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from procrastinate_jobs where id = (select min(id) from procrastinate_jobs "
            "where task_name = 'replay.advance') returning args"
        )
        row = cursor.fetchone()
    if row is None:
        return False
    jobs.advance.func(**json.loads(row[0]))
    return True


def finish() -> None:
    """Take all steps of all replays."""
    while step():
        pass
