"""Real engines for every test that asks for one: see tallylight.embedded.testing."""

from __future__ import annotations

import pytest
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
