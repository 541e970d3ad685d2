"""Fixtures of the desk's rooms, for every test: loaded by the conftest at the root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django import Settings

if TYPE_CHECKING:
    from tallylight.notify.tests.sink import Sink
    from tallylight.support.tests.scene import Scene


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    """A real SMTP server that everything is sent to."""
    from tallylight.notify.tests.sink import listening

    with listening() as found:
        settings.SMTP_URL = found.url
        yield found


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    """A small world on real PostgreSQL: staff, two customers under the example contracts, a clock that is moved.

    Tests with several threads or processes ask for real transactions: `@pytest.mark.django_db(transaction=True)`.
    """
    from tallylight.support.tests.scene import playing

    with playing() as found:
        yield found
