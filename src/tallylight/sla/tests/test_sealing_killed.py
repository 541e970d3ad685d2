"""A worker that is killed while it seals leaves days that are sealed, or not: never half of one, never one twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from tallylight.embedded.testing import child_environment
from tallylight.kernel import clock
from tallylight.sla.chain import parsed
from tallylight.sla.check import check_chain
from tallylight.sla.models import Chain, SealedLink
from tallylight.sla.tests.test_sealing import SEALED, customer, seal
from tallylight.telemetry.history.client import History

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = 40
LATER = SEALED + timedelta(days=DAYS)
SEALS = """
import sys, django
django.setup()
from datetime import datetime
from uuid import UUID
from tallylight.sla.sealing import seal_due
seal_due([UUID(sys.argv[1])], now=datetime.fromisoformat(sys.argv[2]))
"""


@pytest.fixture
def voice(history: History) -> Iterator[UUID]:
    """A customer that other processes see too."""
    yield customer("astra-voice")
    with connection.cursor() as cursor:  # the tables refuse to be emptied row by row
        cursor.execute("TRUNCATE sla_sealedlink, sla_series, sla_chain, sla_chainedexclusion CASCADE")


def links(organisation: UUID) -> int:
    return SealedLink.objects.filter(organisation_id=organisation).count()


def start_sealing(organisation: UUID) -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    own = {"DJANGO_SETTINGS_MODULE": "tallylight.config.settings", "TALLY_DATABASE_URL": url}
    words = [sys.executable, "-c", SEALS, str(organisation), LATER.isoformat()]
    return subprocess.Popen(words, env=child_environment() | own | {"TALLY_CLICKHOUSE_URL": settings.CLICKHOUSE_URL})


def kill_after(organisation: UUID, more: int) -> int:
    """Kill a process that seals once it has made `more` links; how many there are then."""
    before, process = links(organisation), start_sealing(organisation)
    deadline = clock.monotonic() + 120
    while links(organisation) < before + more and process.poll() is None:
        assert clock.monotonic() < deadline, "it seals nothing"
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    return links(organisation)


def test_a_killed_worker_leaves_whole_days_and_the_next_goes_on(voice: UUID) -> None:
    reached = [kill_after(voice, more) for more in (1, 3, 2)]
    assert reached == sorted(reached)
    assert check_chain(voice).links == reached[-1] < DAYS
    seal(voice, LATER)
    bodies = SealedLink.objects.filter(organisation_id=voice, kind="day").order_by("day").values_list("body", flat=True)
    days = [parsed(body).day for body in bodies]
    assert len(days) == len(set(days)) == DAYS + 2
    assert check_chain(voice).links == Chain.objects.get(organisation_id=voice).links == DAYS + 2
