"""Many messages of one kind to one person become one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from tallylight.accounts.models import Person
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.notify import api, jobs
from tallylight.notify.digest import NAMED, WINDOW
from tallylight.notify.letter import Recipient, Text
from tallylight.notify.tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock(transactional_db: None) -> Iterator[MovableClock]:
    with use_clock(MovableClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))) as found:
        yield found


def _say(person: UUID, clock: MovableClock, *numbers: int, kind: str = "ladder:I-1", urgent: bool = False) -> None:
    to = Recipient("wei@tallylight.example", name="Wei", person_id=person)
    for number in numbers:
        content = Text(f"[T-{number}] no answer", f"ticket {number}\n")
        api.gather(
            kind, f"page:{number}", to=to, content=content, now=clock.now(), page=f"/tickets/{number}", urgent=urgent
        )


def _work(clock: MovableClock, after: timedelta = timedelta(0)) -> None:
    clock.move(after)
    jobs.sweep(0)
    jobs.carry_mail()


def _subjects(sink: Sink) -> list[str]:
    return [str(each["Subject"]) for each in sink.messages]


def test_a_burst_of_five_hundred_is_one_page_and_one_digest(person: UUID, sink: Sink, clock: MovableClock) -> None:
    _say(person, clock, *range(500))
    _work(clock)
    assert _subjects(sink) == ["[T-0] no answer"], "the first goes at once"
    _work(clock, WINDOW)
    assert _subjects(sink) == ["[T-0] no answer", "499 messages in one"]
    body = sink.messages[1].get_body(("plain",))
    assert body is not None
    assert "/tickets/1\n" in body.get_content().replace("\r\n", "\n")
    assert f"And {499 - NAMED} more of the same kind." in body.get_content()
    _work(clock, 3 * WINDOW)
    assert len(sink.accepted) == 2


def test_a_digest_speaks_the_reader_s_language(person: UUID, sink: Sink, clock: MovableClock) -> None:
    Person.objects.filter(pk=person).update(locale="zh-hans")
    _say(person, clock, 1, 2, 3)
    _work(clock, WINDOW)
    assert sink.messages[1]["Content-Language"] == "zh-hans"


def test_one_that_follows_comes_as_it_is(person: UUID, sink: Sink, clock: MovableClock) -> None:
    _say(person, clock, 1, 2)
    _work(clock, WINDOW)
    assert _subjects(sink) == ["[T-1] no answer", "[T-2] no answer"]


def test_while_more_keeps_coming_so_does_one_message_a_window(person: UUID, sink: Sink, clock: MovableClock) -> None:
    for minute in range(10):
        _say(person, clock, *range(10 * minute, 10 * minute + 10))
        _work(clock, timedelta(minutes=1))
    assert len(sink.accepted) == 1 + 10 / (WINDOW / timedelta(minutes=1))


def test_once_it_is_quiet_the_next_one_goes_at_once_again(person: UUID, sink: Sink, clock: MovableClock) -> None:
    _say(person, clock, 1)
    _work(clock, WINDOW)
    _say(person, clock, 2)
    _work(clock)
    assert _subjects(sink) == ["[T-1] no answer", "[T-2] no answer"]


def test_what_is_urgent_and_what_is_of_another_kind_is_not_gathered(
    person: UUID, sink: Sink, clock: MovableClock
) -> None:
    _say(person, clock, 1)
    _say(person, clock, 2, urgent=True)
    _say(person, clock, 3, kind="ladder:I-2")
    _work(clock)
    assert sorted(_subjects(sink)) == [f"[T-{number}] no answer" for number in (1, 2, 3)]


def test_one_key_is_said_once_whether_alone_or_in_a_digest(person: UUID, sink: Sink, clock: MovableClock) -> None:
    for _ in range(3):
        _say(person, clock, 1, 2, 3)
        _work(clock, WINDOW)
    assert _subjects(sink) == ["[T-1] no answer", "2 messages in one"]


def test_whoever_closes_a_window_waits_for_those_who_are_writing_into_it(
    person: UUID, sink: Sink, clock: MovableClock
) -> None:
    _say(person, clock, 1)
    found = connection.settings_dict
    names = {"dbname": found["NAME"], **{name.lower(): found[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}}
    with psycopg.connect(**names) as other:
        with transaction.atomic():
            _say(person, clock, 2)
            query = "select id from notify_digest where closed_at is null for update nowait"
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute(query)
        other.rollback()
        assert other.execute(query).fetchone() is not None
