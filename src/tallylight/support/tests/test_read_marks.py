"""Whoever chats reads the answer there, or gets it by mail a little later; never both."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tallylight.kernel.errors import NotFound
from tallylight.kernel.ids import new_id
from tallylight.notify.models import Message
from tallylight.notify.tests.sink import Sink
from tallylight.support import api
from tallylight.support.models import ReadMark
from tallylight.support.notices import HELD_FOR
from tallylight.support.states import Channel
from tallylight.support.tests.scene import Scene

pytestmark = pytest.mark.django_db(transaction=True)


def chat(scene: Scene, text: str = "It freezes") -> UUID:
    now = scene.clock.now()
    return api.post(scene.viewer("mia"), new_id(), ticket_id=None, text=text, now=now).ticket_id


def answer(scene: Scene, ticket: UUID, text: str = "We look at it.") -> UUID:
    return api.say(scene.viewer("ana"), ticket, text, channel=Channel.CONSOLE, now=scene.clock.now())


def read(scene: Scene, who: str, ticket: UUID, entry: UUID) -> None:
    api.mark_read(scene.viewer(who), ticket, entry, now=scene.clock.now())


def mails_to(sink: Sink, address: str) -> list[str]:
    return [str(each["Subject"]) for each in sink.messages if address in str(each["To"])]


def test_an_answer_that_is_not_read_goes_out_by_mail_after_a_while(scene: Scene, sink: Sink) -> None:
    answer(scene, chat(scene))
    scene.pass_time(HELD_FOR - timedelta(seconds=10))
    assert mails_to(sink, "mia@lumen.example") == []
    scene.pass_time(timedelta(seconds=20))
    assert len(mails_to(sink, "mia@lumen.example")) == 1


def test_an_answer_that_was_read_is_not_sent(scene: Scene, sink: Sink) -> None:
    ticket = chat(scene)
    entry = answer(scene, ticket)
    scene.pass_time(timedelta(seconds=30))
    read(scene, "mia", ticket, entry)
    scene.pass_time(2 * HELD_FOR)
    assert mails_to(sink, "mia@lumen.example") == []
    states = Message.objects.filter(about=ticket, address="mia@lumen.example").values_list("state", flat=True)
    assert list(states) == ["withdrawn"]


def test_reading_the_first_answer_does_not_hold_the_second(scene: Scene, sink: Sink) -> None:
    ticket = chat(scene)
    first = answer(scene, ticket, "one")
    answer(scene, ticket, "two")
    read(scene, "mia", ticket, first)
    scene.pass_time(2 * HELD_FOR)
    (mail,) = [each for each in sink.messages if "mia@lumen.example" in str(each["To"])]
    assert "two" in str(mail.get_body(("plain",)))


def test_who_wrote_in_the_console_gets_the_mail_at_once(scene: Scene, sink: Sink) -> None:
    ticket = chat(scene)
    api.say(scene.viewer("mia"), ticket, "by the form", channel=Channel.CONSOLE, now=scene.clock.now())
    answer(scene, ticket)
    scene.work()
    assert len(mails_to(sink, "mia@lumen.example")) == 1


def test_a_mark_never_goes_back_and_is_for_what_one_can_see(scene: Scene) -> None:
    ticket = chat(scene)
    first = answer(scene, ticket)
    second = answer(scene, ticket)
    note = api.note(scene.viewer("ana"), ticket, "odd", channel=Channel.CONSOLE, now=scene.clock.now())
    read(scene, "mia", ticket, second)
    read(scene, "mia", ticket, first)
    assert ReadMark.objects.get().up_to == second
    for who, entry in (("mia", note), ("mia", new_id()), ("li", second)):
        with pytest.raises(NotFound):
            read(scene, who, ticket, entry)


def test_the_desk_sees_how_far_the_customer_read_and_the_customer_sees_nothing(scene: Scene) -> None:
    ticket = chat(scene)
    entry = answer(scene, ticket)
    read(scene, "mia", ticket, entry)
    now = scene.clock.now()
    (seen,) = api.ticket(scene.viewer("ana"), ticket, now=now).reads
    assert (seen.name, seen.up_to, seen.at) == ("Mia Tan", entry, now)
    assert api.ticket(scene.viewer("mia"), ticket, now=now).reads == ()


def test_only_who_may_see_a_ticket_can_say_that_they_look_at_it(scene: Scene) -> None:
    ticket = chat(scene)
    api.tell_presence(scene.viewer("mia"), ticket, typing=True)
    with pytest.raises(NotFound):
        api.tell_presence(scene.viewer("li"), ticket, typing=True)
