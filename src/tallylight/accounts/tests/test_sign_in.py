"""People sign in with a password, machines with a token; every attempt is on the trail."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts import api
from tallylight.accounts.models import ApiToken, AuditEntry, Membership, Person
from tallylight.kernel import clock

pytestmark = pytest.mark.django_db
PASSWORD = "a lamp that is red on air"


@pytest.fixture
def member() -> UUID:
    api.create_organisation("lumen", "Lumen", api.OrganisationKind.CUSTOMER)
    return api.create_person("mia@lumen.example", "Mia", "lumen", api.Role.MEMBER, password=PASSWORD, locale="zh-hans")


def trail() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("action", "subject"))


def me(token: str) -> int:
    return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_person_signs_in_and_out_and_both_are_on_the_trail(member: UUID, client: Client) -> None:
    assert client.login(username="mia@lumen.example", password=PASSWORD)
    assert client.get("/api/v1/me").json()["organisation"]["slug"] == "lumen"
    client.logout()
    assert trail() == [("accounts.sign-in", "mia@lumen.example"), ("accounts.sign-out", "mia@lumen.example")]


def test_a_wrong_password_is_on_the_trail_without_the_password(member: UUID, client: Client) -> None:
    assert not client.login(username="mia@lumen.example", password="wrong lamp")
    assert trail() == [("accounts.sign-in-failed", "mia@lumen.example")]
    assert "wrong lamp" not in str(list(AuditEntry.objects.values()))


def test_the_password_is_kept_by_a_slow_hash_only(member: UUID) -> None:
    assert Person.objects.get(pk=member).password.startswith("scrypt$")


def test_a_token_speaks_for_its_maker_until_it_is_revoked(member: UUID) -> None:
    token = api.create_token(member, "reporting")
    assert me(token) == 200
    ApiToken.objects.update(revoked_at=clock.now())
    assert me(token) == 401


def test_a_token_ends_with_its_lifetime(member: UUID) -> None:
    token = api.create_token(member, "reporting", lifetime=timedelta(hours=1))
    with clock.use_clock(clock.MovableClock(clock.now() + timedelta(hours=1))):
        assert me(token) == 401


def test_a_token_of_somebody_who_left_is_worth_nothing(member: UUID) -> None:
    token = api.create_token(member, "reporting")
    Person.objects.update(is_active=False)
    assert me(token) == 401


@pytest.mark.parametrize("token", ["", "tally_", "nonsense", "\x7f"])
def test_what_is_no_token_is_answered_with_what_to_do(token: str, db: None) -> None:
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "not-signed-in"


def test_somebody_without_an_organisation_is_told_so(member: UUID, client: Client) -> None:
    Membership.objects.all().delete()
    client.force_login(Person.objects.get(pk=member))
    assert client.get("/api/v1/me").json()["code"] == "no-organisation"


def test_a_problem_is_told_in_the_language_of_the_one_who_asks(member: UUID, client: Client) -> None:
    client.force_login(Person.objects.get(pk=member))
    assert client.get("/api/v1/nodes/x").headers["Content-Language"] == "zh-hans"
