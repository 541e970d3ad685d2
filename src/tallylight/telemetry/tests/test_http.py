"""Trends over the API: for the staff, bounded, honest about gaps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tallylight.accounts.api import OrganisationKind, Role, create_organisation, create_person, create_token
from tallylight.kernel import clock
from tallylight.telemetry.history import client as client_module
from tallylight.telemetry.history.client import History

pytestmark = pytest.mark.django_db


def bearer(slug: str, kind: OrganisationKind, role: Role) -> dict[str, str]:
    create_organisation(slug, slug, kind)
    person = create_person(f"{role.value}@{slug}.example", "Somebody", slug, role, password=None)
    return {"Authorization": f"Bearer {create_token(person, 'test')}"}


@pytest.fixture
def staff() -> dict[str, str]:
    return bearer("tallylight", OrganisationKind.PROVIDER, Role.ENGINEER)


@pytest.fixture
def own_history(history: History, monkeypatch: pytest.MonkeyPatch) -> History:
    monkeypatch.setattr(client_module, "_shared", history)
    return history


def span(minutes: float) -> dict[str, str]:
    now = clock.now()
    return {"start": (now - timedelta(minutes=minutes)).isoformat(), "end": now.isoformat()}


@pytest.mark.usefixtures("own_history")
def test_where_nothing_was_measured_the_line_has_nulls(client: Client, staff: dict[str, str]) -> None:
    answer = client.get("/api/v1/trends", {"metric": "latency", **span(10)}, headers=staff)
    assert answer.status_code == 200
    lines = answer.json()["series"]
    assert [line["name"] for line in lines] == ["mean", "p50", "p95", "p99"]
    assert set(lines[0]["values"]) == {None}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"metric": "latency", **span(60 * 24 * 365), "step_s": "1"}, "span-too-wide"),
        ({"metric": "weather", **span(1)}, "invalid-fields"),
        ({"metric": "cpu", "start": "2026-01-01T00:00:00", "end": "2026-01-02T00:00:00"}, "invalid-fields"),
        ({"metric": "cpu", **span(1), "step_s": "0"}, "invalid-fields"),
    ],
)
def test_what_can_not_be_answered_is_refused(
    client: Client, staff: dict[str, str], asked: dict[str, str], code: str
) -> None:
    answer = client.get("/api/v1/trends", asked, headers=staff)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.usefixtures("own_history")
def test_a_span_that_ends_before_it_starts_is_empty(client: Client, staff: dict[str, str]) -> None:
    turned = span(10)
    turned = {"start": turned["end"], "end": turned["start"]}
    answer = client.get("/api/v1/trends", {"metric": "cpu", **turned}, headers=staff)
    assert answer.json()["at_s"] == []


def test_a_customer_and_a_stranger_get_nothing(client: Client) -> None:
    customer = bearer("astra-voice", OrganisationKind.CUSTOMER, Role.MEMBER)
    for path in ("/api/v1/live", "/api/v1/trends"):
        assert client.get(path, {"metric": "cpu", **span(1)}, headers=customer).status_code == 403
        assert client.get(path, {"metric": "cpu", **span(1)}).status_code == 401


def test_a_hub_that_is_away_is_said_so(client: Client, staff: dict[str, str]) -> None:
    answer = client.get("/api/v1/live", headers=staff)
    assert (answer.status_code, answer.json()["code"]) == (503, "hub-away")
