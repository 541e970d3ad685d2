"""What applied on that day is one query; an amendment never rewrites it."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tallylight.accounts import api as accounts
from tallylight.contracts import api, cli
from tallylight.contracts.models import ContractVersion, NeverRewritten
from tallylight.contracts.tests.samples import EXAMPLES, KEY_ACCOUNT, STARTER, changed, line_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
FASTER = changed(STARTER, "response: 2h", "response: 1h")


def response_at(organisation: UUID, at: datetime) -> timedelta | None:
    agreement = api.in_force(organisation, at)
    return agreement.support_at(api.Level.FAULT).response if agreement else None


@pytest.fixture
def lumen() -> UUID:
    return accounts.create_organisation("lumen-live", "Lumen Live", accounts.OrganisationKind.CUSTOMER)


@pytest.fixture
def astra() -> UUID:
    return accounts.create_organisation("astra-voice", "Astra Voice", accounts.OrganisationKind.CUSTOMER)


def test_the_first_contract_applies_from_the_date_it_names(lumen: UUID) -> None:
    card = api.put_in_force(lumen, STARTER, None, NOW)
    begins = datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert card.effective_from == begins
    assert response_at(lumen, begins - timedelta(microseconds=1)) is None
    assert response_at(lumen, begins) == timedelta(hours=2)


def test_an_amendment_opens_a_segment_and_leaves_the_past_alone(lumen: UUID) -> None:
    api.put_in_force(lumen, STARTER, None, NOW)
    api.put_in_force(lumen, FASTER, None, NOW + DAY)
    assert response_at(lumen, NOW + DAY - timedelta(seconds=1)) == timedelta(hours=2)
    assert response_at(lumen, NOW + DAY) == timedelta(hours=1)
    assert [
        each.agreement.support_at(api.Level.FAULT).response for each in api.segments_between(lumen, NOW, NOW + 2 * DAY)
    ] == [
        timedelta(hours=2),
        timedelta(hours=1),
    ]


def test_segments_cover_the_time_without_gap_or_overlap(lumen: UUID) -> None:
    api.put_in_force(lumen, STARTER, None, NOW)
    for days, response in ((1, "90m"), (3, "80m"), (7, "70m")):
        api.put_in_force(lumen, changed(STARTER, "response: 2h", f"response: {response}"), None, NOW + days * DAY)
    segments = api.segments_between(lumen, NOW - DAY, NOW + 9 * DAY)
    assert [each.start for each in segments[1:]] == [each.end for each in segments[:-1]]
    assert (segments[0].start, segments[-1].end) == (NOW - DAY, NOW + 9 * DAY)
    assert len(segments) == 4


def test_a_future_version_waits_for_its_day(lumen: UUID) -> None:
    api.put_in_force(lumen, STARTER, None, NOW)
    api.put_in_force(lumen, changed(FASTER, "effective: 2026-01-01", "effective: 2026-07-01"), None, NOW)
    july = datetime(2026, 6, 30, 16, tzinfo=UTC)
    assert response_at(lumen, july - DAY) == timedelta(hours=2)
    assert response_at(lumen, july) == timedelta(hours=1)


def test_the_same_text_twice_is_one_version(lumen: UUID) -> None:
    first = api.put_in_force(lumen, STARTER, None, NOW)
    assert api.put_in_force(lumen, "# reviewed\n" + STARTER, None, NOW + DAY) == first
    assert api.versions(lumen) == [first]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_apply_the_same_text_at_once_make_one_version(lumen: UUID) -> None:
    def put(_: int) -> api.VersionCard:
        try:
            return api.put_in_force(lumen, STARTER, None, NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(put, range(8)))) == 1
    assert len(api.versions(lumen)) == 1


def test_going_back_to_an_old_text_is_a_new_segment(lumen: UUID) -> None:
    for days, source in enumerate((STARTER, FASTER, STARTER)):
        api.put_in_force(lumen, source, None, NOW + days * DAY)
    assert [response_at(lumen, NOW + days * DAY) for days in range(3)] == [
        timedelta(hours=hours) for hours in (2, 1, 2)
    ]


def test_a_term_that_ended_leaves_nothing_in_force(lumen: UUID) -> None:
    api.put_in_force(lumen, changed(STARTER, "months: 12, renews: true", "months: 3, renews: false"), None, NOW)
    ended = datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert response_at(lumen, ended - timedelta(seconds=1)) is not None
    assert response_at(lumen, ended) is None
    assert api.all_in_force(ended) == []
    assert [each.end for each in api.segments_between(lumen, ended - DAY, ended + DAY)] == [ended]


def test_every_customers_agreement_at_an_instant(lumen: UUID, astra: UUID) -> None:
    api.put_in_force(lumen, STARTER, None, NOW)
    api.put_in_force(astra, KEY_ACCOUNT, None, NOW)
    assert [(each.organisation_id, each.slug) for each in api.all_in_force(NOW)] == [
        (astra, "astra-voice"),
        (lumen, "lumen-live"),
    ]


def test_a_contract_for_somebody_else_is_refused(astra: UUID) -> None:
    with pytest.raises(api.WrongCustomer):
        api.put_in_force(astra, STARTER, None, NOW)


def test_a_bad_contract_leaves_nothing_behind(lumen: UUID) -> None:
    with pytest.raises(api.ContractInvalid):
        api.put_in_force(lumen, changed(STARTER, "cap: 50%", "cap: 500%"), None, NOW)
    assert api.versions(lumen) == []


def test_a_stored_version_can_not_be_changed_by_the_program_or_by_sql(lumen: UUID) -> None:
    api.put_in_force(lumen, STARTER, None, NOW)
    row = ContractVersion.objects.get()
    row.number = "forged"
    with pytest.raises(NeverRewritten):
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractVersion.objects.update(number="forged")
    assert ContractVersion.objects.get().number == "LL-2026-001"


def token(organisation: str, role: accounts.Role) -> dict[str, str]:
    person = accounts.create_person(f"{role}@{organisation}.example", "P", organisation, role, password=None)
    return {"Authorization": f"Bearer {accounts.create_token(person, 'test')}"}


def test_a_customer_reads_its_own_contract_and_nobody_elses(lumen: UUID, astra: UUID, client: Client) -> None:
    api.put_in_force(lumen, STARTER, None, NOW)
    theirs = api.put_in_force(astra, KEY_ACCOUNT, None, NOW)
    headers = token("lumen-live", accounts.Role.MEMBER)
    listed = client.get("/api/v1/contracts", headers=headers).json()
    assert [each["number"] for each in listed["items"]] == ["LL-2026-001"]
    assert client.get("/api/v1/contracts?organisation=astra-voice", headers=headers).json()["items"] == []
    assert client.get(f"/api/v1/contracts/{theirs.id}", headers=headers).status_code == 404
    assert client.get(f"/api/v1/contracts/{theirs.id}/source", headers=headers).status_code == 404
    asked = client.get("/api/v1/contracts/in-force?organisation=astra-voice&at=2026-06-15T00:00:00Z", headers=headers)
    assert asked.json()["number"] == "LL-2026-001"


def test_the_staff_reads_what_applied_to_whom_and_when(lumen: UUID, client: Client) -> None:
    accounts.create_organisation("tallylight", "T", accounts.OrganisationKind.PROVIDER)
    headers = token("tallylight", accounts.Role.AGENT)
    card = api.put_in_force(lumen, STARTER, None, NOW)
    before = client.get("/api/v1/contracts/in-force?organisation=lumen-live&at=2020-01-01T00:00:00Z", headers=headers)
    assert (before.status_code, before.json()["code"]) == (404, "no-contract")
    floating = client.get("/api/v1/contracts/in-force?organisation=lumen-live&at=2026-02-01T00:00:00", headers=headers)
    assert (floating.status_code, floating.json()["code"]) == (400, "invalid-fields")
    during = client.get("/api/v1/contracts/in-force?organisation=lumen-live&at=2026-02-01T00:00:00Z", headers=headers)
    assert during.json()["document"]["number"] == "LL-2026-001"
    text = client.get(f"/api/v1/contracts/{card.id}/source", headers=headers)
    assert text.content.decode() == STARTER


def test_the_schema_is_public(client: Client) -> None:
    assert (
        client.get("/api/v1/schemas/tallylight-contract-v1.json").json()["$id"] == "urn:tallylight:schema:contract:v1"
    )


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.main(parser.parse_args(words))


def test_lint_passes_the_examples_and_names_faults_by_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lint", *map(str, sorted(EXAMPLES.glob("*.yaml")))) == 0
    bad = tmp_path / "bad.yaml"
    bad.write_text(changed(STARTER, "cap: 50%", "cap: 20%"), encoding="utf-8")
    assert run("lint", str(bad), str(tmp_path / "missing.yaml")) == 2
    errors = capsys.readouterr().err
    assert f"{bad}:{line_of(bad.read_text(encoding='utf-8'), '{ below: 99%,')}:" in errors
    assert "missing.yaml" in errors


def test_apply_puts_a_contract_in_force(lumen: UUID, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("apply", str(EXAMPLES / "starter.yaml"), "--organisation", "lumen-live") == 0
    assert len(api.versions(lumen)) == 1
    assert run("apply", str(EXAMPLES / "key-account.yaml"), "--organisation", "lumen-live") == 1
    assert "astra-voice" in capsys.readouterr().err


@pytest.mark.usefixtures("lumen")
def test_faults_are_told_by_the_api(client: Client) -> None:
    body = {"source": changed(STARTER, "cap: 50%", "cap: 150%")}
    headers = token("lumen-live", accounts.Role.MEMBER)
    answer = client.post("/api/v1/contracts/lint", body, content_type="application/json", headers=headers).json()
    assert answer.get("sound") is False, answer
    (problem,) = answer["problems"]
    assert problem["path"] == "credit.cap"
    assert problem["line"] == line_of(body["source"], "cap: 150%")
