"""Slices are taken out of the count on a page: by those who may, as the contract allows, and everybody concerned reads it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from tests.promises.world import World, make_world

from tallylight.accounts.models import Person
from tallylight.console.tests.test_contract_pages import signed_in, text
from tallylight.kernel import clock
from tallylight.sla.models import Exclusion

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def world() -> World:
    made = make_world()
    Person.objects.update(timezone=ZONE.key)
    return made


@pytest.fixture
def manager(world: World) -> Client:
    return signed_in(world.manager)


def begins() -> datetime:
    """The tenth of next month, at ten in the morning: further ahead than any notice, and within one month in every zone."""
    first = clock.now().astimezone(ZONE).replace(day=1, hour=10, minute=0, second=0, microsecond=0)
    return (first + 32 * DAY).replace(day=10)


def typed(at: datetime) -> str:
    """An instant as a browser sends it, in the manager's own time zone."""
    return f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M}"


def asked(**changes: object) -> dict[str, object]:
    """Two hours of announced maintenance."""
    told = {
        "kind": "maintenance",
        "region": "me-central",
        "starts_at": typed(begins()),
        "ends_at": typed(begins() + 2 * HOUR),
        "announced_at": typed(clock.now() - HOUR),
        "reason": "New switches in Dubai",
    }
    return {**told, **changes}


def address(world: World) -> str:
    return f"/service/exclusions?customer={world.large.slug}"


def beside(answer: object, field: str) -> str:
    """What the page says beside a field."""
    page = unescape(answer.content.decode())  # type: ignore[attr-defined]
    found = re.search(rf'id="id_{field}_error">(?:<svg.*?</svg>)?(.*?)</span>', page, re.S)
    return re.sub(r"\s+", " ", found.group(1)) if found else ""


def test_maintenance_that_was_announced_is_taken_out_and_the_customer_reads_who_approved_it(
    manager: Client, world: World
) -> None:
    answer = manager.post(address(world), asked(), follow=True)
    assert "taken out of the count of 1 customer." in text(answer)
    row = Exclusion.objects.get()
    assert (row.organisation_id, row.region, row.approved_by_id) == (world.large.id, "me-central", world.manager)
    assert (row.starts_at, row.ends_at) == (begins(), begins() + 2 * HOUR)
    theirs = text(signed_in(world.large.member).get("/service/exclusions"))
    assert "Maintenance: New switches in Dubai" in theirs
    assert "Night manager" in theirs
    assert "<form" not in theirs.partition("<main")[2].partition("</main>")[0]


def test_a_refusal_stands_beside_its_field_in_the_readers_language_and_nothing_typed_is_lost(
    manager: Client, world: World
) -> None:
    unannounced = asked(announced_at="")
    answer = manager.post(address(world), unannounced)
    assert answer.status_code == 409
    assert "at least 120 hours before" in beside(answer, "announced_at")
    assert "New switches in Dubai" in text(answer)
    chinese = signed_in(world.manager, "zh-hans").post(address(world), unannounced)
    assert "120 小时" in beside(chinese, "announced_at").replace("\u00a0", " ")
    assert not Exclusion.objects.exists()


def test_more_maintenance_than_a_month_has_room_for_is_refused_beside_its_end(manager: Client, world: World) -> None:
    answer = manager.post(address(world), asked(ends_at=typed(begins() + 3 * HOUR)))
    assert "the contract allows 2" in beside(answer, "ends_at")


def test_a_form_that_is_not_filled_in_says_so_beside_each_field(manager: Client, world: World) -> None:
    answer = manager.post(
        address(world), asked(starts_at="9999-12-31T23:59", ends_at="soon", reason=" ", kind="overload")
    )
    assert answer.status_code == 400
    assert all(beside(answer, field) for field in ("starts_at", "ends_at", "reason", "kind"))


def test_all_customers_at_once_and_it_is_said_whose_contract_does_not_allow_it(manager: Client, world: World) -> None:
    three_hours = asked(everybody="on", ends_at=typed(begins() + 3 * HOUR))  # one more than the large customer allows
    page = text(manager.post(address(world), three_hours, follow=True))
    assert "taken out of the count of 1 customer." in page
    assert f"{world.large.name} keeps its slices in the count: With this, maintenance would take 3 hours" in page
    assert [row.organisation_id for row in Exclusion.objects.all()] == [world.small.id]


def test_who_may_not_approve_sees_no_form_and_changes_nothing(world: World) -> None:
    agent = signed_in(world.agent)
    assert "Your role approves nothing under this contract" in text(agent.get(address(world)))
    answer = agent.post(address(world), asked())
    assert answer.status_code == 403
    assert signed_in(world.large.member).post("/service/exclusions", asked()).status_code == 403
    assert not Exclusion.objects.exists()


def test_another_customers_exclusions_are_not_shown(manager: Client, world: World) -> None:
    manager.post(address(world), asked())
    page = text(signed_in(world.small.member).get(f"/service/exclusions?customer={world.large.slug}"))
    assert "Nothing was taken out" in page
    assert "New switches" not in page


def test_a_form_from_elsewhere_is_refused(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Person.objects.get(pk=world.manager))
    assert strict.post(address(world), asked()).status_code == 403
    assert not Exclusion.objects.exists()
