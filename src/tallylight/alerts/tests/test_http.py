"""Alerts and thresholds over the API: each tenant its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts.api import Role, create_person, create_token
from tallylight.alerts.models import Alert
from tallylight.alerts.tests.conftest import House, threshold
from tallylight.kernel import clock

pytestmark = pytest.mark.django_db


def bearer(slug: str, role: Role) -> dict[str, str]:
    person = create_person(f"{role.value}@{slug}.example", "Somebody", slug, role, password=None)
    return {"HTTP_AUTHORIZATION": f"Bearer {create_token(person, 'test')}"}


def open_alert(organisation: UUID | None, node: str) -> Alert:
    row, now = threshold(organisation), clock.now()
    return Alert.objects.create(
        threshold=row, organisation_id=organisation, node=node, region=row.region, metric=row.metric, raise_above=200,
        clear_below=180, value=250, worst=260, samples=9, breached_at=now, raised_at=now,
    )  # fmt: skip


def items(client: Client, path: str, who: dict[str, str]) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1{path}", **who)  # type: ignore[arg-type]
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_a_customer_sees_its_own_and_the_staff_everything(house: House, client: Client) -> None:
    mine, theirs, ours = open_alert(house.astra, "sin-1"), open_alert(house.pop, "sin-1"), open_alert(None, "sin-2")
    customer, staff = bearer("astra-voice", Role.MEMBER), bearer("tallylight", Role.ENGINEER)
    assert [item["id"] for item in items(client, "/alerts", customer)] == [str(mine.id)]
    assert {item["id"] for item in items(client, "/alerts", staff)} == {str(row.id) for row in (mine, theirs, ours)}
    assert [item["organisation"] for item in items(client, "/thresholds", customer)] == [str(house.astra)]
    assert len(items(client, "/thresholds", staff)) == 3


def test_alerts_can_be_narrowed(house: House, client: Client) -> None:
    open_alert(None, "sin-1")
    over = open_alert(None, "sin-2")
    over.cleared_at = clock.now()
    over.save()
    staff = bearer("tallylight", Role.AGENT)
    assert [item["node"] for item in items(client, "/alerts?firing=true", staff)] == ["sin-1"]
    assert [item["node"] for item in items(client, "/alerts?node=sin-2", staff)] == ["sin-2"]
    assert items(client, "/alerts?region=eu-central", staff) == []


def test_strangers_see_nothing(client: Client) -> None:
    assert client.get("/api/v1/alerts").status_code == 401
    assert client.get("/api/v1/thresholds").status_code == 401
