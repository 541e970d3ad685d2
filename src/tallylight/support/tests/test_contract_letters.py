"""Both sides of a contract hear by mail what happens to a proposal, once, in their own language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tallylight.accounts import api as accounts
from tallylight.accounts.models import Membership
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Hand, ProposalCard
from tallylight.contracts.tests.samples import KEY_ACCOUNT, changed
from tallylight.notify import api as notify
from tallylight.support import contract_letters
from tallylight.support.tests.scene import ASTRA, Scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def li_signs(scene: Scene) -> None:
    """Li signs for Astra, Lin only works there."""
    Membership.objects.filter(person_id=scene.people["li"]).update(signatory=True)
    accounts.create_person("lin@astra.example", "Lin", ASTRA, accounts.Role.MEMBER, password=None, locale="zh-hans")


def propose(scene: Scene, by: str = "omar") -> ProposalCard:
    source = changed(KEY_ACCOUNT, "response: 30m", "response: 25m")
    viewer = scene.viewer(by)
    return contracts.propose(viewer, scene.customers[ASTRA], source, note="As discussed.", now=scene.clock.now())


def sign(scene: Scene, proposal: ProposalCard, by: str) -> None:
    viewer = scene.viewer(by)
    hand = Hand(proposal.sha256, viewer.name, "Director", viewer.locale)
    contracts.sign(viewer, proposal.id, hand, now=scene.clock.now())


def heard(proposal: ProposalCard) -> list[tuple[str, str]]:
    """To whom which letter went, so far."""
    return sorted((each.address, each.key.split(":")[2]) for each in notify.deliveries(proposal.id))


@pytest.mark.usefixtures("li_signs", "sink")
def test_a_proposal_goes_to_those_who_may_sign_and_the_rest_hears_when_it_binds(scene: Scene) -> None:
    proposal = propose(scene)
    scene.work()
    assert heard(proposal) == [("li@astra.example", "proposed")]
    (letter,) = notify.deliveries(proposal.id)
    assert letter.locale == "zh-hans"
    sign(scene, proposal, "omar")
    scene.work()
    assert heard(proposal)[1:] == [("li@astra.example", "signed")]
    sign(scene, proposal, "li")
    scene.work()
    assert {each for each in heard(proposal) if each[1] == "accepted"} == {
        ("li@astra.example", "accepted"),
        ("lin@astra.example", "accepted"),
        ("manager@tallylight.example", "accepted"),
    }


@pytest.mark.usefixtures("li_signs", "sink")
def test_a_refusal_and_its_reason_go_to_both_sides_once(scene: Scene) -> None:
    proposal = propose(scene)
    contracts.decline(scene.viewer("li"), proposal.id, "Too dear.", now=scene.clock.now())
    scene.work()
    contract_letters.not_accepted(proposal.id, now=scene.clock.now())
    letters = [each for each in notify.deliveries(proposal.id) if ":not_accepted:" in each.key]
    assert sorted(each.address for each in letters) == ["li@astra.example", "manager@tallylight.example"]


@pytest.mark.usefixtures("sink")
def test_where_nobody_may_sign_yet_everybody_of_the_side_is_told(scene: Scene) -> None:
    proposal = propose(scene)
    scene.work()
    assert ("li@astra.example", "proposed") in heard(proposal)
    scene.pass_time(timedelta(seconds=1))
