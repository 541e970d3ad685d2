"""Two tickets become one conversation: the earlier promise survives, what was broken stays broken, an hour to undo it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.clocks.api import State as ClockState
from tallylight.contracts.api import Level
from tallylight.support import api
from tallylight.support.models import Breach, Ticket
from tallylight.support.states import Channel, Promise, State
from tallylight.support.tests.scene import Scene

MINUTE = timedelta(minutes=1)
BY = Channel.CONSOLE


def opened(scene: Scene, title: str, level: Level = Level.FAULT, by: str = "mia") -> UUID:
    return api.open_ticket(
        scene.viewer(by), title=title, text=f"{title}!", level=level, channel=BY, now=scene.clock.now()
    )


def detail(scene: Scene, ticket: UUID, name: str = "ana") -> api.TicketDetail:
    return api.ticket(scene.viewer(name), ticket, now=scene.clock.now())


def merge(scene: Scene, source: UUID, into: UUID, by: str = "ana") -> None:
    api.merge(scene.viewer(by), source, into, channel=BY, now=scene.clock.now())


def say(scene: Scene, ticket: UUID, text: str, by: str) -> UUID:
    entry = api.say(scene.viewer(by), ticket, text, channel=BY, now=scene.clock.now())
    return api.ticket_of(scene.viewer(by), entry)


def words(found: api.TicketDetail) -> list[str]:
    return [each.text for each in found.entries if each.kind == "message"]


def dues(found: api.TicketDetail) -> dict[Promise, object]:
    return {promise: each.due_at for promise, each in found.clocks.items()}


@pytest.fixture
def earlier(scene: Scene) -> UUID:
    """Opened ten minutes before the other."""
    found = opened(scene, "Black picture")
    scene.clock.move(10 * MINUTE)
    return found


@pytest.fixture
def later(scene: Scene, earlier: UUID) -> UUID:
    return opened(scene, "Still black")


def test_one_conversation_in_order_and_a_signpost(scene: Scene, earlier: UUID, later: UUID) -> None:
    scene.clock.move(MINUTE)
    say(scene, earlier, "We look.", "ana")
    merge(scene, earlier, later)
    found, sign = detail(scene, later, "mia"), detail(scene, earlier, "mia")
    assert words(found) == ["Black picture!", "Still black!", "We look."]
    assert (sign.card.merged_into_id, sign.card.state, words(sign)) == (later, State.CLOSED, [])
    assert "the conversation goes on there" in sign.entries[-1].text
    assert say(scene, earlier, "And now?", "mia") == later, "a word on the signpost stands where the matter goes on"
    assert Ticket.objects.get(pk=earlier).state == State.CLOSED


def test_the_earlier_promise_survives_and_none_becomes_looser(scene: Scene, earlier: UUID, later: UUID) -> None:
    before, theirs = dues(detail(scene, later)), dues(detail(scene, earlier))
    merge(scene, earlier, later)
    after = detail(scene, later)
    assert dues(after) == theirs, "every promise of the older was due earlier"
    assert all(due <= before[promise] for promise, due in dues(after).items())  # type: ignore[operator]
    assert {each.state for each in detail(scene, earlier).clocks.values()} == {ClockState.CANCELLED}
    assert Ticket.objects.get(pk=later).due_at == min(theirs.values())  # type: ignore[type-var]


def test_merging_the_younger_into_the_older_leaves_its_clocks(scene: Scene, earlier: UUID, later: UUID) -> None:
    before = dues(detail(scene, earlier))
    merge(scene, later, earlier)
    assert dues(detail(scene, earlier)) == before


def test_a_graver_level_comes_along_and_later_changes_do_not_loosen_it(scene: Scene, earlier: UUID) -> None:
    scene.clock.move(5 * MINUTE)
    grave = opened(scene, "All black", Level.MAJOR)
    theirs = dues(detail(scene, grave))
    merge(scene, grave, earlier)
    found = detail(scene, earlier)
    assert found.card.level is Level.MAJOR
    assert all(due <= theirs[promise] for promise, due in dues(found).items())  # type: ignore[operator]


def test_what_was_broken_stays_broken_where_it_was_and_only_there(scene: Scene, earlier: UUID) -> None:
    scene.clock.move(timedelta(hours=2))
    later = opened(scene, "Still black")
    merge(scene, earlier, later)
    scene.clock.move(MINUTE)
    assert detail(scene, earlier).clocks[Promise.RESPONSE].state is ClockState.MISSED
    broken = {(each.ticket_id, each.promise) for each in Breach.objects.filter(withdrawn=False)}
    assert (earlier, "response") in broken
    assert not any(ticket == later for ticket, _promise in broken)


def test_news_that_were_due_earlier_are_so_once(scene: Scene, earlier: UUID, later: UUID) -> None:
    theirs = detail(scene, earlier).clocks[Promise.UPDATE].due_at
    merge(scene, earlier, later)
    update = detail(scene, later).clocks[Promise.UPDATE]
    assert update.due_at == theirs
    say(scene, later, "News.", "ana")
    again = detail(scene, later).clocks[Promise.UPDATE]
    assert again.due_at is not None
    assert again.due_at - scene.clock.now() > 30 * MINUTE
    assert again.target == detail(scene, opened(scene, "x")).clocks[Promise.UPDATE].target


def test_a_merge_is_undone_within_an_hour_as_if_it_had_not_been(scene: Scene, earlier: UUID, later: UUID) -> None:
    before = [dues(detail(scene, each)) for each in (earlier, later)]
    merge(scene, earlier, later)
    say(scene, later, "One more.", "mia")
    scene.clock.move(60 * MINUTE)
    api.unmerge(scene.viewer("ana"), earlier, channel=BY, now=scene.clock.now())
    back, other = detail(scene, earlier), detail(scene, later)
    assert [dues(back), dues(other)] == before
    assert (words(back), words(other)) == (["Black picture!"], ["Still black!", "One more."])
    assert (back.card.state, back.card.merged_into_id) == (State.OPEN, None)
    merge(scene, earlier, later)
    scene.clock.move(60 * MINUTE + timedelta(microseconds=1))
    with pytest.raises(api.MergeOver):
        api.unmerge(scene.viewer("ana"), earlier, channel=BY, now=scene.clock.now())


def test_only_the_same_customer_s_pending_tickets_are_merged_and_no_incident_s(
    scene: Scene, earlier: UUID, later: UUID
) -> None:
    foreign = opened(scene, "Echo", by="li")
    for source, into in ((foreign, later), (later, later)):
        with pytest.raises(api.MergeRefused):
            merge(scene, source, into)
    scene.fire()
    scene.work()
    by_incident = Ticket.objects.get(incident__isnull=False)
    with pytest.raises(api.MergeRefused):
        merge(scene, by_incident.pk, later)
    merge(scene, later, by_incident.pk)
    with pytest.raises(api.MergeRefused):
        merge(scene, later, earlier)


def test_the_api_merges_and_customers_do_not(scene: Scene, earlier: UUID, later: UUID, client: Client) -> None:
    path, sent = f"/api/v1/tickets/{earlier}/merge", {"into": str(later)}
    assert client.post(path, sent, "application/json", headers=scene.token("mia")).status_code == 403
    body = client.post(path, sent, "application/json", headers=scene.token("ana")).json()
    assert (body["id"], body["merged_into_id"]) == (str(later), None)
    undone = client.post(f"/api/v1/tickets/{earlier}/unmerge", headers=scene.token("ana")).json()
    assert undone["state"] == "open"


def test_split_off_messages_start_the_clocks_when_the_first_of_them_came(scene: Scene, earlier: UUID) -> None:
    began = scene.clock.now()
    say(scene, earlier, "Also: invoices?", "mia")
    scene.clock.move(5 * MINUTE)
    say(scene, earlier, "We ask accounting.", "ana")
    before = dues(detail(scene, earlier))
    moved = [each.id for each in detail(scene, earlier).entries if each.kind == "message"][1:]
    scene.clock.move(5 * MINUTE)
    now = scene.clock.now()
    fresh = api.split(scene.viewer("ana"), earlier, moved, title="Invoices", channel=BY, now=now)
    found, rest = detail(scene, fresh), detail(scene, earlier)
    assert (words(found), words(rest)) == (["Also: invoices?", "We ask accounting."], ["Black picture!"])
    assert (found.card.opened_at, found.card.state, found.card.owner) == (began, State.ACKNOWLEDGED, rest.card.owner)
    response = found.clocks[Promise.RESPONSE]
    assert (response.started_at, response.counted, response.state) == (began, 5 * MINUTE, ClockState.MET)
    assert dues(rest) == before, "here nothing changed"
    assert rest.clocks[Promise.RESPONSE].state is ClockState.MET


def test_at_least_one_message_moves_and_one_stays(scene: Scene, earlier: UUID, later: UUID) -> None:
    only = [each.id for each in detail(scene, earlier).entries if each.kind == "message"]
    foreign = [each.id for each in detail(scene, later).entries if each.kind == "message"]
    for chosen in ([], only, foreign):
        with pytest.raises(api.NothingToSplit):
            api.split(scene.viewer("ana"), earlier, chosen, title="x", channel=BY, now=scene.clock.now())
