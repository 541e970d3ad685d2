"""A text both sides sign by its hash is in force; nothing else makes it so, and nothing signed is ever changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationKind, Role, Viewer
from tallylight.accounts.models import AuditEntry
from tallylight.contracts import api, errors, settling
from tallylight.contracts.api import Hand, Level, ProposalCard, ProposalState, Side
from tallylight.contracts.models import ContractVersion, Proposal, Signature
from tallylight.contracts.tests.samples import STARTER, changed
from tallylight.kernel import events
from tallylight.kernel.events import ContractAccepted, ContractAmended, ContractNotAccepted, ContractProposed, Event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FASTER = changed(STARTER, "response: 2h", "response: 1h")
DEARER = changed(STARTER, "monthly: 2400.00 USD", "monthly: 2600.00 USD")


@dataclass(frozen=True)
class Table:
    """Who sits at it: the customer with its signatory and another member, the provider's manager and agent."""

    lumen: UUID
    mia: Viewer
    joe: Viewer
    omar: Viewer
    ana: Viewer
    stranger: Viewer


def viewer(email: str, organisation: str, role: Role, *, signatory: bool = False) -> Viewer:
    from tallylight.accounts.sign_in import _viewer

    name = email.split("@")[0].title()
    return _viewer(accounts.create_person(email, name, organisation, role, password=None, signatory=signatory))


