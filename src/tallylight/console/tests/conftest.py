"""Tests read English, whatever language an earlier request of the run spoke; and a provider on a bad night."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation
from tests.promises.world import World, bad_night, make_world

from tallylight.support.models import Ticket


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def night(world: World) -> Ticket:
    """A ticket of the large customer's; the agent owns it."""
    return bad_night(world)
