"""Who sits where on the event stream, and what was lately written, on real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.test import Client
from tests.promises.world import World, bad_night, make_world

from tallylight.accounts.models import Person
from tallylight.console.live import stream as door
from tallylight.console.live.audience import PUBLIC, STAFF, Audience, parts_for
from tallylight.console.live.broadcast import Broadcaster
from tallylight.console.live.look import Looker
from tallylight.console.touches import touches_since
from tallylight.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def seated(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Audience, str]]:
    """Everybody who was given a seat."""
    taken: list[tuple[Audience, str]] = []

    async def nothing() -> AsyncIterator[str]:
        return
        yield ""

    def events(_self: Broadcaster, audience: Audience, who: str) -> AsyncIterator[str]:
        taken.append((audience, who))
        return nothing()

    monkeypatch.setattr(Broadcaster, "events", events)
    return taken


def open_stream(person: object = None) -> Client:
    client = Client()
    if person:
        client.force_login(Person.objects.get(pk=person))
    answer = client.get("/live/stream")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    return client


def test_everybody_sits_where_they_may_hear(world: World, seated: list[tuple[Audience, str]]) -> None:
    for person in (None, world.agent, world.small.member):
        open_stream(person)
    public, staff, member = (audience for audience, _ in seated)
    assert (public, staff) == (PUBLIC, STAFF)
    assert (member.organisation_id, member.slug) == (world.small.id, world.small.slug)
    assert member.regions == {"ap-southeast", "us-east"}
    assert not member.staff


def test_without_a_free_seat_the_answer_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "broadcaster", lambda: Broadcaster(Looker(), seats=0))
    answer = Client(headers={"Accept": "text/event-stream"}).get("/live/stream")
    assert (answer.status_code, answer.json()["code"]) == (503, "too-many-streams")


def test_a_bad_night_touches_its_customer_and_nobody_else(world: World) -> None:
    began = clock.now() - timedelta(seconds=1)
    bad_night(world)
    touches = touches_since(began)
    large = Audience(organisation_id=world.large.id)
    small = Audience(organisation_id=world.small.id)
    assert parts_for(large, touches) == parts_for(STAFF, touches) == {"incidents", "tickets"}
    assert (
        parts_for(small, touches) == parts_for(PUBLIC, touches) == {"incidents"}
    )  # that one runs is on the status page


def test_a_note_for_the_desk_touches_no_customer(world: World) -> None:
    ticket = bad_night(world)
    agent = Client()
    agent.force_login(Person.objects.get(pk=world.agent))
    before = {touch.id for touch in touches_since(clock.now() - timedelta(minutes=1))}
    agent.post(f"/tickets/{ticket.pk}/reply", {"text": "smells odd", "deed": "note"})
    (noted,) = (touch for touch in touches_since(clock.now() - timedelta(minutes=1)) if touch.id not in before)
    assert (noted.part, noted.organisations, noted.public) == ("tickets", frozenset(), False)
