"""Real engines for every test that asks for one: see tallylight.embedded.testing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tallylight.embedded import emptying, testing

pytest_plugins = ("tallylight.support.tests.fixtures",)

# A busy machine is not a fault of the rule under test.
settings.register_profile("tallylight", deadline=None)
settings.load_profile("tallylight")


# Each makes whole installations, which take a machine of two cores for themselves: one after the other, and before the others.
INSTALLATIONS = "tests/promises/"


class ByFile(LoadScopeScheduling):
    """For pytest-xdist: tests of a file run in one process, and so do all that make installations."""

    def _split_scope(self, nodeid: str) -> str:
        return INSTALLATIONS if nodeid.startswith(INSTALLATIONS) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """pytest-xdist's hook that says who gets which test."""
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items.sort(key=lambda item: not item.nodeid.startswith(INSTALLATIONS))


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """pytest-django's hook before it makes the test database: by now PostgreSQL has to be there."""
    testing.start_postgres()
    emptying.instead_of_django()


@pytest.fixture(scope="session")
def clickhouse_url() -> str:
    """The URL of a real ClickHouse that lives as long as the test run; make a database of your own in it."""
    return testing.start_clickhouse()


@pytest.fixture(autouse=True)
def english_unless_told_otherwise() -> Iterator[None]:
    """Pages read in Chinese by one test leave no language behind for the next."""
    with translation.override("en"):
        yield
