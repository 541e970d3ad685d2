"""What is held back: by a destination's limit for a while, by a suppression for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts.api import OrganisationKind, Role, create_organisation, create_person, create_token
from tallylight.accounts.models import AuditEntry
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.kernel.ids import new_id
from tallylight.notify import api, jobs
from tallylight.notify.letter import Recipient, State, Text
from tallylight.notify.models import Message, RateLimit
from tallylight.notify.tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
GONE = "550 5.1.1 no such mailbox"


@pytest.fixture
def clock(transactional_db: None) -> Iterator[MovableClock]:
    with use_clock(MovableClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))) as found:
        yield found


def _send(clock: MovableClock, address: str, count: int = 1, *, urgent: bool = False) -> UUID:
    about = new_id()
    for _ in range(count):
        api.send(
            str(new_id()), to=Recipient(address), content=Text("s", "t"), now=clock.now(), about=about, urgent=urgent
        )
    return about


def _headers(role: Role = Role.AGENT) -> dict[str, str]:
    person = create_person("a@t.example", "An", "tallylight", role, password=None)
    return {"authorization": f"Bearer {create_token(person, 'test')}"}


@pytest.fixture(autouse=True)
def _provider(transactional_db: None) -> None:
    create_organisation("tallylight", "Tallylight", OrganisationKind.PROVIDER)


def test_a_destination_gets_no_more_than_its_limit_and_everything_in_time(clock: MovableClock, sink: Sink) -> None:
    RateLimit.objects.create(channel="mail", destination="slow.example", per_minute=60, burst=2)
    _send(clock, "mia@slow.example", 5)
    _send(clock, "mia@quick.example", 5)
    arrived = []
    for _ in range(4):
        jobs.carry_mail()
        arrived.append((len(sink.to("slow.example")), len(sink.to("quick.example"))))
        clock.move(timedelta(seconds=1))
    assert arrived == [(2, 5), (3, 5), (4, 5), (5, 5)]
    assert {each.attempts for each in Message.objects.all()} == {1}


def test_waiting_for_one_destination_keeps_nobody_else_waiting(clock: MovableClock, sink: Sink) -> None:
    RateLimit.objects.create(channel="mail", destination="slow.example", per_minute=1, burst=1)
    _send(clock, "mia@slow.example", 130)
    _send(clock, "mia@quick.example")
    jobs.carry_mail()
    assert len(sink.to("quick.example")) == 1
    (backlog,) = api.waiting()
    assert (backlog.destination, backlog.messages) == ("slow.example", 129)


def test_what_is_major_does_not_wait_behind_the_rest(clock: MovableClock, sink: Sink) -> None:
    RateLimit.objects.create(channel="mail", destination="", per_minute=1, burst=1)
    _send(clock, "mia@slow.example", 3)
    jobs.carry_mail()
    _send(clock, "mia@slow.example", urgent=True)
    jobs.carry_mail()
    assert len(sink.accepted) == 2


def test_an_attempt_that_failed_for_now_waits_for_its_turn_again(clock: MovableClock, sink: Sink) -> None:
    RateLimit.objects.create(channel="mail", destination="slow.example", per_minute=1, burst=1)
    sink.at_end.append("451 4.7.1 come back later")
    _send(clock, "mia@slow.example")
    jobs.carry_mail()
    clock.move(timedelta(seconds=2))
    jobs.carry_mail()
    assert sink.offered == 1
    clock.move(timedelta(minutes=1))
    jobs.carry_mail()
    assert len(sink.accepted) == 1


def test_nothing_goes_to_a_mailbox_that_the_server_says_is_not_there(clock: MovableClock, sink: Sink) -> None:
    sink.at_rcpt.append(GONE)
    _send(clock, "Gone@lumen.example")
    jobs.carry_mail()
    about = _send(clock, "gone@lumen.example")
    jobs.carry_mail()
    (card,) = api.deliveries(about)
    assert (card.state, card.attempts[-1].outcome) == (State.FAILED, "suppressed")
    assert card.attempts[-1].reply == f"hard-bounce: {GONE}"
    assert sink.offered == 0


@pytest.mark.parametrize("refusal", ["552 5.2.2 the mailbox is full", "554 5.7.1 looks like spam", "550 no"])
def test_a_refusal_of_one_message_suppresses_nobody(clock: MovableClock, sink: Sink, refusal: str) -> None:
    sink.at_rcpt.append(refusal)
    _send(clock, "mia@lumen.example")
    jobs.carry_mail()
    assert api.suppressions() == []


def test_staff_suppresses_and_lifts_with_a_reason_and_it_is_written_down(
    clock: MovableClock, sink: Sink, client: Client
) -> None:
    headers = _headers()
    body = {"address": "Mia@Lumen.example", "reason": "manual", "evidence": "asked by phone"}
    made = client.post("/api/v1/suppressions", body, "application/json", headers=headers)
    assert (made.status_code, made.json()["address"], made.json()["by"]) == (201, "mia@lumen.example", "An")
    _send(clock, "mia@lumen.example")
    jobs.carry_mail()
    assert not sink.accepted
    path = f"/api/v1/suppressions/{made.json()['id']}/lift"
    lifted = client.post(path, {"reason": "asked again"}, "application/json", headers=headers)
    assert lifted.json()["lift_reason"] == "asked again"
    assert client.post(path, {"reason": "once more"}, "application/json", headers=headers).status_code == 404
    _send(clock, "mia@lumen.example")
    jobs.carry_mail()
    assert len(sink.accepted) == 1
    assert [each.action for each in AuditEntry.objects.order_by("id") if "suppression" in each.action] == [
        "suppression.made",
        "suppression.lifted",
    ]


def test_a_second_reason_changes_nothing(clock: MovableClock) -> None:
    for reason in (api.Why.COMPLAINT, api.Why.MANUAL):
        api.suppress("mia@lumen.example", reason, "evidence", now=clock.now())
    assert [each.reason for each in api.suppressions()] == [api.Why.COMPLAINT]


def test_limits_are_a_manager_s(clock: MovableClock, client: Client) -> None:
    body = {"channel": "mail", "destination": "Slow.example", "per_minute": 60, "burst": 2}
    agent = _headers()
    assert client.put("/api/v1/rate-limits", body, "application/json", headers=agent).status_code == 403
    person = create_person("m@t.example", "Ma", "tallylight", Role.MANAGER, password=None)
    manager = {"authorization": f"Bearer {create_token(person, 'test')}"}
    made = client.put("/api/v1/rate-limits", body, "application/json", headers=manager)
    assert made.json()["destination"] == "slow.example"
    listed = client.get("/api/v1/rate-limits", headers=agent).json()["items"]
    assert [each["per_minute"] for each in listed] == [60]
    assert client.delete(f"/api/v1/rate-limits/{made.json()['id']}", headers=manager).status_code == 204
    assert client.delete(f"/api/v1/rate-limits/{made.json()['id']}", headers=manager).status_code == 404
