"""A customer whose June is over: twenty measured minutes, two people of its own, and the provider's manager."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationKind, Role
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.sla import sealing
from tallylight.sla.tests.conftest import forget_measured
from tallylight.sla.tests.conftest import history as history
from tallylight.sla.tests.conftest import lumen as lumen_live

MONTH = "2026-06"
#: Half an hour into the first of July in Singapore.
FIRST = datetime(2026, 6, 30, 16, 35, tzinfo=UTC)
#: When the last days of June are sealed.
SEALED = FIRST + timedelta(days=3)
MIA, LIN, MANAGER = "mia@lumen.example", "lin@lumen.example", "manager@tallylight.example"

__all__ = ["history", "lumen_live"]


@pytest.fixture
def clock() -> Iterator[MovableClock]:
    with use_clock(MovableClock(FIRST)) as found:
        yield found


@pytest.fixture
def lumen(lumen_live: UUID) -> UUID:
    provider = accounts.create_organisation("tallylight", "Night Network", OrganisationKind.PROVIDER)
    assert provider
    accounts.create_person(MIA, "Mia", "lumen-live", Role.MEMBER, password=None, locale="en")
    accounts.create_person(LIN, "林", "lumen-live", Role.MEMBER, password=None, locale="zh-hans")
    accounts.create_person(MANAGER, "Max", "tallylight", Role.MANAGER, password=None)
    return lumen_live


def seal(*organisations: UUID, now: datetime) -> None:
    """Seal what is due, as the hourly job does."""
    forget_measured()
    sealing.seal_due(list(organisations), now=now)
