"""Messages against real PostgreSQL and a real SMTP server; the clock is moved, and every death between two lines is played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from tallylight.kernel import clock as kernel_clock
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.kernel.ids import new_id
from tallylight.notify import api, claim, delivery, jobs
from tallylight.notify.letter import Enclosure, Outcome, Recipient, State, Text
from tallylight.notify.models import Attempt, EnclosedFile, Message
from tallylight.notify.outbox import MOST_ENCLOSED
from tallylight.notify.patience import ANSWER_LOST, LIFETIME
from tallylight.notify.tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
MIA = Recipient("mia@lumen.example", name="Mia")
HELLO = Text("Hello", "Hello Mia\n")


@pytest.fixture
def clock(transactional_db: None) -> Iterator[MovableClock]:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where task_name like 'notify.%'")
    with use_clock(MovableClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))) as found:
        yield found


def _write(clock: MovableClock, key: str = "greeting:mia") -> tuple[UUID, UUID]:
    about = new_id()
    api.send(key, to=MIA, content=HELLO, now=clock.now(), about=about)
    return Message.objects.get(key=key).pk, about


def _card(about: UUID) -> api.DeliveryCard:
    (card,) = api.deliveries(about)
    return card


def _deliver_due(clock: MovableClock) -> None:
    for message_id in jobs.due_messages(clock.now()):
        delivery.deliver(message_id)


def test_a_message_is_sent_and_the_proof_kept(clock: MovableClock, sink: Sink) -> None:
    message_id, about = _write(clock)
    delivery.deliver(message_id)
    card = _card(about)
    assert card.state is State.ACCEPTED
    assert card.accepted_at == clock.now()
    (attempt,) = card.attempts
    assert (attempt.code, attempt.queue_id, attempt.outcome) == (250, "4F2A1C", Outcome.ACCEPTED)
    assert len(sink.accepted) == 1


def test_one_key_is_one_message_whoever_asks_how_often(clock: MovableClock, sink: Sink) -> None:
    for words in ("Hello", "Hello again"):
        api.send("once", to=MIA, content=Text(words, words), now=clock.now())
    _deliver_due(clock)
    _deliver_due(clock)
    assert [str(each["Subject"]) for each in sink.messages] == ["Hello"]


def test_a_message_exists_exactly_if_its_cause_does(clock: MovableClock) -> None:
    def cause_that_fails() -> None:
        with transaction.atomic():
            _write(clock)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause_that_fails()
    assert not Message.objects.exists()


def test_a_message_has_its_job_with_the_commit(clock: MovableClock) -> None:
    _write(clock)
    assert _wakings() == 1


def test_a_settled_message_is_not_sent_again(clock: MovableClock, sink: Sink) -> None:
    message_id, _ = _write(clock)
    for _ in range(3):
        delivery.deliver(message_id)
    assert sink.offered == 1


def test_a_temporary_refusal_is_tried_again_later(clock: MovableClock, sink: Sink) -> None:
    sink.at_end += ["451 4.7.1 come back later", "421 4.3.2 shutting down"]
    message_id, about = _write(clock)
    delivery.deliver(message_id)
    card = _card(about)
    assert card.state is State.DEFERRED
    assert card.next_at is not None
    assert clock.now() < card.next_at <= clock.now() + timedelta(seconds=2)
    delivery.deliver(message_id)
    assert sink.offered == 1, "not before its time"
    while _card(about).state is State.DEFERRED:
        clock.move(timedelta(seconds=1))
        delivery.deliver(message_id)
    assert [each.outcome for each in _card(about).attempts] == ["temporary", "temporary", "accepted"]
    assert len(sink.accepted) == 1


def test_a_permanent_refusal_ends_it_at_once_and_shows(clock: MovableClock, sink: Sink) -> None:
    sink.at_rcpt.append("550 5.1.1 no such mailbox")
    message_id, about = _write(clock)
    delivery.deliver(message_id)
    card = _card(about)
    assert card.state is State.FAILED
    assert card.failed_at == clock.now()
    assert card.attempts[-1].reply == "5.1.1 no such mailbox"
    clock.move(LIFETIME)
    _deliver_due(clock)
    assert sink.offered == 0


def test_a_message_that_no_server_takes_is_given_up_after_a_day(clock: MovableClock, sink: Sink) -> None:
    sink.at_end += ["451 4.7.1 come back later"] * 1_000
    _, about = _write(clock)
    started = clock.now()
    while _card(about).state is not State.FAILED:
        clock.move(timedelta(minutes=10))
        _deliver_due(clock)
        assert clock.now() <= started + LIFETIME + timedelta(minutes=10)
    assert not sink.accepted
    assert not jobs.due_messages(clock.now() + timedelta(days=30))


def test_an_address_that_can_not_be_written_to_shows_and_stops_nothing(clock: MovableClock, sink: Sink) -> None:
    about = new_id()
    api.send("bad", to=Recipient("no address"), content=HELLO, now=clock.now(), about=about)
    _deliver_due(clock)
    assert _card(about).state is State.FAILED
    assert _card(about).attempts[-1].reply == "not a mail address"
    assert not sink.accepted


def test_killed_before_anything_was_handed_over_it_is_sent_at_once(clock: MovableClock, sink: Sink) -> None:
    message_id, about = _write(clock)
    _die_in_hand(message_id)
    delivery.deliver(message_id)
    assert [each.outcome for each in _card(about).attempts] == ["abandoned", "accepted"]
    assert len(sink.accepted) == 1


def test_killed_while_the_answer_was_on_its_way_it_waits_and_is_then_sent_under_the_same_id(
    clock: MovableClock, sink: Sink
) -> None:
    message_id, about = _write(clock)
    _die_in_hand(message_id)
    delivery._commit(message_id, 1)
    clock.move(ANSWER_LOST - timedelta(seconds=1))
    delivery.deliver(message_id)
    assert sink.offered == 0, "the answer may still be written down"
    clock.move(timedelta(seconds=1))
    delivery.deliver(message_id)
    assert [each.outcome for each in _card(about).attempts] == ["unknown", "accepted"]
    (message,) = sink.messages
    assert str(message_id) in str(message["Message-ID"])


def test_whoever_was_overtaken_stops_before_the_point_of_no_return(clock: MovableClock, sink: Sink) -> None:
    message_id, about = _write(clock)
    _die_in_hand(message_id)
    delivery.deliver(message_id)
    with pytest.raises(delivery.Overtaken):
        delivery._commit(message_id, 1)
    assert len(sink.accepted) == 1
    assert _card(about).state is State.ACCEPTED


def test_a_late_answer_of_one_that_was_overtaken_still_counts(clock: MovableClock, sink: Sink) -> None:
    """Both were handed over; what is known to be accepted is not tried a third time."""
    message_id, about = _write(clock)
    _die_in_hand(message_id)
    delivery._commit(message_id, 1)
    clock.move(ANSWER_LOST)
    sink.at_end.append("451 4.7.1 come back later")
    delivery.deliver(message_id)
    delivery._conclude(message_id, 1, delivery.Receipt(Outcome.ACCEPTED, reply="late"))
    assert _card(about).state is State.ACCEPTED


def test_while_a_living_process_is_at_it_nobody_else_begins(clock: MovableClock, sink: Sink) -> None:
    message_id, _ = _write(clock)
    key = [int.from_bytes(message_id.bytes[8:], signed=True)]
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", key)
        delivery.deliver(message_id)
        assert sink.offered == 0
        other.execute("select pg_advisory_unlock(%s)", key)
    delivery.deliver(message_id)
    assert sink.offered == 1


def test_the_sweep_finds_a_message_whose_job_was_lost(clock: MovableClock) -> None:
    _write(clock)
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    clock.move(jobs.HEAD_START)
    jobs.sweep(0)
    assert _wakings() == 1


def test_a_courier_carries_all_that_is_due_and_clears_away_their_wakings(clock: MovableClock, sink: Sink) -> None:
    for number in range(2 * claim.MAILS + 3):
        _write(clock, key=f"greeting:{number}")
    jobs.carry_mail()
    assert len({str(each["Message-ID"]) for each in sink.messages}) == len(sink.accepted) == 2 * claim.MAILS + 3
    assert _wakings() == 0
    assert {each.attempts for each in Message.objects.all()} == {1}


def test_what_is_urgent_goes_first(clock: MovableClock, sink: Sink) -> None:
    for urgent in (False, True):
        api.send(f"k:{urgent}", to=MIA, content=Text(f"{urgent}", ""), now=clock.now(), urgent=urgent)
    jobs.carry_mail()
    assert [str(each["Subject"]) for each in sink.messages] == ["True", "False"]


def test_what_a_slow_server_leaves_of_a_handful_is_put_back_untried(clock: MovableClock, sink: Sink) -> None:
    for number in range(3):
        _write(clock, key=f"greeting:{number}")
    sink.before_data = lambda: clock.move(timedelta(seconds=1)) and None
    assert delivery.deliver_each(claim.due_mails, until=kernel_clock.monotonic() + 1) == 3
    assert sorted(each.attempts for each in Message.objects.all()) == [0, 0, 1]
    assert Attempt.objects.count() == 1
    jobs.carry_mail()
    assert len(sink.accepted) == 3


def test_a_session_carries_many_letters(clock: MovableClock, sink: Sink) -> None:
    for number in range(5):
        _write(clock, key=f"greeting:{number}")
    jobs.carry_mail()
    assert sink.connections == 1


def test_the_sweep_takes_up_what_died_in_somebody_s_hand(clock: MovableClock, sink: Sink) -> None:
    message_id, about = _write(clock)
    _die_in_hand(message_id)
    jobs.sweep(0)
    assert [each.outcome for each in _card(about).attempts] == ["abandoned", "accepted"]
    assert len(sink.accepted) == 1


def test_the_sweep_leaves_alone_what_a_living_process_has_in_hand(clock: MovableClock, sink: Sink) -> None:
    message_id, _ = _write(clock)
    _die_in_hand(message_id)
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [delivery.lock_key(message_id)])
        jobs.sweep(0)
        assert sink.offered == 0
    jobs.sweep(1)
    assert sink.offered == 1


def _wakings() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where task_name = 'notify.carry_mail' and scheduled_at is null"
        )
        (count,) = cursor.fetchone()
    return int(count)


def _die_in_hand(message_id: UUID) -> None:
    """As a worker does that is killed with the message in its hand: nothing is put back, and its session lock is gone."""
    with transaction.atomic():
        claim.begin(claim.due_by_id(message_id, kernel_clock.now()), now=kernel_clock.now())


def _parameters() -> dict[str, object]:
    found = connection.settings_dict
    return {
        "dbname": found["NAME"],
        "user": found["USER"],
        "password": found["PASSWORD"],
        "host": found["HOST"],
        "port": found["PORT"],
    }


REPORT = Enclosure("报告 2026-10.pdf", "application/pdf", b"%PDF-1.7\n.\n\xff\x00 not text\n.\r\n")


def test_a_file_goes_along_as_it_is(clock: MovableClock, sink: Sink) -> None:
    api.send("report", to=MIA, content=replace(HELLO, html="<p>Hello</p>", enclosures=(REPORT,)), now=clock.now())
    _deliver_due(clock)
    (message,) = sink.messages
    (enclosed,) = message.iter_attachments()
    assert (enclosed.get_filename(), enclosed.get_content_type()) == (REPORT.name, REPORT.media_type)
    assert enclosed.get_content() == REPORT.data
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().strip() == "Hello Mia"


def test_what_many_get_is_kept_once_and_goes_to_each(clock: MovableClock, sink: Sink) -> None:
    content = replace(HELLO, enclosures=(REPORT, replace(REPORT, name="again.pdf")))
    for name in ("mia", "noah"):
        api.send(f"report:{name}", to=Recipient(f"{name}@lumen.example"), content=content, now=clock.now())
    api.send("report:mia", to=MIA, content=content, now=clock.now())
    _deliver_due(clock)
    assert EnclosedFile.objects.count() == 1
    assert [len(list(each.iter_attachments())) for each in sink.messages] == [2, 2]


def test_more_than_a_mail_carries_is_refused_and_nothing_is_written(clock: MovableClock) -> None:
    half = replace(REPORT, data=bytes(MOST_ENCLOSED // 2 + 1))
    with pytest.raises(api.TooMuchEnclosed):
        api.send("report", to=MIA, content=replace(HELLO, enclosures=(half, half)), now=clock.now())
    assert not Message.objects.exists()
