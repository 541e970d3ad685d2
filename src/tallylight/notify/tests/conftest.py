"""Somebody to reach, and an HTTP service to reach them by."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from tallylight.accounts.api import OrganisationKind, Role, create_organisation, create_person
from tallylight.notify.tests.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def person(transactional_db: None) -> UUID:
    create_organisation("tallylight", "Tallylight", OrganisationKind.PROVIDER)
    return create_person("wei@tallylight.example", "Wei", "tallylight", Role.ENGINEER, password=None)
