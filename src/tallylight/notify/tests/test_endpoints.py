"""Further addresses: a real HTTP receiver behind an Apprise URL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts.api import create_token
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.kernel.ids import new_id
from tallylight.notify import api, delivery, endpoints
from tallylight.notify.letter import Recipient, State, Text
from tallylight.notify.models import Endpoint, Message
from tallylight.notify.tests.receiver import Receiver
from tallylight.notify.tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def _reach(person: UUID, channels: list[str]) -> UUID:
    about = new_id()
    to = Recipient("wei@tallylight.example", name="Wei", person_id=person)
    with use_clock(MovableClock(NOW)):
        api.send_by(channels, "k", to=to, content=Text("Latency", "254 ms\n"), now=NOW, about=about)
        for message in Message.objects.order_by("id"):
            delivery.deliver(message.pk)
    return about


def test_a_person_is_reached_on_the_channels_that_are_asked_for(person: UUID, receiver: Receiver, sink: Sink) -> None:
    endpoints.add_endpoint(person, "im", "chat", f"json://127.0.0.1:{receiver.port}/secret-path", now=NOW)
    endpoints.add_endpoint(person, "phone", "pager", f"json://127.0.0.1:{receiver.port}/other", now=NOW)
    about = _reach(person, ["mail", "im"])
    assert {each.channel: each.state for each in api.deliveries(about)} == {
        "mail": State.ACCEPTED,
        "im": State.ACCEPTED,
    }
    assert [body["title"] for body in receiver.bodies] == ["Latency"]
    assert len(sink.accepted) == 1


def test_somebody_without_that_channel_is_reached_by_mail(person: UUID, sink: Sink) -> None:
    about = _reach(person, ["sms"])
    assert [each.channel for each in api.deliveries(about)] == ["mail"]
    assert len(sink.accepted) == 1


def test_a_service_that_fails_is_tried_again(person: UUID, receiver: Receiver) -> None:
    receiver.status = 503
    endpoints.add_endpoint(person, "im", "chat", f"json://127.0.0.1:{receiver.port}/", now=NOW)
    (card,) = api.deliveries(_reach(person, ["im"]))
    assert card.state is State.DEFERRED


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, "permanent"), (404, "permanent"), (408, "temporary"), (429, "temporary"), (500, "temporary")],
)
def test_a_service_s_refusal_is_temporary_or_permanent_by_its_status(
    person: UUID, receiver: Receiver, status: int, outcome: str
) -> None:
    receiver.status, receiver.answer = status, '{"error": "token hunter2-hunter2 is not welcome"}'
    endpoints.add_endpoint(person, "im", "chat", f"json://127.0.0.1:{receiver.port}/hunter2-hunter2", now=NOW)
    card = api.deliveries(_reach(person, ["im"]))[0]
    (attempt,) = card.attempts
    assert (attempt.outcome, attempt.code) == (outcome, status)
    assert attempt.reply == '{"error": "token … is not welcome"}', "the service's words, and not our secret"


def test_a_service_says_how_long_to_wait(person: UUID, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "40"}
    endpoints.add_endpoint(person, "im", "chat", f"json://127.0.0.1:{receiver.port}/", now=NOW)
    (card,) = api.deliveries(_reach(person, ["im"]))
    assert card.next_at == NOW + timedelta(seconds=40)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ('{"id": "xE73Iyuabi", "time": 1673542291}', "xE73Iyuabi"),  # ntfy
        ('{"ok": true, "result": {"message_id": 365}}', "365"),  # Telegram
        (
            '{"sid": "SM87105da94bff44b999e4e6eb90d8eb6a", "status": "queued"}',
            "SM87105da94bff44b999e4e6eb90d8eb6a",
        ),  # Twilio
        ("ok", ""),
    ],
)
def test_what_the_service_calls_the_message_is_kept_as_proof(
    person: UUID, receiver: Receiver, answer: str, name: str
) -> None:
    receiver.answer = answer
    endpoints.add_endpoint(person, "im", "chat", f"json://127.0.0.1:{receiver.port}/", now=NOW)
    (card,) = api.deliveries(_reach(person, ["im"]))
    (attempt,) = card.attempts
    assert (attempt.outcome, attempt.code, attempt.queue_id, attempt.reply) == ("accepted", 200, name, answer)


def test_a_message_to_an_address_that_was_removed_is_given_up_and_says_so(person: UUID, sink: Sink) -> None:
    made = endpoints.add_endpoint(person, "im", "chat", "json://127.0.0.1:1/", now=NOW)
    about = _reach(person, ["im"])
    endpoints.remove_endpoint(person, made.id)
    with use_clock(MovableClock(NOW + timedelta(minutes=1))):
        for message in Message.objects.all():
            delivery.deliver(message.pk)
    (card, mail) = api.deliveries(about)
    assert (card.state, card.attempts[-1].reply) == (State.FAILED, "the address was removed")
    assert (mail.channel, mail.state) == ("mail", State.QUEUED), "and the person is told another way"


def test_an_address_is_shown_by_its_service_only(person: UUID, client: Client) -> None:
    headers = {"authorization": f"Bearer {create_token(person, 'test')}"}
    url = "ntfys://user:hunter2@ntfy.example/topic"
    made = client.post(
        "/api/v1/endpoints", {"channel": "im", "label": "mine", "url": url}, "application/json", headers=headers
    )
    assert made.status_code == 201
    listed = client.get("/api/v1/endpoints", headers=headers)
    assert listed.json()["items"][0]["service"] == "ntfys"
    assert "hunter2" not in made.content.decode() + listed.content.decode()
    gone = client.delete(f"/api/v1/endpoints/{made.json()['id']}", headers=headers)
    assert gone.status_code == 204
    assert not Endpoint.objects.exists()


def test_what_apprise_does_not_know_is_refused_without_being_repeated(person: UUID, client: Client) -> None:
    headers = {"authorization": f"Bearer {create_token(person, 'test')}"}
    body = {"channel": "im", "label": "mine", "url": "nosuch://hunter2"}
    answer = client.post("/api/v1/endpoints", body, "application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "endpoint-refused")
    assert "hunter2" not in answer.content.decode()
