"""The clocks of tickets on real PostgreSQL: what a change of level, hours or contract does, and what an explanation says."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts.api import Role
from tallylight.accounts.models import Membership, Person
from tallylight.clocks.api import Kind, Reading, State, Why
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Level
from tallylight.contracts.tests.samples import KEY_ACCOUNT, changed, plain
from tallylight.oncall import api as oncall
from tallylight.support import api, cli
from tallylight.support.errors import TicketUnknown
from tallylight.support.models import ClockEntry, Ticket
from tallylight.support.states import Channel, Promise
from tallylight.support.tests.scene import ASTRA, LUMEN, Scene

MINUTE = timedelta(minutes=1)
PLAIN = plain(KEY_ACCOUNT)


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """The small world, with a contract that promises no mitigation and agrees no pauses."""
    amend(scene, ASTRA)
    return scene


def open_one(scene: Scene, level: Level = Level.FAULT, name: str = "li") -> UUID:
    """A customer's own ticket."""
    return api.open_ticket(
        scene.viewer(name), title="Echo", text="Since noon.", level=level, channel=Channel.API, now=scene.clock.now()
    )


def clocks(scene: Scene, ticket: UUID) -> dict[Promise, Reading]:
    return api.ticket(scene.viewer("omar"), ticket, now=scene.clock.now()).clocks


def amend(scene: Scene, customer: str, *changes: tuple[str, str], source: str = PLAIN) -> None:
    for old, new in changes:
        source = changed(source, old, new)
    contracts.put_in_force(scene.customers[customer], source, None, scene.clock.now())


FAULT = "    response: 30m\n    update: 30m\n    resolution: 2h\n"
PAUSES = "    pauses: [{ reason: waiting-for-customer, most: 2h }]\n"


def test_an_amended_contract_opens_a_segment_and_keeps_what_was_used(scene: Scene) -> None:
    ticket = open_one(scene)
    opened_at = scene.clock.now()
    scene.clock.move(10 * MINUTE)
    amend(scene, ASTRA, (FAULT, FAULT.replace("30m", "20m").replace("2h", "3h")))
    scene.work()
    card, found = api.ticket(scene.viewer("omar"), ticket, now=scene.clock.now()).card, clocks(scene, ticket)
    assert (found[Promise.RESPONSE].counted, found[Promise.RESPONSE].remaining) == (10 * MINUTE, 10 * MINUTE)
    assert found[Promise.RESOLUTION].due_at == opened_at + timedelta(hours=3)
    assert card.response_due_at == opened_at + 20 * MINUTE, "queues follow"
    ladders = api.ticket(scene.viewer("omar"), ticket, now=scene.clock.now()).ladders
    assert [each.ended_because for each in ladders] == ["contract-amended", ""]


def test_outside_the_hours_of_a_step_the_next_one_is_called_and_owns_the_case(scene: Scene) -> None:
    always = "\nescalation:\n  - { step: frontline, role: agent, at: 0%, channels: [mail, im] }\n"
    by_hours = (
        always.replace("at: 0%,", "at: 0%, calendar: account-team,")
        + "  - { step: nights, role: engineer, at: 0%, calendar: around-the-clock, channels: [mail] }\n"
    )
    amend(scene, ASTRA, (always, by_hours))
    scene.work()
    detail = api.ticket(scene.viewer("omar"), open_one(scene), now=scene.clock.now())  # half past five in Dubai
    (ladder,) = detail.ladders
    assert [rung.name for rung in ladder.steps] == ["nights", "expert", "key-account-manager"]
    assert Membership.objects.get(person__name=detail.card.owner).role == Role.ENGINEER


