"""A customer's month from real history: judged, credited, explained minute by minute."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts import api as accounts
from tallylight.contracts import api as contracts
from tallylight.contracts.tests.samples import STARTER, changed
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.kernel.money import Money
from tallylight.sla import api, measured
from tallylight.sla.tests.conftest import DAY, MINUTE, NOW
from tallylight.sla.tests.uses import use

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("history")]


def row(report: api.Report, objective: str, region: str = "ap-southeast") -> api.Row:
    return next(each for each in report.segments[-1].rows if (each.objective.name, each.region) == (objective, region))


def test_a_month_counts_every_minute_since_it_began(lumen: UUID) -> None:
    report = api.month_report(lumen, "2026-06", NOW)
    latency = row(report, "latency")
    assert (latency.counts.good, latency.counts.bad) == (13, 4)
    assert latency.counts.unknown == 10 * 1440 + 1 + 2
    assert latency.counts.slices + latency.remaining == 43_200
    assert report.until == DAY + 20 * MINUTE
    assert row(report, "availability").counts.bad == row(report, "loss").counts.bad == 2


def test_the_credit_stands_at_what_was_measured_and_at_best_at_a_month_that_stays_good(lumen: UUID) -> None:
    report = api.month_report(lumen, "2026-06", NOW)
    assert row(report, "latency").kept is False
    assert report.credits == (Money(120_000, "USD"),)
    assert report.credits_at_best == (Money(0, "USD"),)


def test_old_weeks_are_measured_once_and_lie_end_to_end(lumen: UUID) -> None:
    later = NOW + timedelta(days=12)
    first = row(api.month_report(lumen, "2026-06", later), "latency").counts
    assert (first.good, first.bad) == (13, 4)
    assert first.slices == 22 * 1440 + 20
    known = measured._remembered.cache_info().misses
    assert row(api.month_report(lumen, "2026-06", later + MINUTE), "latency").counts.slices == first.slices + 1
    assert measured._remembered.cache_info().misses == known + 2  # the last days of two regions


def test_slices_are_explained_one_by_one(lumen: UUID) -> None:
    slices = api.explain_slices(lumen, "ap-southeast", "latency", DAY, NOW, now=NOW)
    assert len(slices) == 20
    assert (slices[5].verdict, slices[5].figure, slices[5].bound, slices[5].node) == ("bad", 350.0, 200.0, "sin-1")
    assert (slices[12].verdict, slices[12].counts_as, slices[12].node) == ("unknown", "excluded", None)
    bad = api.explain_slices(lumen, "ap-southeast", "latency", DAY, NOW, now=NOW, only=api.Verdict.BAD)
    assert [each.at for each in bad[0:10]] == [DAY + minute * MINUTE for minute in (5, 6, 7, 8)]


def test_a_stretch_of_bad_minutes_means_what_it_means_by_itself(lumen: UUID) -> None:
    meaning = api.credit_between(lumen, DAY + 4.5 * MINUTE, DAY + 8.5 * MINUTE, now=NOW)
    latency = next(each for each in meaning.rows if (each.objective.name, each.region) == ("latency", "ap-southeast"))
    assert (meaning.start, meaning.end) == (DAY + 4 * MINUTE, DAY + 9 * MINUTE)
    assert (latency.counts.bad, latency.counts.good, latency.budget_minutes) == (4, 1, 216)
    assert meaning.credit.amount == Money(0, "USD")
    assert any("43196 of 43200" in each.said() for each in meaning.credit.steps)


def test_an_amendment_judges_only_what_comes_after_it(lumen: UUID) -> None:
    contracts.put_in_force(lumen, changed(STARTER, "at_most: 200ms", "at_most: 50ms"), None, DAY + 10 * MINUTE)
    report = api.month_report(lumen, "2026-06", NOW)
    old, new = report.segments
    assert [each.part.minutes for each in report.segments] == [10 * 1440 + 10, 43_200 - 10 * 1440 - 10]
    bad = {
        segment.start: next(each for each in segment.rows if each.objective.name == "latency").counts.bad
        for segment in (old, new)
    }
    assert list(bad.values()) == [4, 7]
    assert old.end == new.start
    slices = api.explain_slices(lumen, "ap-southeast", "latency", DAY, NOW, now=NOW)
    assert [(slices[minute].verdict, slices[minute].bound) for minute in (9, 10)] == [("good", 200.0), ("bad", 50.0)]


def manager() -> tuple[accounts.Viewer, dict[str, str]]:
    accounts.create_organisation("tallylight", "T", accounts.OrganisationKind.PROVIDER)
    headers = token("tallylight", accounts.Role.MANAGER)
    person = accounts.staff_with_role(accounts.Role.MANAGER)[0]
    home = accounts.organisation_by_slug("tallylight").id
    viewer = accounts.Viewer(person.id, home, "tallylight", accounts.Role.MANAGER, True, "M", "en", "UTC")
    return viewer, headers


def token(organisation: str, role: accounts.Role) -> dict[str, str]:
    person = accounts.create_person(f"{role}@{organisation}.example", "P", organisation, role, password=None)
    return {"Authorization": f"Bearer {accounts.create_token(person, 'test')}"}


def test_an_exclusion_takes_minutes_out_with_its_kind_and_reason(lumen: UUID) -> None:
    by, _ = manager()
    api.exclude(use(reason="their own firewall"), organisation_id=lumen, by=by, now=NOW)
    assert row(api.month_report(lumen, "2026-06", NOW), "latency").counts.bad == 2
    slices = api.explain_slices(lumen, "ap-southeast", "latency", DAY, NOW, now=NOW)
    assert [(slices[minute].verdict, slices[minute].exclusion, slices[minute].reason) for minute in (6, 7)] == [
        ("excluded", "customer-caused", "their own firewall"),
        ("bad", "", ""),
    ]


def test_months_without_a_contract_or_that_do_not_exist_are_refused(lumen: UUID) -> None:
    with pytest.raises(api.NothingPromised):
        api.month_report(lumen, "2024-06", NOW)
    for month in ("2026-13", "2026-6", "june", "0000-00", "0001-01", "9999-12"):
        with pytest.raises((api.NoSuchMonth, api.NothingPromised)):
            api.month_report(lumen, month, NOW)
    with pytest.raises(api.NoSuchObjective):
        api.explain_slices(lumen, "eu-central", "latency", DAY, NOW, now=NOW)
    with pytest.raises(api.SpanTooLong):
        api.explain_slices(lumen, "ap-southeast", "latency", DAY - timedelta(days=40), NOW, now=NOW)


def test_a_customer_reads_its_own_month_and_nobody_elses(lumen: UUID, client: Client) -> None:
    other = accounts.create_organisation("astra-voice", "Astra", accounts.OrganisationKind.CUSTOMER)
    headers = token("astra-voice", accounts.Role.MEMBER)
    mine = token("lumen-live", accounts.Role.MEMBER)
    with use_clock(MovableClock(NOW)):
        report = client.get("/api/v1/sla/months/2026-06", headers=mine)
        theirs = client.get("/api/v1/sla/months/2026-06?organisation=lumen-live", headers=headers)
        address = "/api/v1/sla/slices?region=ap-southeast&objective=latency&verdict=bad&limit=3"
        slices = client.get(address, headers=mine).json()
    assert report.json()["credits"] == [{"minor": 120_000, "currency": "USD", "text": "USD 1,200.00"}]
    assert report.json()["segments"][0]["credit"]["steps"]
    assert (theirs.status_code, theirs.json()["code"]) == (404, "nothing-promised")
    assert (slices["count"], len(slices["items"]), slices["items"][0]["figure"]) == (4, 3, 350.0)
    assert other != lumen
