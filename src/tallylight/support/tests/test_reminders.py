"""Nobody's memory is needed: who is called in a note hears of it, and an owner is reminded of promised news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tallylight.contracts.api import Level
from tallylight.notify import api as notify
from tallylight.support import api, following
from tallylight.support.models import Ticket
from tallylight.support.reminders import remind_at
from tallylight.support.states import Channel, Promise
from tallylight.support.tests.scene import Scene

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("promised", "before"), [(4, 2), (30, 7.5), (240, 15)])
def test_a_reminder_comes_a_quarter_before_from_two_to_fifteen_minutes(promised: int, before: float) -> None:
    assert remind_at(NOW, promised * MINUTE) == NOW - before * MINUTE


@pytest.fixture
def ticket(scene: Scene) -> UUID:
    """A ticket in Ana's hands."""
    now = scene.clock.now()
    opened = api.open_ticket(
        scene.viewer("li"), title="Echo", text="?", level=Level.FAULT, channel=Channel.API, now=now
    )
    api.say(scene.viewer("ana"), opened, "We look.", channel=Channel.CONSOLE, now=now)
    return opened


def subjects(ticket: UUID, start: str) -> list[str]:
    return [each.address for each in notify.deliveries(ticket) if each.subject.split("] ")[1].startswith(start)]


def test_the_owner_is_reminded_once_before_the_promised_news_are_due(scene: Scene, ticket: UUID) -> None:
    news = api.ticket(scene.viewer("ana"), ticket, now=scene.clock.now()).clocks[Promise.UPDATE]
    assert news.due_at is not None
    row = Ticket.objects.get(pk=ticket)
    assert row.remind_at == remind_at(news.due_at, news.target)
    scene.clock.move(row.remind_at - scene.clock.now() - timedelta(seconds=1))
    assert following.remind(now=scene.clock.now()) == 0
    scene.clock.move(timedelta(seconds=1))
    assert following.remind(now=scene.clock.now()) == 1
    assert following.remind(now=scene.clock.now()) == 0
    assert subjects(ticket, "News are due") == ["agent@tallylight.example"]


def test_news_that_are_told_in_time_need_no_reminder(scene: Scene, ticket: UUID) -> None:
    before = Ticket.objects.get(pk=ticket).remind_at
    assert before is not None
    scene.clock.move(before - scene.clock.now() - MINUTE)
    api.say(scene.viewer("ana"), ticket, "Still looking.", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.clock.move(2 * MINUTE)
    assert following.remind(now=scene.clock.now()) == 0
    api.resolve(scene.viewer("ana"), ticket, "A cable.", channel=Channel.CONSOLE, now=scene.clock.now())
    assert Ticket.objects.get(pk=ticket).remind_at is None


def test_who_is_called_in_a_note_hears_of_it_and_the_customer_does_not(scene: Scene, ticket: UUID) -> None:
    now = scene.clock.now()
    api.note(scene.viewer("ana"), ticket, "@Wei and @ana: the codec?", channel=Channel.CONSOLE, now=now)
    assert subjects(ticket, "Ana Ruiz calls you") == ["engineer@tallylight.example"], "nobody calls themselves"
    api.say(scene.viewer("li"), ticket, "@Wei hello", channel=Channel.CONSOLE, now=now)
    assert len(subjects(ticket, "Li Ming calls you")) == 0
