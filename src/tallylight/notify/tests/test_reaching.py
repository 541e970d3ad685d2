"""One person, several ways: their own order, quiet hours, and the next way if one does not take it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tallylight.accounts.api import create_token
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.kernel.ids import new_id
from tallylight.notify import api, jobs
from tallylight.notify.chain import WITHIN, WITHIN_FURTHER
from tallylight.notify.letter import MAIL, Recipient, State, Text
from tallylight.notify.tests.receiver import Receiver
from tallylight.notify.tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
SAID = Text("Latency", "254 ms\n")


@pytest.fixture
def clock(transactional_db: None) -> Iterator[MovableClock]:
    with use_clock(MovableClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))) as found:
        yield found


@pytest.fixture
def pager(person: UUID, receiver: Receiver, clock: MovableClock) -> str:
    """The person's push service."""
    url = f"json://127.0.0.1:{receiver.port}/secret-path"
    return str(api.add_endpoint(person, "im", "pager", url, now=clock.now()).id)


def _to(person: UUID, zone: str = "UTC") -> Recipient:
    return Recipient("wei@tallylight.example", timezone=zone, name="Wei", person_id=person)


def _reach(person: UUID, clock: MovableClock, *, urgent: bool = False, zone: str = "UTC") -> UUID:
    about = new_id()
    api.reach("k", to=_to(person, zone), content=SAID, now=clock.now(), about=about, urgent=urgent)
    _work()
    return about


def _work() -> None:
    jobs.carry_mail()
    jobs.carry_further()
    jobs.sweep(0)
    jobs.carry_mail()
    jobs.carry_further()


def _states(about: UUID) -> list[tuple[str, str]]:
    return [(each.channel, each.state.value) for each in api.deliveries(about)]


def test_the_first_way_of_the_person_s_order_takes_it_and_the_others_hear_nothing(
    person: UUID, pager: str, receiver: Receiver, sink: Sink, clock: MovableClock
) -> None:
    api.set_order(person, [pager, MAIL])
    about = _reach(person, clock)
    clock.move(timedelta(hours=1))
    _work()
    assert _states(about) == [("im", "accepted")]
    assert (len(receiver.bodies), len(sink.accepted)) == (1, 0)


def test_a_way_that_fails_for_good_is_followed_by_the_next_at_once(
    person: UUID, pager: str, receiver: Receiver, sink: Sink, clock: MovableClock
) -> None:
    receiver.status = 410
    api.set_order(person, [pager])
    assert _states(_reach(person, clock)) == [("im", "failed"), ("mail", "accepted")]


def test_a_suppressed_address_is_followed_by_the_next_way_at_once(
    person: UUID, pager: str, sink: Sink, clock: MovableClock
) -> None:
    api.suppress("wei@tallylight.example", api.Why.HARD_BOUNCE, "550", now=clock.now())
    assert _states(_reach(person, clock)) == [("mail", "failed"), ("im", "accepted")]


def test_a_way_that_does_not_take_it_in_time_is_followed_by_the_next_and_then_withdrawn(
    person: UUID, pager: str, receiver: Receiver, sink: Sink, clock: MovableClock
) -> None:
    receiver.status = 503
    api.set_order(person, [pager, MAIL])
    about = _reach(person, clock)
    assert _states(about) == [("im", "deferred")]
    clock.move(WITHIN_FURTHER)
    _work()
    assert _states(about) == [("im", "deferred"), ("mail", "accepted")]
    clock.move(WITHIN[MAIL])
    jobs.sweep(0)
    assert _states(about) == [("im", "failed"), ("mail", "accepted")]
    assert api.deliveries(about)[0].attempts[-1].outcome == "passed-on"


def test_while_no_way_works_every_one_goes_on_being_tried(
    person: UUID, pager: str, receiver: Receiver, sink: Sink, clock: MovableClock
) -> None:
    receiver.status = 503
    sink.at_end += ["451 4.7.1 come back later"] * 20
    api.set_order(person, [pager, MAIL])
    about = _reach(person, clock)
    for _ in range(10):
        clock.move(timedelta(minutes=1))
        _work()
    assert _states(about) == [("im", "deferred"), ("mail", "deferred")]