def test_whoever_is_on_call_owns_what_comes_to_a_first_step_that_names_a_schedule(scene: Scene) -> None:
    manager, now = scene.viewer("omar"), scene.clock.now()
    oncall.make_schedule(manager, "front", "Front", "UTC")
    oncall.cover(manager, "front", scene.people["wei"], now, now + 60 * MINUTE, now=now)
    first = "\nescalation:\n  - { step: frontline, role: agent, at: 0%"
    amend(scene, ASTRA, (first, first.replace("role: agent", "schedule: front, role: agent")))
    assert _owner(scene, open_one(scene)) == "Wei Chen"
    scene.clock.move(60 * MINUTE)
    assert _owner(scene, open_one(scene)) == "Ana Ruiz"


def _owner(scene: Scene, ticket: UUID) -> str:
    return api.ticket(scene.viewer("omar"), ticket, now=scene.clock.now()).card.owner


def test_a_promise_that_was_broken_under_the_old_contract_stays_broken_under_a_kinder_one(scene: Scene) -> None:
    ticket = open_one(scene)
    scene.clock.move(40 * MINUTE)
    amend(scene, ASTRA, (FAULT, FAULT.replace("response: 30m\n    update: 30m", "response: 2h\n    update: 2h")))
    response = clocks(scene, ticket)[Promise.RESPONSE]
    assert (response.state, response.remaining, response.breached) == (State.RUNNING, 80 * MINUTE, True)


def test_an_amendment_after_the_resolution_changes_no_verdict(scene: Scene) -> None:
    ticket = open_one(scene)
    scene.clock.move(40 * MINUTE)
    api.resolve(scene.viewer("ana"), ticket, "Mended.", channel=Channel.CONSOLE, now=scene.clock.now())
    before = {promise: each.state for promise, each in clocks(scene, ticket).items()}
    scene.clock.move(10 * MINUTE)
    amend(scene, ASTRA, (FAULT, FAULT.replace("response: 30m\n    update: 30m", "response: 2h\n    update: 2h")))
    assert {promise: each.state for promise, each in clocks(scene, ticket).items()} == before
    assert before[Promise.RESPONSE] is State.MISSED


def test_a_graver_level_with_other_hours_keeps_what_was_used(scene: Scene) -> None:
    scene.fire(ASTRA)
    scene.work()
    ticket = Ticket.objects.get(organisation_id=scene.customers[ASTRA])
    ClockEntry.objects.filter(ticket=ticket, kind=Kind.STARTED).update(level=Level.BASIC)  # the account team's hours
    scene.clock.move(5 * MINUTE)
    at_dawn = clocks(scene, ticket.pk)[Promise.RESPONSE]
    assert [span.why for span in at_dawn.spans] == [Why.CLOSED_HOURS], "half past five in Dubai"
    scene.fire(ASTRA, metric="dead", value=1800.0, limit=1500.0)
    scene.work()
    scene.clock.move(4 * MINUTE)
    now = clocks(scene, ticket.pk)[Promise.RESPONSE]
    assert [(span.why, span.length) for span in now.spans] == [
        (Why.CLOSED_HOURS, 5 * MINUTE),
        (Why.RUNNING, 4 * MINUTE),
    ]
    assert now.remaining == 11 * MINUTE


def test_where_no_mitigation_is_promised_there_is_no_such_clock(scene: Scene) -> None:
    assert Promise.MITIGATION not in clocks(scene, open_one(scene))


def test_clocks_stand_still_for_nothing_that_was_not_agreed(scene: Scene) -> None:
    ticket = open_one(scene)
    with pytest.raises(api.PauseNotAgreed):
        api.ask(
            scene.viewer("ana"), ticket, "?", reason="waiting-for-customer", channel=Channel.CONSOLE,
            now=scene.clock.now(),
        )  # fmt: skip


