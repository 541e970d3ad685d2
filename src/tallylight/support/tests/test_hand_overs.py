"""Handing over on real PostgreSQL: the owner and the clocks stay until somebody accepts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, RoleRequired
from tallylight.clocks.api import State as ClockState
from tallylight.escalation import api as escalation
from tallylight.escalation.tests.test_services import together
from tallylight.kernel.errors import TallyError
from tallylight.notify import api as notify
from tallylight.support import api, hand_overs
from tallylight.support.models import Ticket
from tallylight.support.states import Channel, Promise
from tallylight.support.tests.scene import Scene

MINUTE = timedelta(minutes=1)
BY = Channel.CONSOLE


@pytest.fixture
def ticket(scene: Scene) -> UUID:
    """A ticket that the system opened; Ana Ruiz of the frontline owns it."""
    scene.fire()
    scene.work()
    return Ticket.objects.get().pk


@pytest.fixture
def experts(scene: Scene) -> str:
    """A team of two engineers: Wei Chen and Ida Berg."""
    scene.people["ida"] = accounts.create_person(
        "ida@tallylight.example", "Ida Berg", "tallylight", Role.ENGINEER, password=None
    )
    scene.people["root"] = accounts.create_person(
        "root@tallylight.example", "Root", "tallylight", Role.ADMIN, password=None
    )
    root = scene.viewer("root")
    accounts.make_team(root, "experts", "Experts")
    for name in ("wei", "ida"):
        accounts.join_team(root, "experts", scene.people[name])
    return "experts"


def detail(scene: Scene, ticket: UUID, name: str = "omar") -> api.TicketDetail:
    return api.ticket(scene.viewer(name), ticket, now=scene.clock.now())


def offer(
    scene: Scene, ticket: UUID, by: str, to: str = "", team: str = "", reason: str = "Needs the codec people."
) -> None:
    person = scene.people[to] if to else None
    api.offer(scene.viewer(by), ticket, person_id=person, team=team, reason=reason, channel=BY, now=scene.clock.now())


def accept(scene: Scene, ticket: UUID, by: str) -> None:
    api.accept(scene.viewer(by), ticket, channel=BY, now=scene.clock.now())


def subjects(ticket: UUID, login: str) -> list[str]:
    return [each.subject.split("] ")[1] for each in notify.deliveries(ticket) if each.address.startswith(login)]


def test_until_it_is_accepted_the_owner_and_the_clock_stay(scene: Scene, ticket: UUID) -> None:
    offer(scene, ticket, "ana", to="wei")
    scene.clock.move(10 * MINUTE)
    waiting = detail(scene, ticket)
    assert (waiting.card.owner, waiting.clocks[Promise.RESPONSE].state) == ("Ana Ruiz", ClockState.RUNNING)
    assert waiting.offer is not None
    assert (waiting.offer.to, waiting.offer.reason) == ("Wei Chen", "Needs the codec people.")
    assert any(each.startswith("Do you take it?") for each in subjects(ticket, "engineer"))
    accept(scene, ticket, "wei")
    taken = detail(scene, ticket)
    assert (taken.card.owner, taken.card.acknowledged_by, taken.offer) == ("Wei Chen", "Wei Chen", None)
    assert taken.care is not None
    assert (taken.care.hops, taken.care.idle) == (1, timedelta(0)), "the offer itself was a deed of the owner's"
    assert any(each.startswith("Accepted by Wei Chen") for each in subjects(ticket, "agent"))


def test_the_customer_sees_who_has_it_and_nothing_of_who_was_asked(scene: Scene, ticket: UUID) -> None:
    offer(scene, ticket, "ana", to="wei")
    before = detail(scene, ticket, "mia")
    assert (before.card.owner, before.offer, before.care) == ("Ana Ruiz", None, None)
    assert "codec" not in str(before)
    scene.clock.move(MINUTE)
    accept(scene, ticket, "wei")
    after = detail(scene, ticket, "mia")
    assert after.card.owner == "Wei Chen"
    assert after.entries[-2].text == "Wei Chen owns this ticket now."
    assert "codec" not in str(after)


def test_a_refusal_leaves_it_where_it_is_and_says_why(scene: Scene, ticket: UUID) -> None:
    offer(scene, ticket, "ana", to="wei")
    api.decline(scene.viewer("wei"), ticket, "I am on a train.", channel=BY, now=scene.clock.now())
    found = detail(scene, ticket)
    assert (found.card.owner, found.offer) == ("Ana Ruiz", None)
    assert found.entries[-1].text == "Wei Chen declined: I am on a train."
    assert any(each.startswith("Declined by Wei Chen") for each in subjects(ticket, "agent"))
    with pytest.raises(api.OfferOver):
        accept(scene, ticket, "wei")


def test_an_offer_that_nobody_answers_comes_back_by_itself(scene: Scene, ticket: UUID) -> None:
    offer(scene, ticket, "ana", to="wei")
    stands = detail(scene, ticket).offer
    assert stands is not None
    assert stands.lapses_at == scene.clock.now() + 30 * MINUTE, "a quarter of the two hours of the contract"
    scene.clock.move(30 * MINUTE)
    with pytest.raises(api.OfferOver):
        accept(scene, ticket, "wei")
    assert [hand_overs.lapse(each, now=scene.clock.now()) for each in hand_overs.due_offers(scene.clock.now())] == [
        True
    ]
    assert hand_overs.due_offers(scene.clock.now()) == []
    found = detail(scene, ticket)
    assert found.card.owner == "Ana Ruiz"
    assert found.entries[-1].text == "Nobody answered the offer to Wei Chen in time; the owner stays."
    assert any(each.startswith("Nobody answered the offer") for each in subjects(ticket, "agent"))


def test_an_offer_can_be_taken_back(scene: Scene, ticket: UUID) -> None:
    offer(scene, ticket, "ana", to="wei")
    with pytest.raises(api.OfferPending):
        offer(scene, ticket, "ana", to="omar")
    api.withdraw(scene.viewer("ana"), ticket, channel=BY, now=scene.clock.now())
    offer(scene, ticket, "ana", to="omar")
    assert [each.number for each in api.open_offers(scene.viewer("omar"), now=scene.clock.now())] != []
    assert api.open_offers(scene.viewer("wei"), now=scene.clock.now()) == []


def test_nobody_hands_over_what_is_not_theirs_or_accepts_what_is_not_for_them(scene: Scene, ticket: UUID) -> None:
    with pytest.raises(api.NotTheOwner):
        offer(scene, ticket, "wei", to="wei")
    with pytest.raises(api.ReasonNeeded):
        offer(scene, ticket, "ana", to="wei", reason="  ")
    for nobody in ({"to": "mia"}, {"to": "ana"}, {"team": "no-such-team"}, {"to": "wei", "team": "experts"}, {}):
        with pytest.raises(api.NobodyToOwn):
            offer(scene, ticket, "ana", **nobody)
    offer(scene, ticket, "ana", to="wei")
    for other in ("omar", "ana"):
        with pytest.raises(api.NotForYou):
            accept(scene, ticket, other)
    with pytest.raises(RoleRequired):
        accept(scene, ticket, "mia")


def test_handing_back_to_who_already_had_it_goes_up_the_ladder_by_itself(
    scene: Scene, ticket: UUID, experts: str
) -> None:
    offer(scene, ticket, "ana", team=experts)
    scene.clock.move(MINUTE)
    accept(scene, ticket, "ida")
    assert [each.ended_because for each in detail(scene, ticket).ladders] == ["acknowledged"]
    scene.clock.move(MINUTE)
    offer(scene, ticket, "ida", to="ana", reason="It is the customer's encoder after all.")
    back = detail(scene, ticket)
    assert back.offer is not None
    assert back.offer.back
    assert (back.card.owner, back.ladders[-1].state) == ("Ida Berg", escalation.State.RUNNING)
    first = back.ladders[-1].steps[0]
    assert (first.name, first.taken_at) == ("expert", scene.clock.now()), "the frontline was asked on the first ladder"
    accept(scene, ticket, "ana")
    ended = detail(scene, ticket)
    assert [each.ended_because for each in ended.ladders] == ["acknowledged", "acknowledged"]
    assert ended.care is not None
    assert ended.care.hops == 2


def test_handing_back_while_the_ladder_runs_jumps_a_step(scene: Scene, ticket: UUID) -> None:
    viewer = scene.viewer("omar")
    api.assign(viewer, ticket, scene.people["wei"], reason="Night.", channel=BY, now=scene.clock.now())
    scene.clock.move(MINUTE)
    offer(scene, ticket, "wei", to="ana")
    (ladder,) = detail(scene, ticket).ladders
    assert [each.taken_at is not None for each in ladder.steps][:3] == [True, True, False]
    assert ladder.steps[1].taken_at == scene.clock.now()


def test_an_accepted_ladder_link_ends_a_ladder_that_began_again(scene: Scene, ticket: UUID, experts: str) -> None:
    offer(scene, ticket, "ana", team=experts)
    accept(scene, ticket, "wei")
    scene.clock.move(MINUTE)
    offer(scene, ticket, "wei", to="ana")
    grant = notify.Grant(escalation.ACKNOWLEDGE, ticket, scene.people["omar"], scene.clock.now() + MINUTE)
    token = notify.write_link(grant)
    assert api.look(token, now=scene.clock.now()).pending
    assert not api.take(token, now=scene.clock.now()).pending
    assert detail(scene, ticket).entries[-1].text == "Omar Haddad took it in hand."


def test_only_a_manager_gives_without_asking_and_the_story_says_why(scene: Scene, ticket: UUID) -> None:
    with pytest.raises(RoleRequired):
        api.assign(scene.viewer("ana"), ticket, scene.people["wei"], reason="x", channel=BY, now=scene.clock.now())
    omar = scene.viewer("omar")
    with pytest.raises(api.NobodyToOwn):
        api.assign(omar, ticket, scene.people["mia"], reason="x", channel=BY, now=scene.clock.now())
    offer(scene, ticket, "ana", to="omar")
    api.assign(omar, ticket, scene.people["wei"], reason="Ana is ill.", channel=BY, now=scene.clock.now())
    found = detail(scene, ticket)
    assert (found.card.owner, found.offer) == ("Wei Chen", None), "what was on offer is not any more"
    assert found.entries[-1].text == "Omar Haddad gave it to Wei Chen without asking: Ana is ill."
    assert any(each.startswith("Yours now") for each in subjects(ticket, "engineer"))
    assert "Ana is ill" not in str(detail(scene, ticket, "mia"))


def test_a_resolved_ticket_is_not_on_offer_any_more(scene: Scene, ticket: UUID) -> None:
    offer(scene, ticket, "ana", to="wei")
    api.resolve(scene.viewer("ana"), ticket, "A cable.", channel=BY, now=scene.clock.now())
    assert detail(scene, ticket).offer is None
    assert api.open_offers(scene.viewer("wei"), now=scene.clock.now()) == []


@pytest.mark.django_db(transaction=True)
def test_of_a_team_one_gets_it_however_many_accept_at_once(scene: Scene, ticket: UUID, experts: str) -> None:
    offer(scene, ticket, "ana", team=experts)
    names, won, lost = ["wei", "ida"], [], []

    def grasp() -> None:
        name = names.pop()
        try:
            accept(scene, ticket, name)
            won.append(scene.people[name])
        except api.OfferOver:
            lost.append(scene.people[name])

    together(2, grasp)
    assert (len(won), len(lost)) == (1, 1)
    assert Ticket.objects.get().owner_id == won[0]
    assert sum(each.kind == "assigned" for each in detail(scene, ticket).entries) == 1


def test_the_api_offers_accepts_and_shows_the_hand_over(scene: Scene, ticket: UUID, client: Client) -> None:
    def post(name: str, path: str, body: dict[str, object]) -> dict[str, object]:
        address = f"/api/v1/tickets/{ticket}/{path}"
        return client.post(address, body, "application/json", headers=scene.token(name)).json()  # type: ignore[no-any-return]

    wei = {"person_id": str(scene.people["wei"]), "reason": "Codec."}
    assert post("ana", "owner", wei)["code"] == RoleRequired.code
    offered = post("ana", "offer", wei)
    assert (offered["owner"], offered["hops"]) == ("Ana Ruiz", 0)
    listed = client.get("/api/v1/offers", headers=scene.token("wei")).json()["items"]
    assert [(each["to"], each["reason"]) for each in listed] == [("Wei Chen", "Codec.")]
    assert post("wei", "offer/decline", {"reason": "No."})["offer"] is None
    assert post("wei", "offer/accept", {})["code"] == "offer-over"
    post("ana", "offer", wei)
    assert post("ana", "offer/withdraw", {})["offer"] is None
    scene.clock.move(MINUTE)
    post("ana", "offer", wei)
    accepted = post("wei", "offer/accept", {})
    assert (accepted["owner"], accepted["hops"]) == ("Wei Chen", 1)
    mine = client.get(f"/api/v1/tickets/{ticket}", headers=scene.token("mia")).json()
    assert (mine["owner"], mine["hops"], mine["idle_s"], mine["offer"]) == ("Wei Chen", None, None, None)
    assert client.get("/api/v1/offers", headers=scene.token("mia")).status_code == 403
    assert issubclass(api.OfferOver, TallyError)