def test_a_step_that_names_channels_uses_all_of_them_and_the_others_only_if_these_fail(
    person: UUID, pager: str, receiver: Receiver, sink: Sink, clock: MovableClock
) -> None:
    sink.at_rcpt.append("554 5.7.1 not from you")
    about = new_id()
    api.send_by(["mail"], "step", to=_to(person), content=SAID, now=clock.now(), about=about)
    _work()
    assert _states(about) == [("mail", "failed"), ("im", "accepted")]


def test_the_same_key_reaches_somebody_once_however_often_it_is_asked(
    person: UUID, pager: str, receiver: Receiver, sink: Sink, clock: MovableClock
) -> None:
    for _ in range(3):
        _reach(person, clock)
        api.set_order(person, [pager, MAIL])
    assert (len(sink.accepted), len(receiver.bodies)) == (1, 0)


def test_in_quiet_hours_of_the_reader_s_own_zone_only_what_is_major_rings(
    person: UUID, pager: str, receiver: Receiver, sink: Sink, clock: MovableClock
) -> None:
    api.set_order(person, [pager, MAIL])
    api.set_quiet_hours(person, time(22), time(7))  # 01:30 UTC is 02:30 in Berlin and 09:30 in Singapore
    assert _states(_reach(person, clock, zone="Europe/Berlin")) == [("mail", "accepted")]
    about = new_id()
    for key, zone, urgent in (("major", "Europe/Berlin", True), ("awake", "Asia/Singapore", False)):
        api.reach(key, to=_to(person, zone), content=SAID, now=clock.now(), about=about, urgent=urgent)
    _work()
    assert _states(about) == [("im", "accepted")] * 2


@given(start=st.times(), end=st.times(), moment=st.times())
def test_a_moment_is_in_quiet_hours_or_in_the_hours_between_them(start: time, end: time, moment: time) -> None:
    if start != end:
        assert api.Preferences((), start, end).quiet_at(moment) != api.Preferences((), end, start).quiet_at(moment)


def test_the_api_keeps_order_and_quiet_hours(person: UUID, pager: str, client: Client, clock: MovableClock) -> None:
    headers = {"authorization": f"Bearer {create_token(person, 'test')}"}
    body = {"ways": [pager], "quiet_from": "22:00", "quiet_until": "07:00"}
    kept = client.put("/api/v1/reach", body, "application/json", headers=headers).json()
    assert [each["id"] for each in kept["ways"]] == [pager, "mail"]
    assert (kept["quiet_from"], kept["quiet_until"]) == ("22:00:00", "07:00:00")
    assert client.get("/api/v1/reach", headers=headers).json() == kept


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"ways": ["mail", "mail"]}, "ways-refused"),
        ({"ways": ["somebody else's"]}, "ways-refused"),
        ({"quiet_from": "22:00"}, "quiet-hours-refused"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet-hours-refused"),
        ({"quiet_from": "22:00+01:00", "quiet_until": "07:00"}, "quiet-hours-refused"),
    ],
)
def test_an_order_or_hours_that_make_no_sense_are_refused(
    person: UUID, client: Client, clock: MovableClock, body: dict[str, object], code: str
) -> None:
    headers = {"authorization": f"Bearer {create_token(person, 'test')}"}
    answer = client.put("/api/v1/reach", body, "application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_test_message_goes_by_that_way_alone_and_shows_the_server_s_words(
    person: UUID, pager: str, receiver: Receiver, sink: Sink, client: Client, clock: MovableClock
) -> None:
    receiver.status, receiver.answer = 410, "this topic is gone"
    headers = {"authorization": f"Bearer {create_token(person, 'test')}"}
    made = client.post("/api/v1/trials", {"way": pager}, "application/json", headers=headers).json()
    _work()
    shown = client.get(f"/api/v1/trials/{made['id']}", headers=headers).json()
    assert (shown["state"], shown["attempts"][0]["code"], shown["attempts"][0]["reply"]) == (
        "failed",
        410,
        "this topic is gone",
    )
    assert not sink.accepted
    for _ in range(4):
        assert client.post("/api/v1/trials", {}, "application/json", headers=headers).status_code == 201
    assert client.post("/api/v1/trials", {}, "application/json", headers=headers).status_code == 429


def test_somebody_not_known_as_a_person_is_reached_by_mail(sink: Sink, clock: MovableClock) -> None:
    about = new_id()
    api.reach("k", to=Recipient("mia@lumen.example"), content=SAID, now=clock.now(), about=about)
    _work()
    assert [each.state for each in api.deliveries(about)] == [State.ACCEPTED]
