"""Real engines for every test that asks for one: see tallylight.embedded.testing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import settings

from tallylight.embedded import testing

pytest_plugins = ("tallylight.support.tests.fixtures",)

# A busy machine is not a fault of the rule under test.
settings.register_profile("tallylight", deadline=None)
settings.load_profile("tallylight")


# Each makes whole installations, which take a machine of two cores for themselves: one after the other, and before the others.
INSTALLATIONS = Path(__file__).parent / "tests" / "promises"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests pytest-xdist keeps together in one process: those of a file, and all that make installations."""
    items.sort(key=lambda item: INSTALLATIONS not in item.path.parents)
    for item in items:
        file = item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group("installations" if INSTALLATIONS in item.path.parents else file))


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
