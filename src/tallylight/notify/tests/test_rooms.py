"""Answers go back into the chat where somebody spoke, and by mail if the chat does not take them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.kernel.ids import new_id
from tallylight.notify import api, jobs
from tallylight.notify.letter import Recipient, Text
from tallylight.notify.tests.receiver import Receiver
from tallylight.notify.tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ANSWER = Text("[T-00007] Singapore", "It is back.\n")


def _answer(person: UUID, room: UUID) -> list[str]:
    about = new_id()
    to = Recipient("mia@lumen.example", person_id=person)
    with use_clock(MovableClock(NOW)):
        for _again in range(2):
            api.answer_in(room, "answer:1", to=to, content=ANSWER, now=NOW, about=about)
        jobs.carry_further()
        jobs.carry_mail()
    return [f"{each.channel} {each.state}" for each in api.deliveries(about)]


def _room(receiver: Receiver) -> UUID:
    url = f"json://127.0.0.1:{receiver.port}/secret-path"
    return api.keep_room("slack:main:C1", url, label="Slack", now=NOW)


def test_an_answer_goes_into_the_chat_alone(person: UUID, receiver: Receiver, sink: Sink) -> None:
    assert _answer(person, _room(receiver)) == ["im accepted"]
    assert [each["message"] for each in receiver.bodies] == ["It is back."]
    assert not sink.accepted


def test_a_chat_that_is_gone_leaves_mail(person: UUID, receiver: Receiver, sink: Sink) -> None:
    receiver.status = 404
    assert _answer(person, _room(receiver)) == ["im failed", "mail accepted"]
    assert len(sink.accepted) == 1


def test_a_room_is_kept_once_and_is_nobodys_way(person: UUID, receiver: Receiver) -> None:
    assert _room(receiver) == _room(receiver)
    assert [each.id for each in api.preferences(person).ways] == ["mail"]
    with pytest.raises(api.WaysRefused):
        api.set_order(person, [str(_room(receiver))])


def test_what_no_service_can_be_reached_by_is_no_room() -> None:
    with pytest.raises(api.EndpointRefused):
        api.keep_room("slack:main:C1", "hello", label="Slack", now=NOW)
