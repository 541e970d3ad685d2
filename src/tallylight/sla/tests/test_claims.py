"""A credit that isn't given by itself is claimed: by the customer, once the month is over, within the window, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tallylight.accounts import api as accounts
from tallylight.accounts.models import AuditEntry, Person
from tallylight.contracts import api as contracts
from tallylight.contracts.tests.samples import STARTER, changed
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.sla.models import Claim
from tallylight.sla.tests.conftest import DAY
from tallylight.sla.tests.test_month import manager, token
from tallylight.telemetry.history.client import History

pytestmark = pytest.mark.django_db
#: July begins in Singapore.
OVER = datetime.fromisoformat("2026-07-01T00:00:00+08:00")
SECOND = timedelta(seconds=1)
ON_REQUEST = ("  claim: automatic", "  claim: on-request\n  claim_days: 30")


@pytest.fixture
def claiming(lumen: UUID, history: History) -> dict[str, str]:
    """The headers of a customer whose contract gives thirty days to claim what one bad day in June earned."""
    id_ = accounts.create_organisation("astra-voice", "Astra", accounts.OrganisationKind.CUSTOMER)
    source = changed(changed(STARTER, "slug: lumen-live", "slug: astra-voice"), *ON_REQUEST)
    contracts.put_in_force(id_, changed(source, "2026-01-01", "2026-06-10"), None, DAY)
    assert lumen
    return token("astra-voice", accounts.Role.MEMBER)


def claimed(client: Client, headers: dict[str, str], at: datetime, month: str = "2026-06") -> Any:
    with use_clock(MovableClock(at)):
        return client.post(f"/api/v1/sla/months/{month}/claim", headers=headers)


def state(client: Client, headers: dict[str, str], at: datetime) -> str:
    with use_clock(MovableClock(at)):
        (settlement,) = client.get("/api/v1/sla/months/2026-06", headers=headers).json()["settlements"]
    return str(settlement["state"])


def test_a_claim_within_the_window_is_owed_from_then_on(claiming: dict[str, str], client: Client) -> None:
    at = OVER + timedelta(days=30) - SECOND
    assert state(client, claiming, at) == "claimable"
    (settlement,) = claimed(client, claiming, at).json()["settlements"]
    assert (settlement["state"], settlement["owed"]) == ("claimed", settlement["earned"])
    assert settlement["owed"]["minor"] > 0
    assert state(client, claiming, OVER + timedelta(days=90)) == "claimed"


def test_claiming_twice_is_claiming_once(claiming: dict[str, str], client: Client) -> None:
    answers = [claimed(client, claiming, OVER + each * SECOND) for each in (60, 61, 62)]
    assert [each.status_code for each in answers] == [200, 200, 200]
    assert Claim.objects.get().claimed_at == OVER + 60 * SECOND
    assert AuditEntry.objects.filter(action="sla.claim").count() == 1


def test_a_month_that_runs_or_whose_window_is_over_is_not_claimed(claiming: dict[str, str], client: Client) -> None:
    for at in (OVER - SECOND, OVER + timedelta(days=30)):
        answer = claimed(client, claiming, at)
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-claim")
    assert claimed(client, claiming, OVER, "june").json()["code"] == "no-such-month"
    assert not Claim.objects.exists()


def test_only_the_customer_claims_and_only_its_own(claiming: dict[str, str], client: Client) -> None:
    _, staff = manager()
    other = token("lumen-live", accounts.Role.MEMBER)
    assert claimed(client, staff, OVER).status_code == 403
    assert claimed(client, other, OVER).json()["code"] == "nothing-to-claim"  # lumen's credits come by themselves
    assert state(client, claiming, OVER) == "claimable"


def test_the_page_says_what_becomes_of_the_credit_and_takes_the_claim(claiming: dict[str, str], client: Client) -> None:
    client.force_login(Person.objects.get(email="member@astra-voice.example"))
    with use_clock(MovableClock(OVER + SECOND)):
        assert "can be claimed before" in page(client)
        assert "Claim the credit" in page(client)
        answer = client.post("/service/claim", {"month": "2026-06"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/service?month=2026-06")
        assert "was claimed at" in page(client)
        assert "Claim the credit" not in page(client)
        assert client.get("/service/claim").status_code == 405
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(Person.objects.get(email="member@astra-voice.example"))
    assert guarded.post("/service/claim", {"month": "2026-06"}).status_code == 403
    assert claiming


def page(client: Client) -> str:
    return client.get("/service?month=2026-06").content.decode()


def test_a_claim_is_never_rewritten(claiming: dict[str, str], client: Client) -> None:
    claimed(client, claiming, OVER)
    for change in (lambda: Claim.objects.update(month="2026-05"), lambda: Claim.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
