"""The desk's figures on their page and as a file."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from tests.promises.world import World, bad_night, make_world

from tallylight.accounts.models import Person
from tallylight.support.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def night(world: World) -> Ticket:
    return bad_night(world)


def signed_in(person: UUID, *, language: str = "en") -> Client:
    client = Client(headers={"Accept": "text/html"})
    client.force_login(Person.objects.get(pk=person))
    client.cookies["django_language"] = language
    return client


def span(night: Ticket) -> str:
    return f"?from={night.opened_at:%Y-%m-%d}&to={night.opened_at:%Y-%m-%d}"


def test_staff_read_all_customers_and_choose_one(world: World, night: Ticket) -> None:
    manager = signed_in(world.manager)
    shown = manager.get(f"/figures{span(night)}").content.decode()
    assert "1 ticket was opened." in shown
    assert world.large.name in shown
    assert 'data-chart="kept"' in shown
    other = manager.get(f"/figures{span(night)}&customer={world.small.slug}").content.decode()
    assert "No ticket was opened in this period." in other


def test_a_customer_reads_its_own_only(world: World, night: Ticket) -> None:
    own = signed_in(world.large.member).get(f"/figures{span(night)}&customer={world.small.slug}").content.decode()
    assert "1 ticket was opened." in own
    other = signed_in(world.small.member)
    assert "No ticket was opened" in other.get(f"/figures{span(night)}&customer={world.large.slug}").content.decode()
    assert other.get(f"/figures.csv{span(night)}&customer={world.large.slug}").content.decode().count("\n") == 1


def test_a_file_holds_them_and_nonsense_is_the_usual_period(world: World, night: Ticket) -> None:
    manager = signed_in(world.manager)
    file = manager.get(f"/figures.csv{span(night)}")
    assert file["Content-Type"].startswith("text/csv")
    assert file.content.decode().splitlines()[1].startswith("all,,,1,")
    assert manager.get("/figures?from=x&to=2026-99-99&days=abc").status_code == 200
    assert manager.get("/figures?from=2026-01-02&to=2026-01-01").status_code == 400
    assert "7 天" in signed_in(world.manager, language="zh-hans").get("/figures").content.decode()
