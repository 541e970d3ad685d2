"""Real engines for every test that asks for one: see tallylight.embedded.testing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import settings

from tallylight.embedded import testing

pytest_plugins = ("tallylight.support.tests.fixtures",)

# A busy machine is not a fault of the rule under test.
settings.register_profile("tallylight", deadline=None)
settings.load_profile("tallylight")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """pytest-django's hook before it makes the test database: by now PostgreSQL has to be there."""
    testing.start_postgres()


@pytest.fixture(scope="session")
def clickhouse_url() -> str:
    """The URL of a real ClickHouse that lives as long as the test run; make a database of your own in it."""
    return testing.start_clickhouse()


@pytest.fixture(autouse=True)
def english_unless_told_otherwise() -> Iterator[None]:
    """Pages read in Chinese by one test leave no language behind for the next."""
    with translation.override("en"):
        yield
