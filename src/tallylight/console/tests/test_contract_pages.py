"""A contract is proposed, read, answered and signed on pages, by forms alone; what was typed is never lost."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.promises.world import EXAMPLES, World, make_world

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role
from tallylight.accounts.models import Membership, Person
from tallylight.contracts import api as contracts
from tallylight.contracts.models import Proposal
from tallylight.contracts.tests.samples import changed
from tallylight.kernel import clock

pytestmark = pytest.mark.django_db
SOURCE = (EXAMPLES / "key-account.yaml").read_text(encoding="utf-8")
DEARER = changed(SOURCE, "monthly: 18600.00", "monthly: 19600.00")
SIGNED = {"name": "Somebody", "capacity": "Director", "read": "on"}


@pytest.fixture
def world() -> World:
    return make_world()


def signed_in(person: UUID, language: str = "en") -> Client:
    client = Client(headers={"Accept": "text/html"})
    client.force_login(Person.objects.get(pk=person))
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def manager(world: World) -> Client:
    return signed_in(world.manager)


@pytest.fixture
def member(world: World) -> Client:
    return signed_in(world.large.member)


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))  # type: ignore[attr-defined]


def typed(source: str = DEARER, **more: object) -> dict[str, object]:
    return {"source": source, "note": "As discussed.", "stands_days": 14, "deed": "propose", **more}


def propose(client: Client, world: World, source: str = DEARER) -> Proposal:
    answer = client.post(f"/contract/propose?customer={world.large.slug}", typed(source))
    assert answer.status_code == 302, text(answer)
    return Proposal.objects.get(state="proposed")


def sign(client: Client, proposal: Proposal, **more: str) -> str:
    answer = client.post(
        f"/contract/proposals/{proposal.id}/sign", {"sha256": proposal.sha256, **SIGNED, **more}, follow=True
    )
    return text(answer)


def test_the_draft_starts_from_what_is_in_force(manager: Client, world: World) -> None:
    page = manager.get(f"/contract/propose?customer={world.large.slug}")
    assert "AV-2026-007" in text(page)
    assert manager.get("/contract/propose").status_code == 404


def test_faults_stand_beside_the_text_with_line_and_column_and_the_text_stays(manager: Client, world: World) -> None:
    faulty = changed(SOURCE, "months: 24", "months: many") + "\n# mine"
    for deed in ("check", "propose"):
        answer = manager.post(f"/contract/propose?customer={world.large.slug}", typed(faulty, deed=deed))
        assert answer.status_code == 400
        line = faulty[: faulty.index("months: many")].count("\n") + 1
        assert f"Line {line}, column" in text(answer)
        assert "# mine</textarea>" in unescape(answer.content.decode())
        assert "As discussed." in text(answer)
    assert not Proposal.objects.exists()


def test_a_file_takes_the_place_of_the_text_and_stands_in_the_field_when_it_is_refused(
    manager: Client, world: World
) -> None:
    place = f"/contract/propose?customer={world.large.slug}"
    bad = SimpleUploadedFile("draft.yaml", "\ufeffnumber: 吃\n".encode())
    answer = manager.post(place, typed("typed before", file=bad))
    assert answer.status_code == 400
    assert "number: 吃" in text(answer)
    binary = manager.post(place, typed("typed before", file=SimpleUploadedFile("x.bin", b"\xff\xfe\x00")))
    assert "not text in UTF-8" in text(binary)
    assert "typed before" in text(binary)
    good = manager.post(place, typed("", file=SimpleUploadedFile("draft.yaml", DEARER.encode())))
    assert good.status_code == 302


def test_a_check_says_what_would_change_and_proposes_nothing(manager: Client, world: World) -> None:
    answer = manager.post(f"/contract/propose?customer={world.large.slug}", typed(deed="check"))
    assert "USD 18,600.00 becomes USD 19,600.00" in text(answer)
    assert "worse for the customer" in text(answer)
    assert "may apply from" in text(answer)
    assert not Proposal.objects.exists()


def test_both_sides_sign_and_the_version_is_in_force(manager: Client, member: Client, world: World) -> None:
    proposal = propose(manager, world)
    assert "waits to be signed" in text(member.get("/contract"))
    page = text(member.get(f"/contract/proposals/{proposal.id}"))
    assert proposal.sha256 in page
    assert "As discussed." in page
    assert "You have signed for your side" in sign(member, proposal)
    assert "The other side has signed" in text(manager.get(f"/contract/proposals/{proposal.id}"))
    assert "Both sides have signed" in sign(manager, proposal)
    agreement = contracts.in_force(world.large.id, clock.now())
    assert agreement is not None
    assert str(agreement.fees.monthly) == "USD 19,600.00"
    assert "Signed here by both sides" in text(member.get("/contract"))
    assert "Signed elsewhere" in text(member.get("/contract"))
    assert "What changed against AV-2026-007" in text(member.get("/contract"))


def test_a_signature_needs_the_box_the_name_and_the_hash_on_the_page(
    manager: Client, member: Client, world: World
) -> None:
    proposal = propose(manager, world)
    place = f"/contract/proposals/{proposal.id}/sign"
    half = member.post(place, {"sha256": proposal.sha256, "name": "Li", "capacity": "CEO"})
    assert half.status_code == 400
    assert 'value="CEO"' in half.content.decode()
    assert "not the hash of this proposal" in sign(member, proposal, sha256="0" * 64)
    assert not proposal.signatures.exists()


def test_whoever_signs_a_proposal_that_was_answered_meanwhile_is_told(
    manager: Client, member: Client, world: World
) -> None:
    proposal = propose(manager, world)
    place = f"/contract/propose?replaces={proposal.id}"
    answer = member.post(place, typed(changed(DEARER, "19600", "19200")))
    assert answer.status_code == 302
    assert "took the place of this one" in sign(manager, proposal)
    assert Proposal.objects.filter(state="proposed", proposed_side="customer").count() == 1


def test_the_other_side_declines_and_ones_own_withdraws(manager: Client, member: Client, world: World) -> None:
    proposal = propose(manager, world)
    place = f"/contract/proposals/{proposal.id}"
    assert "Withdraw it" not in text(member.get(place))
    assert member.post(place + "/decline", {"reason": " "}).status_code == 400
    declined = text(member.post(place + "/decline", {"reason": "Too dear."}, follow=True))
    assert "declined AV-2026-007" in declined
    assert "Too dear." in declined
    again = propose(manager, world)
    assert "withdrew" in text(manager.post(f"/contract/proposals/{again.id}/withdraw", follow=True))


def test_a_member_who_may_not_sign_reads_who_may(manager: Client, member: Client, world: World) -> None:
    proposal = propose(manager, world)
    Membership.objects.filter(person_id=world.large.member).update(signatory=False)
    page = text(member.get(f"/contract/proposals/{proposal.id}"))
    assert "You may read this but not sign it." in page
    assert '<button class="button" type="submit">Sign' not in page
    assert "not among those who may sign" in sign(member, proposal)


def test_a_version_agreed_for_later_is_named_where_it_takes_over(manager: Client, member: Client, world: World) -> None:
    later = propose(manager, world, source=changed(DEARER, "effective: 2026-01-01", "effective: 2191-01-01"))
    for client in (manager, member):
        sign(client, later)
    sooner = propose(manager, world, source=changed(SOURCE, "response: 30m", "response: 20m"))
    page = text(member.get(f"/contract/proposals/{sooner.id}"))
    assert "Applies until" in page
    assert f"then version AV-2026-007 ({later.sha256[:8]}…), agreed already, takes over" in page


@pytest.mark.parametrize(
    ("language", "column", "none"), [("en", "Mitigation", "not promised"), ("zh-hans", "缓解", "不作承诺")]
)
def test_the_page_says_by_when_viewers_no_longer_feel_it(world: World, language: str, column: str, none: str) -> None:
    page = unescape(signed_in(world.large.member, language).get("/contract").content.decode())
    promised = re.findall(rf'<td class="nowrap" data-label="{column}">([^<]*)</td>', page)
    assert [re.sub(r"\D", "", each) for each in promised[:2]] == ["30", "1"], "30 minutes for major, 1 hour for a fault"
    assert promised[2] == none


def test_another_customer_finds_no_proposal(manager: Client, world: World) -> None:
    proposal = propose(manager, world)
    other = signed_in(world.small.member)
    for place in ("", "/sign", "/decline", "/withdraw"):
        ask = other.get if place == "" else other.post
        assert ask(f"/contract/proposals/{proposal.id}{place}").status_code == 404
    assert other.get(f"/contract/propose?replaces={proposal.id}").status_code == 404


def test_what_applied_on_a_day_is_a_date_away(member: Client) -> None:
    assert "AV-2026-007" in text(member.get("/contract?day=2026-03-01")).partition("Who signs")[0]
    assert "No contract was in force on that day." in text(member.get("/contract?day=2025-03-01"))
    for odd in ("", "yesterday", "0001-01-01", "9999-12-31"):
        assert member.get(f"/contract?day={odd}").status_code == 200


def test_a_reader_of_chinese_signs_in_chinese(manager: Client, world: World) -> None:
    proposal = propose(manager, world)
    chinese = signed_in(world.large.member, "zh-hans")
    sign(chinese, proposal)
    assert proposal.signatures.get().language == "zh-hans"


def appoint(client: Client, proposal: Proposal, person: UUID, may_sign: str) -> str:
    sent = {"person": str(person), "may_sign": may_sign}
    return text(client.post(f"/contract/proposals/{proposal.id}/signatories", sent, follow=True))


def test_who_may_sign_for_each_side_is_named_and_those_who_sign_name_the_others(
    manager: Client, member: Client, world: World
) -> None:
    proposal = propose(manager, world)
    second = accounts.create_person("second@x.example", "Second Hand", world.large.slug, Role.MEMBER, password=None)
    page = text(member.get(f"/contract/proposals/{proposal.id}"))
    assert "Night manager" in page
    assert f"Name who signs for {world.large.name}" in page
    assert "Second Hand may sign now." in appoint(member, proposal, second, "yes")
    assert [each.name for each in accounts.signers_of(world.large.id)] == [
        f"Member of {world.large.name}",
        "Second Hand",
    ]
    assert "Second Hand may not sign any more." in appoint(member, proposal, second, "no")
    assert len(accounts.signers_of(world.large.id)) == 1


def test_whom_it_is_not_given_to_names_nobody(manager: Client, world: World) -> None:
    proposal = propose(manager, world)
    assert "Name who signs" not in text(manager.get(f"/contract/proposals/{proposal.id}"))
    assert "You can't settle who signs" in appoint(manager, proposal, world.large.member, "no")
    assert [each.id for each in accounts.signers_of(world.large.id)] == [world.large.member]


def test_an_administrator_names_the_first_of_the_proposals_own_customer_and_nobody_elses(
    manager: Client, world: World
) -> None:
    proposal = propose(manager, world)
    admin = signed_in(Person.objects.get(email="admin@night.example").pk)
    Membership.objects.filter(person=world.large.member).update(signatory=False)
    assert "nobody yet" in text(admin.get(f"/contract/proposals/{proposal.id}"))
    assert "may sign now" in appoint(admin, proposal, world.large.member, "yes")
    assert "There is nothing here" in appoint(admin, proposal, world.small.member, "no")
    assert accounts.signers_of(world.small.id)
