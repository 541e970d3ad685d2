"""The next right ticket on real PostgreSQL: by rank, by what people can do, and never the same for two."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, RoleRequired
from tallylight.contracts.api import Level
from tallylight.escalation.tests.test_services import together
from tallylight.support import api
from tallylight.support.models import Ticket
from tallylight.support.states import Channel
from tallylight.support.tests.scene import ASTRA, Scene

MINUTE = timedelta(minutes=1)
BY = Channel.CONSOLE


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """With a second agent, Ben."""
    scene.people["ben"] = accounts.create_person(
        "ben@tallylight.example", "Ben Okoye", "tallylight", Role.AGENT, password=None
    )
    return scene


def write(scene: Scene, title: str, level: Level = Level.BASIC, by: str = "mia") -> UUID:
    now = scene.clock.now()
    return api.open_ticket(scene.viewer(by), title=title, text="?", level=level, channel=Channel.API, now=now)


def take(scene: Scene, name: str) -> str | None:
    """The headline of what somebody gets."""
    taken = api.take_next(scene.viewer(name), channel=BY, now=scene.clock.now())
    return Ticket.objects.get(pk=taken).headline("en") if taken else None


def can(
    scene: Scene, name: str, *, languages: tuple[str, ...] = (), skills: tuple[str, ...] = (), most: int | None = None
) -> None:
    api.set_profile(scene.viewer("omar"), scene.people[name], languages=languages, skills=skills, most=most)


def card(scene: Scene, ticket: UUID, name: str = "omar") -> api.TicketCard:
    return api.ticket(scene.viewer(name), ticket, now=scene.clock.now()).card


def test_next_is_what_ranks_first_and_it_is_owned_and_in_hand(scene: Scene) -> None:
    for level in (Level.FAULT, Level.MAJOR, Level.FAULT):
        write(scene, level.value, level)
        scene.clock.move(MINUTE)
    queue = [each.id for each in api.tickets(scene.viewer("ben"), pending=True)]
    taken = [api.take_next(scene.viewer("ben"), channel=BY, now=scene.clock.now()) for _ in range(4)]
    assert taken == [*queue, None]
    found = card(scene, queue[0], "mia")
    assert (found.headline, found.owner, found.acknowledged_by) == ("major", "Ben Okoye", "Ben Okoye")


def test_taking_what_waits_is_no_hand_over_and_whoever_was_named_is_told(scene: Scene) -> None:
    ticket = write(scene, "Echo")
    assert card(scene, ticket).owner == "Ana Ruiz"
    scene.clock.move(MINUTE)
    assert take(scene, "ben") == "Echo"
    detail = api.ticket(scene.viewer("omar"), ticket, now=scene.clock.now())
    assert detail.care is not None
    assert (detail.card.owner, detail.care.hops) == ("Ben Okoye", 0)
    told = [each.subject for each in detail.deliveries if each.address == "agent@tallylight.example"]
    assert any("Accepted by Ben Okoye" in each for each in told)


def test_what_is_in_hand_or_offered_to_somebody_else_is_not_next(scene: Scene) -> None:
    one, two = write(scene, "One"), write(scene, "Two")
    api.acknowledge(scene.viewer("ana"), one, channel=BY, now=scene.clock.now())
    now = scene.clock.now()
    api.offer(scene.viewer("omar"), two, person_id=scene.people["wei"], reason="Yours.", channel=BY, now=now)
    assert take(scene, "ben") is None
    assert take(scene, "wei") == "Two", "what is offered to one is next for that one"
    assert card(scene, two).owner == "Wei Chen"


def test_people_get_what_they_can_do(scene: Scene) -> None:
    can(scene, "ana", languages=("en",), skills=("webrtc",))
    can(scene, "ben", languages=("zh-hans",))
    codec, chinese = write(scene, "WebRTC stutters"), write(scene, "回声", by="li")
    assert (card(scene, codec).skill, card(scene, chinese).language) == ("webrtc", "zh-hans")
    assert (card(scene, codec).owner, card(scene, chinese).owner) == ("Ana Ruiz", "Ben Okoye")
    assert take(scene, "ben") == "回声"
    assert take(scene, "ben") is None, "the other asks for a skill and a language that Ben has not"
    api.set_skill(scene.viewer("omar"), codec, "")
    can(scene, "ben")
    assert take(scene, "ben") == "WebRTC stutters"


def test_whoever_has_as_many_as_they_should_gets_only_their_own(scene: Scene) -> None:
    can(scene, "ana", most=1)
    can(scene, "ben", most=1)
    first, second, third = (write(scene, title) for title in ("One", "Two", "Three"))
    owners = [card(scene, each).owner for each in (first, second, third)]
    assert owners == ["Ana Ruiz", "Ben Okoye", "Ana Ruiz"], "a ticket has an owner even if everybody is full"
    assert take(scene, "ben") == "Two"
    assert take(scene, "ben") is None
    can(scene, "ben", most=2)
    assert take(scene, "ben") == "One"


@pytest.mark.django_db(transaction=True)
def test_however_many_ask_at_once_everybody_gets_another_ticket(scene: Scene) -> None:
    names = ["ana", "ben", "wei", "omar"]
    for number in range(12):
        write(scene, f"Question {number}")
    waiting, taken = names * 3, []

    def ask() -> None:
        name = waiting.pop()
        taken.append((name, api.take_next(scene.viewer(name), channel=BY, now=scene.clock.now())))

    together(12, ask)
    got = [ticket for _name, ticket in taken]
    assert None not in got
    assert len(set(got)) == 12
    for name, ticket in taken:
        assert Ticket.objects.get(pk=ticket).owner_id == scene.people[name]


def test_the_rank_follows_the_clocks_the_level_and_the_viewers(scene: Scene) -> None:
    scene.fire(ASTRA)
    scene.work()
    ticket = Ticket.objects.get()
    assert ticket.due_at is not None
    before = ticket.rank_at
    assert before == ticket.due_at - 10 * MINUTE - timedelta(minutes=min(20, int(2 * ticket.credit_at_stake)))
    scene.clock.move(MINUTE)
    scene.fire(ASTRA, metric="dead", value=1800.0, limit=1500.0)
    scene.work()
    graver = Ticket.objects.get()
    assert graver.rank_at is not None
    assert graver.rank_at < before
    scene.clock.move(MINUTE)
    api.say(scene.viewer("ana"), ticket.pk, "We are on it.", channel=BY, now=scene.clock.now())
    taken = Ticket.objects.get()
    assert taken.rank_at is not None
    assert taken.rank_at > graver.rank_at, "answered and told; what is due next is due later"


def test_the_reason_is_said_in_the_readers_language(scene: Scene, client: Client) -> None:
    ticket = write(scene, "Down", Level.MAJOR)
    Ticket.objects.filter(pk=ticket).update(viewers=1830)
    said = client.get(f"/api/v1/tickets/{ticket}", headers=scene.token("ana")).json()["rank_reason"]
    assert said.startswith("Response due 2026-11-23 ")
    assert "43 minutes earlier for 1,830 viewers; 30 minutes earlier for a major fault" in said


def test_a_queue_is_one_scan_of_an_index(scene: Scene) -> None:
    """With enough rows that a plan matters; sorting 2,000 tickets would show in it."""
    write(scene, "First")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into support_ticket (id, organisation_id, title, headlines, level, state, viewers, contract_sha256,
                opened_at, due_promise, credit_at_stake, rank_at, language, skill, acknowledged_via)
            select gen_random_uuid(), organisation_id, 'x', headlines, level, 'open', 0, '', opened_at, '', 0,
                opened_at + n * interval '1 minute', language, skill, ''
            from support_ticket, generate_series(1, 2000) n
            """
        )
        cursor.execute("analyze support_ticket")
        rows = Ticket.objects.filter(state__in=["open", "acknowledged"]).order_by("rank_at", "id")[:50]
        plan = rows.explain()
    assert "ticket_queue" in plan
    assert "Sort" not in plan