@pytest.fixture
def explained(scene: Scene) -> str:
    """The number of a ticket whose clocks have been through something."""
    ticket = open_one(scene)
    scene.clock.move(timedelta(minutes=7, milliseconds=250))
    api.say(scene.viewer("ana"), ticket, "We look at it.", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.clock.move(20 * MINUTE)
    api.resolve(scene.viewer("ana"), ticket, "Mended.", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.clock.move(20 * MINUTE)
    api.say(scene.viewer("li"), ticket, "It is back.", channel=Channel.API, now=scene.clock.now())
    scene.clock.move(timedelta(minutes=3, microseconds=5))
    return Ticket.objects.get(pk=ticket).number


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.main(parser.parse_args(words))


LENGTH = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?) (not counted|counted|passed)")


def lengths(line: str) -> dict[str, timedelta]:
    found = LENGTH.findall(line)
    return {
        what: timedelta(hours=int(h), minutes=int(m), microseconds=round(float(s) * 1e6)) for h, m, s, what in found
    }


def test_the_lines_of_an_explanation_add_up_to_the_microsecond(
    explained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("explain", explained, "--lang", "en", "--zone", "Asia/Dubai") == 0
    head, *parts = capsys.readouterr().out.split("\n\n")
    assert head.startswith(explained)
    assert [part.splitlines()[0] for part in parts] == ["Response", "News", "Resolution"]
    for part in parts:
        spans = [lengths(line) for line in part.splitlines() if line.startswith("  From")]
        (total,) = [lengths(line) for line in part.splitlines() if "Together" in line]
        assert sum((each.get("counted", timedelta()) for each in spans), timedelta()) == total["counted"]
        assert sum((each.get("not counted", timedelta()) for each in spans), timedelta()) == total["not counted"]
        assert total["counted"] + total["not counted"] == total["passed"]
    resolution = parts[-1]
    assert (
        "From 2026-11-23 05:30:00 +04:00 to 2026-11-23 05:57:00.25 +04:00 the clock ran: 0:27:00.25 counted."
        in resolution
    )
    assert "the promise stood as kept: 0:20:00 not counted." in resolution


def test_an_explanation_is_given_as_of_any_instant_and_for_programs(
    explained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("explain", explained, "--json", "--at", "2026-11-23T01:35:00Z") == 0
    out = capsys.readouterr().out
    assert '"state": "running"' in out
    assert '"counted_s": 300.0' in out


def test_an_unknown_ticket_is_said_to_be_unknown(scene: Scene) -> None:
    for number in ("T-99999", "nonsense", "T-" + "9" * 30):
        with pytest.raises(TicketUnknown):
            run("explain", number)


def test_the_api_shows_every_span(explained: str, scene: Scene, client: Client) -> None:
    ticket = Ticket.objects.get()
    body = client.get(f"/api/v1/tickets/{ticket.pk}", headers=scene.token("li")).json()
    for clock in body["clocks"]:
        assert sum(round(span["seconds"] * 1e6) for span in clock["spans"]) == round(clock["elapsed_s"] * 1e6)
    last = body["clocks"][-1]
    assert [(span["why"], span["counted"]) for span in last["spans"]] == [
        ("running", True),
        ("answered", False),
        ("running", True),
    ]


@pytest.mark.parametrize("name", ["ana", "li"])
def test_the_page_explains_every_clock_to_both_sides(name: str, explained: str, scene: Scene, client: Client) -> None:
    client.force_login(Person.objects.get(pk=scene.people[name]))
    page = client.get(f"/tickets/{Ticket.objects.get(serial=int(explained[2:])).pk}").content.decode()
    told = re.findall(r"<details class=\"more clock-told\">.*?</details>", page, re.DOTALL)
    assert len(told) == 3
    assert "0:50:00.250005" in told[2], "everything that passed, to the microsecond"
    assert "2026-11-23 01:57:00.25 +00:00" in told[2]


def test_tickets_of_the_starter_contract_are_explained_too(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.fire(LUMEN)
    scene.work()
    number = Ticket.objects.get().number
    assert run("explain", number, "--lang", "zh-Hans") == 0
    assert number in capsys.readouterr().out


def test_mitigation_is_a_promise_of_its_own_where_the_contract_makes_it(scene: Scene) -> None:
    amend(scene, ASTRA, (FAULT, FAULT.replace("    resolution", "    mitigation: 1h\n    resolution")))
    ticket = open_one(scene)
    scene.clock.move(20 * MINUTE)
    api.mitigate(scene.viewer("wei"), ticket, "Moved to Frankfurt.", channel=Channel.CONSOLE, now=scene.clock.now())
    found = clocks(scene, ticket)
    assert (found[Promise.MITIGATION].state, found[Promise.MITIGATION].counted) == (State.MET, 20 * MINUTE)
    assert (found[Promise.RESPONSE].state, found[Promise.RESOLUTION].state) == (State.MET, State.RUNNING)
    assert found[Promise.UPDATE].earlier[0].late is False
    story = [each.kind for each in api.ticket(scene.viewer("li"), ticket, now=scene.clock.now()).entries]
    assert "mitigated" in story


def test_asking_the_customer_stops_the_clocks_until_the_answer_but_never_the_response(scene: Scene) -> None:
    amend(scene, ASTRA, (FAULT, FAULT + PAUSES))
    ticket = open_one(scene)
    scene.clock.move(10 * MINUTE)
    api.ask(
        scene.viewer("ana"), ticket, "Which room?", reason="waiting-for-customer", channel=Channel.CONSOLE,
        now=scene.clock.now(),
    )  # fmt: skip
    scene.clock.move(30 * MINUTE)
    found = clocks(scene, ticket)
    assert (found[Promise.RESPONSE].state, found[Promise.RESPONSE].counted) == (State.MET, 10 * MINUTE)
    assert (found[Promise.RESOLUTION].state, found[Promise.RESOLUTION].counted) == (State.PAUSED, 10 * MINUTE)
    api.say(scene.viewer("li"), ticket, "Room 7.", channel=Channel.API, now=scene.clock.now())
    scene.clock.move(5 * MINUTE)
    found = clocks(scene, ticket)
    assert (found[Promise.RESOLUTION].counted, found[Promise.RESOLUTION].excluded) == (15 * MINUTE, 30 * MINUTE)
    assert [span.reason for span in found[Promise.RESOLUTION].pauses] == ["waiting-for-customer"]


def test_a_customer_who_does_not_answer_stops_the_clock_no_longer_than_agreed(scene: Scene) -> None:
    amend(scene, ASTRA, (FAULT, FAULT + PAUSES))
    ticket = open_one(scene)
    api.ask(
        scene.viewer("ana"), ticket, "Which room?", reason="waiting-for-customer", channel=Channel.CONSOLE,
        now=scene.clock.now(),
    )  # fmt: skip
    scene.clock.move(150 * MINUTE)
    resolution = clocks(scene, ticket)[Promise.RESOLUTION]
    assert (resolution.state, resolution.counted, resolution.excluded) == (State.RUNNING, 30 * MINUTE, 120 * MINUTE)


def test_news_that_is_due_is_not_hidden_behind_a_later_resolution(scene: Scene) -> None:
    ticket = open_one(scene)
    opened_at = scene.clock.now()
    first = api.ticket(scene.viewer("omar"), ticket, now=opened_at).card
    assert (first.due_promise, first.due_at) == (Promise.RESPONSE, opened_at + 30 * MINUTE)
    scene.clock.move(10 * MINUTE)
    api.acknowledge(scene.viewer("omar"), ticket, channel=Channel.CONSOLE, now=scene.clock.now())
    taken = api.ticket(scene.viewer("omar"), ticket, now=scene.clock.now()).card
    assert taken.due_promise is Promise.UPDATE
    assert taken.due_at is not None
    assert taken.resolution_due_at is not None
    assert taken.due_at < taken.resolution_due_at
    later = open_one(scene)
    queue = [each.id for each in api.tickets(scene.viewer("omar"), pending=True)]
    assert queue.index(ticket) < queue.index(later), "whichever is due first stands first"
