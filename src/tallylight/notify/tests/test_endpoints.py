"""Further addresses: a real HTTP receiver behind an Apprise URL."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts.api import OrganisationKind, Role, create_organisation, create_person, create_token
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.kernel.ids import new_id
from tallylight.notify import api, delivery, endpoints
from tallylight.notify.letter import Recipient, State, Text
from tallylight.notify.models import Endpoint, Message
from tallylight.notify.tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@dataclass
class Receiver:
    port: int = 0
    status: int = 200
    bodies: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def person() -> UUID:
    create_organisation("tallylight", "Tallylight", OrganisationKind.PROVIDER)
    return create_person("wei@tallylight.example", "Wei", "tallylight", Role.ENGINEER, password=None)


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


def test_a_message_to_an_address_that_was_removed_is_given_up_and_says_so(person: UUID, sink: Sink) -> None:
    made = endpoints.add_endpoint(person, "im", "chat", "json://127.0.0.1:1/", now=NOW)
    about = _reach(person, ["im"])
    endpoints.remove_endpoint(person, made.id)
    with use_clock(MovableClock(NOW + timedelta(minutes=1))):
        for message in Message.objects.all():
            delivery.deliver(message.pk)
    (card,) = api.deliveries(about)
    assert (card.state, card.attempts[-1].reply) == (State.FAILED, "the address was removed")
    assert not sink.accepted


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
