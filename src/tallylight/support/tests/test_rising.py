"""What brings a ticket up its ladder before its time: each event once, with its reason in the story."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, RoleRequired
from tallylight.contracts.api import Level
from tallylight.escalation.api import ACKNOWLEDGE, EscalationCard, NoLadder, NoSuchStep, NothingAfter
from tallylight.escalation.api import State as LadderState
from tallylight.notify import api as notify
from tallylight.support import api, rising
from tallylight.support.growth import doublings
from tallylight.support.models import Ticket
from tallylight.support.states import Channel, Promise
from tallylight.support.tests.scene import Scene

MINUTE = timedelta(minutes=1)
BY = Channel.CONSOLE


@pytest.fixture
def ticket(scene: Scene) -> UUID:
    """A fault that the system opened at 01:30: response 2 h, news every 4 h; Ana Ruiz of the frontline owns it."""
    scene.fire()
    scene.work()
    return Ticket.objects.get().pk


def detail(scene: Scene, ticket: UUID, name: str = "omar") -> api.TicketDetail:
    return api.ticket(scene.viewer(name), ticket, now=scene.clock.now())


def latest(scene: Scene, ticket: UUID) -> EscalationCard:
    return detail(scene, ticket).ladders[-1]


def steps(ladder: EscalationCard) -> list[tuple[str, str]]:
    """The steps that were taken, with why."""
    return [(each.name, each.cause) for each in ladder.steps if each.taken_at is not None]


def story(scene: Scene, ticket: UUID, name: str = "omar") -> list[str]:
    return [each.text for each in detail(scene, ticket, name).entries]


def mails(ticket: UUID, login: str, start: str) -> int:
    found = (each for each in notify.deliveries(ticket) if each.address.startswith(login))
    return sum(each.subject.split("] ")[1].startswith(start) for each in found)


def acknowledge(scene: Scene, ticket: UUID, name: str = "ana") -> None:
    api.acknowledge(scene.viewer(name), ticket, channel=BY, now=scene.clock.now())


def test_a_broken_promise_brings_it_up_once_at_its_instant(scene: Scene, ticket: UUID) -> None:
    acknowledge(scene, ticket)
    mitigation = detail(scene, ticket).clocks[Promise.MITIGATION].due_at
    assert mitigation is not None
    while scene.clock.now() < mitigation - 3 * MINUTE:
        scene.clock.move(min(60 * MINUTE, mitigation - 3 * MINUTE - scene.clock.now()))
        api.say(scene.viewer("ana"), ticket, "Still at it.", channel=BY, now=scene.clock.now())
    before = len(detail(scene, ticket).ladders)
    scene.pass_time(3 * MINUTE)
    assert len(detail(scene, ticket).ladders) == before, "due is not broken yet"
    scene.pass_time(timedelta(seconds=1))
    scene.pass_time(MINUTE)
    rising.break_promise(ticket, mitigation, now=scene.clock.now())
    ladders = detail(scene, ticket).ladders
    assert (len(ladders), steps(ladders[-1])) == (before + 1, [(ladders[-1].steps[0].name, "breach")])
    assert sum("A promise was broken." in each for each in story(scene, ticket)) == 1


def test_a_ticket_in_hand_that_stands_still_goes_up_and_a_word_keeps_it(scene: Scene, ticket: UUID) -> None:
    """News are promised every four hours, so two hours of silence are the limit."""
    acknowledge(scene, ticket)
    scene.pass_time(119 * MINUTE, step=17 * MINUTE)
    api.say(scene.viewer("wei"), ticket, "I measure.", channel=BY, now=scene.clock.now())
    scene.pass_time(119 * MINUTE, step=17 * MINUTE)
    assert len(detail(scene, ticket).ladders) == 1, "somebody of the staff said something"
    scene.pass_time(MINUTE)
    assert steps(latest(scene, ticket)) == [("expert", "silence")]
    assert detail(scene, ticket, "mia").called == ("Wei Chen",), "the customer reads who was called"
    acknowledge(scene, ticket, "wei")
    assert latest(scene, ticket).state is LadderState.STOPPED
    assert mails(ticket, "mia", "Wei Chen has it now") == 1
    scene.pass_time(119 * MINUTE, step=17 * MINUTE)
    assert len(detail(scene, ticket).ladders) == 2
    scene.pass_time(MINUTE)
    assert steps(latest(scene, ticket)) == [("manager", "silence")]


def test_silence_does_not_count_while_the_customer_is_waited_for(scene: Scene) -> None:
    now = scene.clock.now()
    opened = api.open_ticket(scene.viewer("mia"), title="A", text="B", level=Level.FAULT, channel=BY, now=now)
    api.ask(
        scene.viewer("ana"), opened, "Which stream?", reason="waiting-for-customer", channel=BY, now=scene.clock.now()
    )
    scene.pass_time(20 * 60 * MINUTE, step=60 * MINUTE)
    assert len(detail(scene, opened).ladders) == 1
    api.say(scene.viewer("mia"), opened, "The third.", channel=BY, now=scene.clock.now())
    scene.pass_time(119 * MINUTE, step=17 * MINUTE)
    assert len(detail(scene, opened).ladders) == 1
    scene.pass_time(2 * MINUTE)
    assert steps(latest(scene, opened)) == [("expert", "silence")]


def test_a_ticket_that_is_opened_again_climbs_from_the_first_step(scene: Scene, ticket: UUID) -> None:
    acknowledge(scene, ticket)
    api.resolve(scene.viewer("ana"), ticket, "A cable.", channel=BY, now=scene.clock.now())
    scene.clock.move(MINUTE)
    api.say(scene.viewer("mia"), ticket, "It stutters again.", channel=BY, now=scene.clock.now())
    ladder = latest(scene, ticket)
    assert steps(ladder) == [("frontline", "reopened")]
    assert ladder.steps[1].due_at == scene.clock.now() + 60 * MINUTE, "half of the response, as the contract says"


def test_the_second_hand_over_goes_up_and_the_first_does_not(scene: Scene, ticket: UUID) -> None:
    def offer(by: str, to: str) -> None:
        person, now = scene.people[to], scene.clock.now()
        api.offer(scene.viewer(by), ticket, person_id=person, reason="Yours.", channel=BY, now=now)

    acknowledge(scene, ticket)
    offer("ana", "wei")
    assert len(detail(scene, ticket).ladders) == 1
    scene.clock.move(MINUTE)
    api.accept(scene.viewer("wei"), ticket, channel=BY, now=scene.clock.now())
    assert mails(ticket, "mia", "Wei Chen has it now") == 1
    scene.clock.move(MINUTE)
    offer("wei", "omar")
    assert steps(latest(scene, ticket)) == [("expert", "second-hand-over")]


def test_twice_the_viewers_bring_it_up_from_a_hundred_on(scene: Scene, ticket: UUID) -> None:
    assert [doublings(0, 199), doublings(0, 200), doublings(300, 599), doublings(300, 1300)] == [0, 1, 0, 2]
    row = Ticket.objects.get(pk=ticket)
    for viewers in (150, 250, 260, 390):
        row.viewers = viewers
        rising.grow(row, level_raised=False, now=scene.clock.now())
    assert steps(latest(scene, ticket)) == [("frontline", ""), ("expert", "grew")]


def test_a_customer_asks_for_escalation_and_reads_whom_it_was_brought_to(
    scene: Scene, ticket: UUID, client: Client
) -> None:
    path = f"/api/v1/tickets/{ticket}/escalate"

    def post(name: str, reason: str) -> dict[str, object]:
        answer = client.post(path, {"reason": reason}, "application/json", headers=scene.token(name))
        return answer.json()  # type: ignore[no-any-return]

    assert post("ana", "x")["code"] == "customers-ask"
    assert post("li", "x")["code"] == "not-found"
    assert post("mia", " ")["code"] == "reason-needed"
    scene.clock.move(MINUTE)
    assert post("mia", "The final is on.")["owner"] == "Ana Ruiz"
    assert post("mia", "Now!")["code"] == "asked-lately"
    assert steps(latest(scene, ticket)) == [("frontline", ""), ("expert", "asked")]
    said = "Mia Tan asked for escalation; it was brought to Wei Chen: The final is on."
    assert said in story(scene, ticket, "mia")
    assert (mails(ticket, "mia", "Escalated as you asked"), mails(ticket, "agent", "The customer asks")) == (1, 1)
    scene.clock.move(30 * MINUTE)
    post("mia", "Nobody called.")
    assert steps(latest(scene, ticket))[-1] == ("manager", "asked")


def test_without_a_ladder_the_managers_are_told(scene: Scene) -> None:
    accounts.create_organisation("new", "New", accounts.OrganisationKind.CUSTOMER)
    scene.people["kim"] = accounts.create_person("kim@new.example", "Kim", "new", Role.MEMBER, password=None)
    now = scene.clock.now()
    opened = api.open_ticket(scene.viewer("kim"), title="A", text="B", level=Level.BASIC, channel=BY, now=now)
    api.ask_for_more(scene.viewer("kim"), opened, "Hello?", channel=BY, now=now)
    assert mails(opened, "manager", "Needs a manager") == 1
    assert "Kim asked for escalation; it was brought to Omar Haddad: Hello?" in story(scene, opened, "kim")


def test_the_staff_jump_skip_and_repeat_with_a_reason(scene: Scene, ticket: UUID, client: Client) -> None:
    def take(name: str, deed: str, step: int | None = None, reason: str = "I know them.") -> dict[str, object]:
        body = {"deed": deed, "step": step, "reason": reason}
        path = f"/api/v1/tickets/{ticket}/ladder"
        scene.clock.move(MINUTE)
        return client.post(path, body, "application/json", headers=scene.token(name)).json()  # type: ignore[no-any-return]

    assert take("mia", "skip")["code"] == RoleRequired.code
    assert take("ana", "jump", 0)["code"] == NoSuchStep.code, "it was taken"
    assert take("ana", "repeat", 1)["code"] == NoSuchStep.code, "it was not taken"
    assert "code" not in take("ana", "repeat", 0)
    assert "code" not in take("ana", "skip")
    ladder = latest(scene, ticket)
    told = [(each.name, each.people, each.skipped) for each in ladder.steps]
    ana = ("Ana Ruiz",)
    assert told == [
        ("frontline", ana, False),
        ("frontline", ana, False),
        ("expert", (), True),
        ("manager", (), False),
    ]
    assert ladder.next_step is not None
    assert ladder.next_step.due_at == Ticket.objects.get().opened_at + 96 * MINUTE, "80 % of two hours, as before"
    assert take("ana", "skip")["code"] == NothingAfter.code
    assert "code" not in take("ana", "jump", 3)
    assert latest(scene, ticket).state is LadderState.EXHAUSTED
    scene.work()
    assert "Step “expert” of the ladder was skipped. Ana Ruiz decided so: I know them." in story(scene, ticket)
    assert take("ana", "skip")["code"] == NoLadder.code
    assert "code" not in take("ana", "repeat", 2), "one that was skipped can still be taken"
    assert steps(latest(scene, ticket)) == [("expert", "by-hand")]
    listed = client.get(f"/api/v1/escalations?subject={ticket}", headers=scene.token("ana")).json()["items"]
    assert [each["skipped"] for each in listed[0]["steps"]] == [False, False, True, False]
    assert all("decided" not in each for each in story(scene, ticket, "mia"))


def test_a_jump_passes_over_what_lies_between(scene: Scene, ticket: UUID) -> None:
    now = scene.clock.now()
    api.take_step(scene.viewer("wei"), ticket, api.Deed.JUMP, step=2, reason="Big one.", now=now)
    assert [(each.name, each.skipped) for each in latest(scene, ticket).steps] == [
        ("frontline", False),
        ("expert", True),
        ("manager", False),
    ]
    with pytest.raises(api.ReasonNeeded):
        api.take_step(scene.viewer("wei"), ticket, api.Deed.REPEAT, step=2, reason=" ", now=now)


def test_a_link_acts_once_even_if_the_ticket_climbs_again(scene: Scene, ticket: UUID) -> None:
    grant = notify.Grant(ACKNOWLEDGE, ticket, scene.people["ana"], scene.clock.now() + timedelta(days=2))
    token = notify.write_link(grant)
    assert not api.take(token, now=scene.clock.now()).pending
    scene.pass_time(121 * MINUTE, step=11 * MINUTE)
    assert latest(scene, ticket).state is LadderState.RUNNING
    assert not api.look(token, now=scene.clock.now()).pending
    api.take(token, now=scene.clock.now())
    assert latest(scene, ticket).state is LadderState.RUNNING, "it was used before"
