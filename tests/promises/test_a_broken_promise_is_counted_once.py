"""Broken promises of tickets are written down once and reach the month, and so does it if they were kept after all."""

from __future__ import annotations

from datetime import datetime, timedelta

from tallylight.kernel.events import ClockBreached, ClockBreachWithdrawn
from tallylight.sla.broken import keep, misses_between, withdraw
from tallylight.sla.earned import Miss
from tallylight.sla.models import BrokenPromise
from tallylight.support import api, following, promises
from tallylight.support.models import Breach, Ticket
from tallylight.support.states import Channel, Happening
from tallylight.support.tests.scene import LUMEN, Scene

MINUTE = timedelta(minutes=1)
#: What the starter contract promises for a fault.
RESPONSE = timedelta(hours=2)


def _ticket(scene: Scene) -> Ticket:
    return Ticket.objects.get(organisation_id=scene.customers[LUMEN])


def _misses(scene: Scene) -> list[tuple[str, datetime]]:
    start = _ticket(scene).opened_at
    found = misses_between(scene.customers[LUMEN], start, start + timedelta(days=30))
    return [(each.clock.value, each.at) for each in found]


def _fired(scene: Scene) -> datetime:
    scene.fire()
    scene.work()
    return _ticket(scene).opened_at


def test_a_response_that_is_due_now_is_not_broken_yet(scene: Scene) -> None:
    _fired(scene)
    scene.clock.move(RESPONSE)
    assert following.look_at_due(now=scene.clock.now()) == 0
    assert not Breach.objects.exists()


def test_a_response_that_time_has_broken_is_told_once(scene: Scene) -> None:
    opened = _fired(scene)
    scene.clock.move(RESPONSE + MINUTE)
    for _ in range(3):
        following.look_at_due(now=scene.clock.now())
        scene.work()
    assert _misses(scene) == [("response", opened + RESPONSE)]
    assert Breach.objects.get().level == "fault"
    api.acknowledge(scene.viewer("ana"), _ticket(scene).pk, channel=Channel.CONSOLE, now=scene.clock.now())
    scene.work()
    assert _misses(scene) == [("response", opened + RESPONSE)]


def test_an_answer_that_comes_late_is_noted_without_waiting_for_anybody_to_look(scene: Scene) -> None:
    opened = _fired(scene)
    scene.clock.move(RESPONSE + MINUTE)
    api.acknowledge(scene.viewer("ana"), _ticket(scene).pk, channel=Channel.CONSOLE, now=scene.clock.now())
    scene.work()
    assert _misses(scene) == [("response", opened + RESPONSE)]


def test_every_late_piece_of_news_is_a_promise_of_its_own(scene: Scene) -> None:
    opened = _fired(scene)
    api.acknowledge(scene.viewer("ana"), _ticket(scene).pk, channel=Channel.CONSOLE, now=opened)
    update = timedelta(hours=4)
    said = opened
    for _ in range(2):
        said += update + MINUTE
        scene.clock.move(update + MINUTE)
        api.say(scene.viewer("ana"), _ticket(scene).pk, "Still on it.", channel=Channel.CONSOLE, now=said)
    scene.work()
    first = opened + update
    updates = [at for clock, at in _misses(scene) if clock == "update"]
    assert updates == [first, first + MINUTE + update]


def test_a_promise_that_was_kept_before_anybody_heard_of_it_is_not_broken(scene: Scene) -> None:
    opened = _fired(scene)
    scene.clock.move(RESPONSE + MINUTE)
    following.look_at_due(now=scene.clock.now())
    scene.work()
    assert _misses(scene)
    ticket = _ticket(scene)
    promises.note(ticket, Happening.RESOLVED, at=opened + RESPONSE - MINUTE)
    scene.work()
    assert _misses(scene) == []
    assert BrokenPromise.objects.get().withdrawn_at is not None
    assert Breach.objects.get().withdrawn


def test_the_later_word_stands_in_whatever_order_they_come(scene: Scene) -> None:
    at = scene.clock.now()
    lumen, subject = scene.customers[LUMEN], scene.customers[LUMEN]
    told = ClockBreached(lumen, subject, "T-00001", "response", "major", at, 1, at)
    taken_back = ClockBreachWithdrawn(lumen, subject, "response", at, 2, at)
    again = ClockBreached(lumen, subject, "T-00001", "response", "major", at, 3, at)
    withdraw(taken_back)
    keep(told)
    assert misses_between(lumen, at, at + MINUTE) == ()
    keep(again)
    withdraw(taken_back)
    keep(told)
    (miss,) = misses_between(lumen, at, at + MINUTE)
    assert miss == Miss(level=miss.level, clock=miss.clock, at=at, case="T-00001")
    assert misses_between(lumen, at + MINUTE, at + 2 * MINUTE) == ()
