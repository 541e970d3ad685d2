"""Slices are taken out only as the contract allows: the kind, its notice, its limit, and who approves it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tallylight.accounts import api as accounts
from tallylight.contracts import api as contracts
from tallylight.contracts.api import ExclusionKind
from tallylight.contracts.tests.samples import STARTER, changed
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.sla import api
from tallylight.sla.errors import AnnouncedLater, KindNotAllowed, NotAnnounced, OverloadIsMeasured, TooMuchMaintenance
from tallylight.sla.excluding import length_within
from tallylight.sla.tests.conftest import DAY, MINUTE, NOW
from tallylight.sla.tests.test_month import manager, token
from tallylight.sla.tests.uses import use

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
#: The starter contract wants three days of notice, and lets maintenance take four hours out of a month.
NOTICE = timedelta(days=3)
#: The twentieth of June in Singapore, at ten in the morning.
BEGINS = datetime.fromisoformat("2026-06-20T10:00:00+08:00")
WITHOUT_CUSTOMER = ("  - { kind: customer-caused, approver: manager }\n", "")


def maintenance(**changes: Any) -> api.Use:
    times = {"starts_at": BEGINS, "ends_at": BEGINS + 2 * HOUR, "announced_at": BEGINS - NOTICE}
    return use(**{"kind": ExclusionKind.MAINTENANCE, "reason": "new switches", **times, **changes})


def taken(of: api.Use, organisation: UUID, by: accounts.Viewer, now: datetime = BEGINS + 2 * HOUR) -> Any:
    return api.exclude(of, organisation_id=organisation, by=by, now=now)


def other_customer(*changes: tuple[str, str]) -> UUID:
    id_ = accounts.create_organisation("astra-voice", "Astra", accounts.OrganisationKind.CUSTOMER)
    source = changed(STARTER, "slug: lumen-live", "slug: astra-voice")
    for old, new in changes:
        source = changed(source, old, new)
    contracts.put_in_force(id_, source, None, DAY)
    return id_


def test_maintenance_is_announced_as_early_as_the_contract_says(lumen: UUID) -> None:
    by, _ = manager()
    for announced_at in (None, BEGINS - NOTICE + timedelta(seconds=1), BEGINS + HOUR):
        with pytest.raises(NotAnnounced, match="72 hours"):
            taken(maintenance(announced_at=announced_at), lumen, by)
    cards, _ = taken(maintenance(), lumen, by)
    assert (cards[0].kind, cards[0].announced_at) == ("maintenance", BEGINS - NOTICE)


def test_an_announcement_is_not_of_the_future(lumen: UUID) -> None:
    by, _ = manager()
    with pytest.raises(AnnouncedLater):
        taken(maintenance(), lumen, by, now=BEGINS - NOTICE - timedelta(seconds=1))


def test_maintenance_takes_no_more_out_of_a_month_than_the_contract_says(lumen: UUID) -> None:
    by, _ = manager()
    taken(maintenance(), lumen, by)
    later = {"starts_at": BEGINS + 5 * HOUR, "announced_at": BEGINS - NOTICE}
    with pytest.raises(TooMuchMaintenance, match=r"4\.5 hours out of 2026-06; the contract allows 4\."):
        taken(maintenance(**later, ends_at=BEGINS + 7.5 * HOUR), lumen, by)
    taken(maintenance(**later, ends_at=BEGINS + 7 * HOUR), lumen, by)
    taken(use(starts_at=BEGINS, ends_at=BEGINS + 9 * HOUR), lumen, by)  # the limit is maintenance's alone


def test_each_month_of_the_customer_has_its_own_limit(lumen: UUID) -> None:
    by, _ = manager()
    midnight = datetime.fromisoformat("2026-07-01T00:00:00+08:00")
    across = maintenance(starts_at=midnight - 4 * HOUR, ends_at=midnight + 4 * HOUR)
    taken(across, lumen, by, now=midnight)
    with pytest.raises(TooMuchMaintenance, match="2026-07"):
        taken(maintenance(starts_at=midnight + 4 * HOUR, ends_at=midnight + 5 * HOUR), lumen, by, now=midnight)


def test_a_kind_the_contract_does_not_name_is_refused(lumen: UUID) -> None:
    by, _ = manager()
    strict = other_customer(WITHOUT_CUSTOMER)
    with pytest.raises(KindNotAllowed):
        taken(use(), strict, by)
    with pytest.raises(OverloadIsMeasured):
        taken(use(kind=ExclusionKind.OVERLOAD), lumen, by)
    with pytest.raises(api.NothingPromised):
        taken(use(starts_at=DAY - timedelta(days=900), ends_at=DAY - timedelta(days=899)), lumen, by)


@pytest.mark.parametrize(
    ("approver", "role", "may"),
    [
        ("manager", accounts.Role.ENGINEER, False),
        ("engineer", accounts.Role.AGENT, False),
        ("engineer", accounts.Role.ENGINEER, True),
        ("engineer", accounts.Role.MANAGER, True),
        ("manager", accounts.Role.ADMIN, True),
        ("agent", accounts.Role.MEMBER, False),
    ],
)
def test_who_approves_has_the_role_that_the_contract_names_or_one_above(
    lumen: UUID, client: Client, approver: str, role: accounts.Role, *, may: bool
) -> None:
    other_customer(("kind: customer-caused, approver: manager", f"kind: customer-caused, approver: {approver}"))
    manager()
    home = "lumen-live" if role is accounts.Role.MEMBER else "tallylight"
    by = manager_headers() if role is accounts.Role.MANAGER else token(home, role)
    assert post(client, by, organisation="astra-voice").status_code == (201 if may else 403)
    assert lumen


def manager_headers() -> dict[str, str]:
    person = accounts.staff_with_role(accounts.Role.MANAGER)[0]
    return {"Authorization": f"Bearer {accounts.create_token(person.id, 'another')}"}


def post(client: Client, headers: dict[str, str], **changes: Any) -> Any:
    body = {
        "kind": "customer-caused",
        "starts_at": DAY.isoformat(),
        "ends_at": (DAY + MINUTE).isoformat(),
        "reason": "their own firewall",
    }
    with use_clock(MovableClock(NOW)):
        return client.post(
            "/api/v1/sla/exclusions", {**body, **changes}, headers=headers, content_type="application/json"
        )


def test_asked_for_everybody_it_holds_for_those_whose_contract_allows_it(lumen: UUID, client: Client) -> None:
    other_customer(WITHOUT_CUSTOMER)
    accounts.create_organisation("no-contract", "None", accounts.OrganisationKind.CUSTOMER)
    _, headers = manager()
    answer = post(client, headers)
    assert answer.status_code == 201
    told = answer.json()
    assert [each["organisation_id"] for each in told["exclusions"]] == [str(lumen)]
    assert [(each["organisation"], each["code"]) for each in told["left_out"]] == [("astra-voice", "kind-not-allowed")]
    mine, theirs = token("lumen-live", accounts.Role.MEMBER), token("astra-voice", accounts.Role.MEMBER)
    (seen,) = client.get("/api/v1/sla/exclusions", headers=mine).json()["items"]
    assert (seen["kind"], seen["reason"]) == ("customer-caused", "their own firewall")
    assert client.get("/api/v1/sla/exclusions", headers=theirs).json()["count"] == 0


def test_what_no_contract_could_allow_is_refused_with_advice(lumen: UUID, client: Client) -> None:
    _, headers = manager()
    assert post(client, headers, region="atlantis").json()["code"] == "region-unknown"
    assert post(client, headers, ends_at=DAY.isoformat()).json()["code"] == "bad-exclusion"
    assert post(client, headers, kind="weather").status_code in (400, 422)
    refused = post(client, headers, kind="maintenance", organisation="lumen-live")
    assert (refused.status_code, refused.json()["code"]) == (409, "not-announced")
    assert lumen


def minutes(*pairs: tuple[int, int]) -> list[tuple[datetime, datetime]]:
    return [(DAY + a * MINUTE, DAY + b * MINUTE) for a, b in pairs]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda each: (min(each), max(each)))))
def test_what_several_exclusions_cover_counts_once(pairs: list[tuple[int, int]]) -> None:
    covered = {minute for a, b in pairs for minute in range(a, b)} & set(range(10, 50))
    assert length_within(minutes(*pairs), DAY + 10 * MINUTE, DAY + 50 * MINUTE) == len(covered) * MINUTE
