"""What is said in a chat or by telephone becomes part of a ticket; answers go back to where it was said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts.api import RoleRequired
from tallylight.channels import api as channels
from tallylight.channels.api import HookAccountNew
from tallylight.channels.hooks.hook import sha256_hmac
from tallylight.channels.models import ReceivedItem
from tallylight.notify.tests.receiver import Receiver, receiving
from tallylight.notify.tests.sink import Sink
from tallylight.support import api
from tallylight.support.models import Ticket
from tallylight.support.states import Channel
from tallylight.support.tests.scene import ASTRA, LUMEN, Scene

CHAT = 4711


@pytest.fixture
def service() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture(autouse=True)
def accounts(scene: Scene, service: Receiver) -> None:
    reply = f"json://127.0.0.1:{service.port}/secret-path/{{chat}}"
    bot = HookAccountNew("bot", "telegram", "Lumen's bot", {"secret_token": "abc"}, reply)
    switchboard = HookAccountNew("line", "calls", "Our line", {"secret": "abc"})
    for each in (bot, switchboard):
        channels.add_hook_account(scene.viewer("omar"), each, now=scene.clock.now())


def say(scene: Scene, text: str, *, number: int = 1, sender: int = 77, key: str = "abc", chat: int = CHAT) -> int:
    """Somebody says something to the bot, and everything that follows is done; the status of the answer."""
    message = {"message_id": 1, "from": {"id": sender, "first_name": "Mia"}, "chat": {"id": chat}, "text": text}
    answer = Client().post(
        "/hooks/bot",
        json.dumps({"update_id": number, "message": message}),
        content_type="application/json",
        headers={"X-Telegram-Bot-Api-Secret-Token": key},
    )
    scene.work()
    return answer.status_code


def call(scene: Scene, **facts: Any) -> ReceivedItem:
    """The switchboard tells of a call."""
    said = {"id": f"c-{ReceivedItem.objects.count()}", "number": "+4930901820", "direction": "in", "status": "missed"}
    body = json.dumps(said | facts).encode()
    at = str(int(scene.clock.now().timestamp()))
    signature = sha256_hmac("abc", f"{at}.".encode() + body).hex()
    headers = {"X-Tallylight-Timestamp": at, "X-Tallylight-Signature": signature}
    answer = Client().post("/hooks/line", body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    scene.work()
    return ReceivedItem.objects.latest("received_at", "id")


def known(scene: Scene, sender: int = 77) -> None:
    """The chat's address becomes Mia's by a code of hers."""
    code = channels.new_code(scene.viewer("mia"), now=scene.clock.now())
    assert say(scene, f"hello {code.lower()}", number=999, sender=sender) == 200


def words(scene: Scene, ticket: Ticket) -> list[tuple[str, str, Channel]]:
    entries = api.ticket(scene.viewer("ana"), ticket.pk, now=scene.clock.now()).entries
    return [(each.text, each.author, each.channel) for each in entries if each.kind == "message"]


def test_what_is_said_in_a_chat_begins_a_ticket_goes_on_there_and_is_answered_there(
    scene: Scene, service: Receiver, sink: Sink
) -> None:
    known(scene)
    say(scene, "The picture freezes", number=1)
    say(scene, "In Singapore only", number=2)
    ticket = Ticket.objects.get()
    assert words(scene, ticket) == [
        ("The picture freezes", "Mia Tan", Channel.IM),
        ("In Singapore only", "Mia Tan", Channel.IM),
    ]
    before = len([each for each in sink.messages if each["To"] == "mia@lumen.example"])
    api.say(scene.viewer("ana"), ticket.pk, "We see it too.", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.work()
    assert "We see it too." in service.bodies[-1]["message"]
    assert len([each for each in sink.messages if each["To"] == "mia@lumen.example"]) == before


def test_a_call_that_is_repeated_is_one_message(scene: Scene) -> None:
    known(scene)
    for _again in range(3):
        say(scene, "The picture freezes", number=1)
    assert len(words(scene, Ticket.objects.get())) == 1


def test_what_no_column_can_hold_is_left_out_of_what_was_said(scene: Scene) -> None:
    known(scene)
    assert say(scene, "The picture \ud800 freezes", number=1) == 200
    assert words(scene, Ticket.objects.get())[0][0] == "The picture ? freezes"


def test_long_names_of_calls_are_told_apart_to_their_end(scene: Scene) -> None:
    first, second = (call(scene, id="c" * 200 + end).pk for end in "ab")
    assert first != second


def test_after_three_days_another_matter_begins(scene: Scene) -> None:
    known(scene)
    say(scene, "The picture freezes", number=1)
    scene.clock.move(timedelta(days=3, seconds=1))
    say(scene, "An invoice", number=2)
    assert Ticket.objects.count() == 2


def test_another_chat_is_another_matter(scene: Scene) -> None:
    known(scene)
    say(scene, "The picture freezes", number=1)
    say(scene, "An invoice", number=2, chat=CHAT + 1)
    assert Ticket.objects.count() == 2


def test_a_stranger_waits_hears_nothing_and_is_placed_once_known(scene: Scene, service: Receiver, sink: Sink) -> None:
    say(scene, "The picture freezes", number=1)
    assert ReceivedItem.objects.get().state == "unknown"
    assert (Ticket.objects.count(), service.bodies, sink.accepted) == (0, [], [])
    known(scene)
    assert words(scene, Ticket.objects.get()) == [("The picture freezes", "Mia Tan", Channel.IM)]


@pytest.mark.parametrize("age", [timedelta(minutes=15), timedelta(days=9)])
def test_a_code_works_for_a_quarter_of_an_hour(scene: Scene, age: timedelta) -> None:
    code = channels.new_code(scene.viewer("mia"), now=scene.clock.now())
    scene.clock.move(age)
    say(scene, code, number=1)
    assert channels.linked_to(scene.viewer("mia")) == []


def test_a_code_works_once_and_an_earlier_one_no_more(scene: Scene) -> None:
    earlier = channels.new_code(scene.viewer("mia"), now=scene.clock.now())
    code = channels.new_code(scene.viewer("mia"), now=scene.clock.now())
    for number, (said, sender) in enumerate([(earlier, 1), (code, 77), (code, 2)]):
        say(scene, said, number=number, sender=sender)
    assert [each.address for each in channels.linked_to(scene.viewer("mia"))] == ["77"]


def test_what_is_forgotten_is_a_strangers_again(scene: Scene) -> None:
    known(scene)
    (linked,) = channels.linked_to(scene.viewer("mia"))
    with pytest.raises(channels.AddressUnknown):
        channels.unlink(scene.viewer("li"), linked.id)
    channels.unlink(scene.viewer("mia"), linked.id)
    say(scene, "The picture freezes", number=1)
    assert Ticket.objects.count() == 0


def test_a_call_that_is_not_signed_is_refused_and_told_of(scene: Scene) -> None:
    assert say(scene, "hello", key="wrong") == 403
    assert Client().post("/hooks/nobody", b"{}", content_type="application/json").status_code == 404
    assert Client().post("/hooks/bot", b"x" * 600_000, content_type="application/json").status_code == 413
    assert ReceivedItem.objects.count() == 0
    bot, _line = channels.hook_accounts(scene.viewer("ana"))
    assert (bot.heard_at, bot.refused_at) == (None, scene.clock.now())


def test_keys_are_kept_by_managers_and_shown_to_nobody(scene: Scene) -> None:
    with pytest.raises(RoleRequired):
        channels.add_hook_account(
            scene.viewer("ana"), HookAccountNew("x", "twilio", "x", {"auth_token": "x"}), now=scene.clock.now()
        )
    assert "abc" not in repr(channels.hook_accounts(scene.viewer("omar")))


@pytest.mark.parametrize(
    "change",
    [{"name": "Not A Name"}, {"service": "icq"}, {"keys": {}}, {"reply": "hello"}, {"label": " "}],
)
def test_an_account_that_could_not_work_is_refused(scene: Scene, change: dict[str, Any]) -> None:
    sound = {"name": "x", "service": "twilio", "label": "x", "keys": {"auth_token": "x"}, "reply": ""}
    with pytest.raises(channels.HookAccountRefused):
        channels.add_hook_account(scene.viewer("omar"), HookAccountNew(**(sound | change)), now=scene.clock.now())  # type: ignore[arg-type]


@pytest.fixture
def caller(scene: Scene) -> UUID:
    """Staff says whose the telephone is."""
    person = scene.viewer("li")
    channels.confirm(scene.viewer("ana"), channels.PHONE, "+4930901820", person.person_id, now=scene.clock.now())
    return person.person_id


@pytest.mark.usefixtures("caller")
def test_a_missed_call_opens_a_ticket_to_call_back_with_clocks(scene: Scene) -> None:
    item = call(scene)
    ticket = Ticket.objects.get()
    assert (item.subject_id, ticket.organisation_id) == (ticket.pk, scene.customers[ASTRA])
    assert ticket.response_due_at is not None
    assert "+4930901820" in ticket.title


@pytest.mark.usefixtures("caller")
def test_later_calls_stand_on_the_callers_open_ticket_with_length_and_note(scene: Scene) -> None:
    call(scene)
    recording = "https://calls.example/1"
    call(scene, status="answered", seconds=125, note="Will send a trace", recording=recording)
    ticket = Ticket.objects.get()
    entries = api.ticket(scene.viewer("ana"), ticket.pk, now=scene.clock.now()).entries
    assert [each.text for each in entries if each.kind == "called"] == [
        "A call from +4930901820; we spoke for 2 minutes."
    ]
    assert [each.text for each in entries if each.kind == "note"] == [f"Will send a trace\n{recording}"]
    for_customer = api.ticket(scene.viewer("li"), ticket.pk, now=scene.clock.now()).entries
    assert recording not in "".join(each.text for each in for_customer)


@pytest.mark.usefixtures("caller")
def test_a_call_of_ours_about_nothing_is_logged_and_no_more(scene: Scene) -> None:
    assert call(scene, direction="out", status="answered", seconds=5).state == "ignored"
    assert Ticket.objects.count() == 0


def test_a_call_from_a_number_that_nobody_knows_waits_for_people(scene: Scene) -> None:
    assert call(scene).state == "unknown"
    assert scene.customers[LUMEN] not in {each.organisation_id for each in Ticket.objects.all()}