@pytest.fixture
def table() -> Table:
    accounts.create_organisation("tallylight", "Tallylight", OrganisationKind.PROVIDER)
    lumen = accounts.create_organisation("lumen-live", "Lumen Live", OrganisationKind.CUSTOMER)
    accounts.create_organisation("astra-voice", "Astra Voice", OrganisationKind.CUSTOMER)
    return Table(
        lumen,
        mia=viewer("mia@lumen.example", "lumen-live", Role.MEMBER, signatory=True),
        joe=viewer("joe@lumen.example", "lumen-live", Role.MEMBER),
        omar=viewer("omar@tallylight.example", "tallylight", Role.MANAGER),
        ana=viewer("ana@tallylight.example", "tallylight", Role.AGENT),
        stranger=viewer("li@astra.example", "astra-voice", Role.MEMBER, signatory=True),
    )


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What the rooms above hear."""
    heard: list[Event] = []
    monkeypatch.setattr(events, "_carrier", heard.append)
    return heard


def hand(proposal: ProposalCard, who: Viewer) -> Hand:
    return Hand(proposal.sha256, who.name, "Managing director", "en")


def sign(proposal: ProposalCard, who: Viewer, *, now: datetime = NOW) -> ProposalCard:
    return api.sign(who, proposal.id, hand(proposal, who), now=now)


def response_at(organisation: UUID, at: datetime) -> timedelta | None:
    agreement = api.in_force(organisation, at)
    return agreement.support_at(Level.FAULT).response if agreement else None


def test_a_proposal_binds_nobody(table: Table, told: list[Event]) -> None:
    api.put_in_force(table.lumen, STARTER, None, NOW - DAY)
    proposal = api.propose(table.omar, table.lumen, FASTER, note="As we said on the phone.", now=NOW)
    assert response_at(table.lumen, NOW + DAY) == timedelta(hours=2)
    assert (proposal.state, proposal.proposed_side, proposal.signatures) == (ProposalState.PROPOSED, Side.PROVIDER, ())
    assert proposal.waits_for() == (Side.PROVIDER, Side.CUSTOMER)
    assert told[-1] == ContractProposed(proposal.id, NOW)


def test_one_signature_is_not_enough_and_the_second_puts_it_in_force(table: Table, told: list[Event]) -> None:
    api.put_in_force(table.lumen, STARTER, None, NOW - DAY)
    proposal = api.propose(table.omar, table.lumen, FASTER, now=NOW)
    half = sign(proposal, table.omar)
    assert half.waits_for() == (Side.CUSTOMER,)
    assert response_at(table.lumen, NOW + DAY) == timedelta(hours=2)
    whole = sign(proposal, table.mia, now=NOW + DAY)
    assert whole.state is ProposalState.ACCEPTED
    assert [response_at(table.lumen, at) for at in (NOW, NOW + DAY)] == [timedelta(hours=2), timedelta(hours=1)]
    version = api.versions(table.lumen)[0]
    assert (version.proposal_id, version.accepted_at, version.accepted_by) == (
        proposal.id,
        NOW + DAY,
        table.mia.person_id,
    )
    assert version.sha256 == proposal.sha256 == {each.sha256 for each in whole.signatures}.pop()
    assert told[-2:] == [
        ContractAmended(table.lumen, version.sha256, NOW + DAY),
        ContractAccepted(proposal.id, NOW + DAY),
    ]
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions[-5:] == [
        "contract.propose",
        "contract.sign",
        "contract.sign",
        "contract.put-in-force",
        "contract.proposal-accepted",
    ]


def test_the_order_of_the_sides_does_not_matter(table: Table) -> None:
    proposal = api.propose(table.mia, table.lumen, STARTER, now=NOW)
    assert proposal.proposed_side is Side.CUSTOMER
    sign(proposal, table.mia)
    assert sign(proposal, table.omar).state is ProposalState.ACCEPTED


def test_it_applies_from_the_date_it_names(table: Table) -> None:
    api.put_in_force(table.lumen, STARTER, None, NOW - DAY)
    later = changed(FASTER, "effective: 2026-01-01", "effective: 2026-08-01")
    proposal = api.propose(table.omar, table.lumen, later, now=NOW)
    for who in (table.omar, table.mia):
        sign(proposal, who)
    august = datetime(2026, 7, 31, 16, tzinfo=UTC)  # midnight in Singapore
    assert [response_at(table.lumen, at) for at in (august - timedelta(seconds=1), august)] == [
        timedelta(hours=2),
        timedelta(hours=1),
    ]


def test_signed_after_its_date_it_applies_from_the_signature_and_even_a_first_contract_never_looks_back(
    table: Table,
) -> None:
    proposal = api.propose(table.omar, table.lumen, STARTER, now=NOW)
    sign(proposal, table.omar)
    sign(proposal, table.mia, now=NOW + 3 * DAY)
    assert response_at(table.lumen, NOW + 3 * DAY - timedelta(seconds=1)) is None
    assert response_at(table.lumen, NOW + 3 * DAY) == timedelta(hours=2)


def test_a_version_applied_by_the_operator_has_no_signatures(table: Table) -> None:
    api.put_in_force(table.lumen, STARTER, None, NOW)
    assert api.versions(table.lumen)[0].proposal_id is None


def test_only_those_who_may_sign_do_and_never_a_token(table: Table) -> None:
    proposal = api.propose(table.omar, table.lumen, STARTER, now=NOW)
    for who in (table.joe, table.ana):
        with pytest.raises(errors.MayNotSign):
            sign(proposal, who)
        with pytest.raises(errors.MayNotSign):
            api.propose(who, table.lumen, FASTER, now=NOW, replaces=proposal.id)
    with pytest.raises(errors.SignInPerson):
        sign(proposal, replace(table.mia, in_person=False))
    with pytest.raises(errors.NotFound):
        sign(proposal, table.stranger)
    assert not Signature.objects.exists()


def test_another_hash_than_the_proposals_is_refused(table: Table) -> None:
    proposal = api.propose(table.omar, table.lumen, STARTER, now=NOW)
    with pytest.raises(errors.OtherText):
        api.sign(table.mia, proposal.id, replace(hand(proposal, table.mia), sha256="0" * 64), now=NOW)


def test_a_side_signs_once_and_a_repeated_click_is_harmless(table: Table) -> None:
    proposal = api.propose(table.omar, table.lumen, STARTER, now=NOW)
    assert sign(proposal, table.omar) == sign(proposal, table.omar, now=NOW + DAY)
    with pytest.raises(errors.SideHasSigned):
        sign(proposal, viewer("eva@tallylight.example", "tallylight", Role.ADMIN))
    accepted = sign(proposal, table.mia)
    assert sign(proposal, table.mia, now=NOW + DAY) == accepted
    with pytest.raises(errors.ProposalAccepted):
        sign(proposal, viewer("sam@lumen.example", "lumen-live", Role.MEMBER, signatory=True))


def test_one_person_never_signs_for_both_sides(table: Table) -> None:
    proposal = api.propose(table.omar, table.lumen, STARTER, now=NOW)
    sign(proposal, table.omar)
    turned = replace(table.omar, is_provider=False, organisation_id=table.lumen)
    with pytest.raises(errors.SignedForTheOtherSide):
        sign(proposal, turned)


def test_a_counter_proposal_takes_the_place_of_what_it_answers(table: Table, told: list[Event]) -> None:
    first = api.propose(table.omar, table.lumen, DEARER, now=NOW)
    sign(first, table.omar)
    with pytest.raises(errors.OpenProposal):
        api.propose(table.mia, table.lumen, STARTER, now=NOW)
    with pytest.raises(errors.SameText):
        api.propose(table.mia, table.lumen, "# mine\n" + DEARER, now=NOW, replaces=first.id)
    counter = api.propose(table.mia, table.lumen, STARTER, now=NOW + DAY, replaces=first.id)
    assert (counter.replaces_id, counter.signatures) == (first.id, ())
    assert api.proposal(table.mia, first.id).card.state is ProposalState.SUPERSEDED
    with pytest.raises(errors.ProposalSuperseded):
        sign(first, table.mia)
    assert [type(each) for each in told[-2:]] == [ContractNotAccepted, ContractProposed]


def test_the_other_side_declines_with_a_reason_and_ones_own_withdraws(table: Table) -> None:
    proposal = api.propose(table.omar, table.lumen, DEARER, now=NOW)
    with pytest.raises(errors.NotYoursToDecline):
        api.decline(table.omar, proposal.id, "no", now=NOW)
    with pytest.raises(errors.NotYoursToWithdraw):
        api.withdraw(table.mia, proposal.id, now=NOW)
    declined = api.decline(table.mia, proposal.id, " Too dear. ", now=NOW)
    assert (declined.state, declined.reason, declined.settled_by) == (ProposalState.DECLINED, "Too dear.", "Mia")
    with pytest.raises(errors.ProposalDeclined):
        sign(proposal, table.mia)
    another = api.propose(table.omar, table.lumen, DEARER, now=NOW)
    assert api.withdraw(table.omar, another.id, now=NOW).state is ProposalState.WITHDRAWN
    with pytest.raises(errors.ProposalWithdrawn):
        sign(another, table.mia)


def test_a_proposal_lapses_when_its_time_is_over(table: Table, told: list[Event]) -> None:
    proposal = api.propose(table.omar, table.lumen, STARTER, now=NOW, stands=DAY)
    sign(proposal, table.omar)
    with pytest.raises(errors.ProposalLapsed):
        sign(proposal, table.mia, now=NOW + DAY)
    assert settling.overdue(NOW + DAY - timedelta(seconds=1)) == []
    assert settling.overdue(NOW + DAY) == [proposal.id]
    settling.lapse(proposal.id, now=NOW + DAY)
    settling.lapse(proposal.id, now=NOW + 2 * DAY)
    assert api.proposal(table.mia, proposal.id).card.state is ProposalState.LAPSED
    assert told.count(ContractNotAccepted(proposal.id, NOW + DAY)) == 1
    with pytest.raises(errors.ProposalLapsed):
        sign(proposal, table.mia, now=NOW + 2 * DAY)


def test_an_overdue_proposal_does_not_stand_in_the_way_of_the_next(table: Table) -> None:
    late = api.propose(table.omar, table.lumen, STARTER, now=NOW, stands=DAY)
    api.propose(table.omar, table.lumen, FASTER, now=NOW + DAY)
    assert api.proposal(table.omar, late.id).card.state is ProposalState.LAPSED


def test_a_contract_amended_meanwhile_lets_the_proposal_lapse(table: Table) -> None:
    api.put_in_force(table.lumen, STARTER, None, NOW - DAY)
    proposal = api.propose(table.omar, table.lumen, FASTER, now=NOW)
    sign(proposal, table.omar)
    api.put_in_force(table.lumen, STARTER, None, NOW)  # in force already: nothing is amended
    assert api.proposal(table.omar, proposal.id).card.is_open
    api.put_in_force(table.lumen, DEARER, None, NOW)
    with pytest.raises(errors.ContractAmendedMeanwhile):
        sign(proposal, table.mia)
    assert response_at(table.lumen, NOW + DAY) == timedelta(hours=2)


def test_a_text_that_changes_nothing_or_is_over_or_is_faulty_is_not_proposed(table: Table) -> None:
    api.put_in_force(table.lumen, STARTER, None, NOW - DAY)
    with pytest.raises(errors.SameText):
        api.propose(table.omar, table.lumen, "# reviewed\n" + STARTER, now=NOW)
    over = changed(STARTER, "months: 12, renews: true", "months: 3, renews: false")
    with pytest.raises(errors.TermIsOver):
        api.propose(table.omar, table.lumen, over, now=NOW)
    with pytest.raises(errors.ContractInvalid):
        api.propose(table.omar, table.lumen, changed(STARTER, "cap: 50%", "cap: 500%"), now=NOW)
    assert not Proposal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_for_one_side_at_once_make_one_signature(table: Table) -> None:
    proposal = api.propose(table.omar, table.lumen, STARTER, now=NOW)
    sign(proposal, table.omar)
    signers = [
        table.mia,
        *(viewer(f"s{n}@lumen.example", "lumen-live", Role.MEMBER, signatory=True) for n in range(5)),
    ]

    def attempt(who: Viewer) -> str:
        try:
            return sign(proposal, who).state
        except errors.ProposalAccepted:
            return "late"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, signers)) == ["accepted", *["late"] * 5]
    assert Signature.objects.filter(side="customer").count() == 1
    assert len(api.versions(table.lumen)) == 1


@pytest.mark.django_db(transaction=True)
def test_signing_while_it_is_countered_ends_one_way_or_the_other(table: Table) -> None:
    for days in range(5):
        now = NOW + days * DAY
        proposal = api.propose(table.omar, table.lumen, DEARER, now=now)
        sign(proposal, table.omar, now=now)

        def accept(proposal: ProposalCard = proposal, now: datetime = now) -> object:
            try:
                return sign(proposal, table.mia, now=now).state
            except errors.ProposalSettled as error:
                return type(error)
            finally:
                connection.close()

        def counter(proposal: ProposalCard = proposal, now: datetime = now) -> object:
            try:
                return api.propose(table.omar, table.lumen, FASTER, now=now, replaces=proposal.id).state
            except errors.ProposalSettled as error:
                return type(error)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(accept), pool.submit(counter)]
            outcome = tuple(each.result() for each in both)
        if outcome == (ProposalState.ACCEPTED, errors.ProposalAccepted):
            api.put_in_force(table.lumen, STARTER, None, now)
            continue
        assert outcome == (errors.ProposalSuperseded, ProposalState.PROPOSED)
        (open_one,) = Proposal.objects.filter(state="proposed")
        api.withdraw(table.omar, open_one.id, now=now)


def test_the_database_refuses_to_change_what_was_signed(table: Table) -> None:
    proposal = api.propose(table.omar, table.lumen, STARTER, now=NOW)
    sign(proposal, table.omar)
    forged = {"proposal_id": proposal.id, "organisation_id": table.lumen, "person_id": table.mia.person_id}
    attempts = [
        lambda: Signature.objects.update(name="Somebody else"),
        lambda: Signature.objects.all().delete(),
        lambda: Proposal.objects.update(source="forged"),
        lambda: Proposal.objects.update(sha256="0" * 64),
        lambda: Proposal.objects.update(state="accepted", settled_at=NOW),
        lambda: connection.cursor().execute("DELETE FROM contracts_proposal"),
        lambda: Signature.objects.create(
            **forged, side="customer", name="Mia", capacity="x", role="member", sha256="0" * 64, signed_at=NOW
        ),
        lambda: ContractVersion.objects.create(
            organisation_id=table.lumen, number="x", sha256=proposal.sha256, source="", document={},
            effective_from=NOW, accepted_at=NOW, proposal_id=proposal.id,
        ),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    sign(proposal, table.mia)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(state="declined")


def signed_in(who: Viewer) -> Client:
    from tallylight.accounts.models import Person

    client = Client(headers={"Accept": "application/json"})
    client.force_login(Person.objects.get(pk=who.person_id))
    return client


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_api_tells_the_faults_of_a_text_as_lint_does(table: Table, language: str) -> None:
    client, json = signed_in(table.omar), "application/json"
    client.cookies["django_language"] = language
    bad = changed(changed(STARTER, "cap: 50%", "cap: 500%"), "response: 2h", "response: two hours")
    refused = client.post("/api/v1/contract-proposals", {"source": bad, "organisation": "lumen-live"}, json).json()
    linted = client.post("/api/v1/contracts/lint", {"source": bad}, json).json()
    assert refused["facts"] == {"count": 2, "problems": linted["problems"]}
    said = [each["message"] + each["advice"] for each in refused["facts"]["problems"]]
    assert [any("\u4e00" <= letter <= "\u9fff" for letter in each) for each in said] == [language == "zh-hans"] * 2


def test_the_api_carries_a_proposal_from_draft_to_version(table: Table) -> None:
    manager, member, stranger = map(signed_in, (table.omar, table.mia, table.stranger))
    json = "application/json"
    bad = {"source": changed(STARTER, "cap: 50%", "cap: 500%"), "organisation": "lumen-live"}
    refused = manager.post("/api/v1/contract-proposals", bad, content_type=json)
    assert (refused.status_code, refused.json()["code"]) == (400, "contract-invalid")
    (problem,) = refused.json()["facts"]["problems"]
    assert (problem["path"], problem["message"]) == ("credit.cap", "A cap of 500% gives back more than was paid.")
    made = manager.post("/api/v1/contract-proposals", bad | {"source": STARTER}, content_type=json)
    assert made.status_code == 201
    place = f"/api/v1/contract-proposals/{made.json()['id']}"
    assert stranger.get(place).status_code == stranger.get(place + "/source").status_code == 404
    assert member.get(place + "/source").content.decode() == STARTER
    written = {"sha256": made.json()["sha256"], "name": "Mia Tan", "capacity": "CEO", "language": "zh-hans"}
    first = member.post(place + "/signatures", written, content_type=json)
    assert (first.status_code, first.json()["state"]) == (201, "proposed")
    assert first.json()["signatures"][0]["language"] == "zh-hans"
    second = manager.post(place + "/signatures", written | {"name": "Omar Haddad"}, content_type=json)
    assert second.json()["state"] == "accepted"
    assert member.get("/api/v1/contracts/in-force").json()["proposal_id"] == made.json()["id"]
    listed = member.get("/api/v1/contract-proposals?state=accepted").json()
    assert [each["id"] for each in listed["items"]] == [made.json()["id"]]
    assert stranger.get("/api/v1/contract-proposals").json()["items"] == []


def test_a_token_proposes_but_does_not_sign(table: Table, client: Client) -> None:
    headers = {"Authorization": f"Bearer {accounts.create_token(table.omar.person_id, 'ci')}"}
    sent = {"source": STARTER, "organisation": "lumen-live"}
    made = client.post("/api/v1/contract-proposals", sent, content_type="application/json", headers=headers)
    assert made.status_code == 201
    written = {"sha256": made.json()["sha256"], "name": "Omar", "capacity": "Manager"}
    place = f"/api/v1/contract-proposals/{made.json()['id']}/signatures"
    answer = client.post(place, written, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "sign-in-person")


def test_what_a_proposal_changes_and_what_a_version_changed_is_one_question(table: Table) -> None:
    api.put_in_force(table.lumen, STARTER, None, NOW - DAY)
    proposal = api.propose(table.omar, table.lumen, DEARER, now=NOW)
    member, stranger = signed_in(table.mia), signed_in(table.stranger)
    proposed = member.get(f"/api/v1/contract-proposals/{proposal.id}/changes").json()
    assert [(each["path"], each["effect"]) for each in proposed["changes"]] == [("fees.monthly", "worse")]
    for who in (table.omar, table.mia):
        sign(proposal, who)
    version = api.versions(table.lumen)[0]
    changed_by = f"/api/v1/contracts/{version.id}/changes"
    assert member.get(changed_by + "?language=zh-Hans").json()["changes"][0]["notice_days"] == 60
    assert stranger.get(changed_by).status_code == 404
    assert stranger.get(f"/api/v1/contract-proposals/{proposal.id}/changes").status_code == 404
    texts = {"old": STARTER, "new": DEARER}
    asked = member.post("/api/v1/contract-diff", texts, content_type="application/json").json()
    assert [each["path"] for each in asked["changes"]] == ["fees.monthly"]
    refused = member.post("/api/v1/contract-diff", texts | {"new": "number: 1"}, content_type="application/json")
    assert refused.json()["code"] == "contract-invalid"


def test_a_proposal_is_compared_with_what_would_apply_without_it_on_its_day(table: Table) -> None:
    api.put_in_force(table.lumen, STARTER, None, NOW - DAY)
    waiting = changed(FASTER, "effective: 2026-01-01", "effective: 2026-08-01")
    api.put_in_force(table.lumen, waiting, None, NOW - DAY)

    def paths(source: str) -> list[str]:
        made = api.propose(table.omar, table.lumen, source, now=NOW)
        detail = api.proposal(table.mia, made.id)
        api.withdraw(table.omar, made.id, now=NOW)
        assert detail.changes is not None
        return [each.difference.path for each in detail.changes.changes]

    assert paths(DEARER) == ["fees.monthly"]
    later = changed(DEARER, "effective: 2026-01-01", "effective: 2026-09-01")
    assert paths(later) == ["support[fault].response", "fees.monthly"]