def test_a_profile_is_ones_own_or_a_managers_to_keep(scene: Scene) -> None:
    ana, me = scene.viewer("ana"), scene.people["ana"]
    api.set_profile(ana, me, languages=["en"], skills=["rtmp"], most=3)
    known = {each.person.name: each for each in api.desk_people(ana)}
    assert known["Ana Ruiz"].profile is not None
    assert known["Wei Chen"].profile is None
    with pytest.raises(RoleRequired):
        api.set_profile(ana, scene.people["wei"], languages=[], skills=[], most=None)
    with pytest.raises(api.NobodyToOwn):
        api.set_profile(scene.viewer("omar"), scene.people["mia"], languages=[], skills=[], most=None)
    for languages, skills, most in ((["fr"], [], None), ([], ["Web RTC"], None), ([], [], -1)):
        with pytest.raises(api.ProfileRefused):
            api.set_profile(ana, me, languages=languages, skills=skills, most=most)
    with pytest.raises(RoleRequired):
        api.desk_people(scene.viewer("mia"))


def test_the_api_gives_the_next_ticket_and_keeps_profiles(scene: Scene, client: Client) -> None:
    ticket = write(scene, "Echo")
    headers = scene.token("ben")
    wanted = {"languages": ["en"], "skills": ["rtmp"], "most": 2}
    address = f"/api/v1/desk/people/{scene.people['ben']}"
    assert client.put(address, wanted, "application/json", headers=headers).status_code == 204
    people = client.get("/api/v1/desk/people", headers=headers).json()["items"]
    (ben,) = [each for each in people if each["name"] == "Ben Okoye"]
    assert (ben["languages"], ben["skills"], ben["most"], ben["known"], ben["pending"]) == (
        ["en"],
        ["rtmp"],
        2,
        True,
        0,
    )
    skilled = client.put(f"/api/v1/tickets/{ticket}/skill", {"skill": "rtmp"}, "application/json", headers=headers)
    assert skilled.json()["skill"] == "rtmp"
    answer = client.post("/api/v1/desk/next", headers=headers)
    assert (answer.status_code, answer.json()["id"], answer.json()["owner"]) == (200, str(ticket), "Ben Okoye")
    assert client.post("/api/v1/desk/next", headers=headers).status_code == 204
    assert client.post("/api/v1/desk/next", headers=scene.token("mia")).status_code == 403
