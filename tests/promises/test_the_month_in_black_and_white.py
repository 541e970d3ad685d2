"""On the first of the month every customer has its report once: in the mail, with the PDF, with the figures of the month."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection

from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.notify import delivery
from tallylight.notify import jobs as notify_jobs
from tallylight.notify.tests.sink import Sink
from tallylight.reports import api, jobs, mailing
from tallylight.reports.models import Edition, Sheet
from tallylight.sla import api as sla
from tallylight.sla.tests.conftest import DAY
from tallylight.sla.tests.conftest import history as history
from tests.promises.world import World, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("history")]
#: The first of July has begun in Singapore and in Dubai.
FIRST = datetime(2026, 6, 30, 20, 35, tzinfo=UTC)
MONTH = "2026-06"


@pytest.fixture
def world() -> Iterator[World]:
    """Both customers under contract since the tenth of June; now it is the first of July."""
    with use_clock(MovableClock(DAY)) as clock:
        made = make_world()
        clock.at = FIRST
        yield made


def customers(world: World) -> tuple[UUID, UUID]:
    return world.small.id, world.large.id


def work() -> None:
    """What the hourly job puts into the queue, done."""
    jobs.look(0)
    with connection.cursor() as cursor:
        cursor.execute("select args from procrastinate_jobs where task_name = 'reports.report' and status = 'todo'")
        waiting = [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in cursor.fetchall()]
        cursor.execute("delete from procrastinate_jobs where task_name = 'reports.report'")
    for each in waiting:
        jobs.report(**each)


def deliver() -> None:
    for message in notify_jobs.due_messages(FIRST):
        delivery.deliver(message)


def test_every_customer_has_one_report_with_the_figures_of_the_month(world: World, sink: Sink) -> None:
    work()
    deliver()
    work()
    deliver()
    assert sorted(Edition.objects.values_list("organisation_id", flat=True)) == sorted(customers(world))
    for customer in (world.small, world.large):
        edition = Edition.objects.get(organisation_id=customer.id)
        (mail,) = sink.to(customer.email)
        (enclosed,) = mail.iter_attachments()
        assert enclosed.get_content() == bytes(Sheet.objects.get(edition=edition, language="en").pdf)
        report = sla.month_report(customer.id, MONTH, FIRST)
        figures = json.loads(edition.figures)
        assert figures["credits"] == [str(each) for each in report.credits]
        assert [row["bad"] for part in figures["parts"] for row in part["rows"]] == [
            row.counts.bad for segment in report.segments for row in segment.rows
        ]


def test_killed_between_the_report_and_its_mail_it_is_made_and_sent_once(
    world: World, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: object, **_kwargs: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(mailing, "send", die)
        with pytest.raises(SystemExit):
            jobs.report(str(world.small.id), MONTH)
    assert not Edition.objects.exists(), "half a report is no report"
    work()
    deliver()
    assert Edition.objects.filter(organisation_id=world.small.id).count() == 1
    assert len(sink.to(world.small.email)) == 1


def test_two_workers_at_once_make_and_send_one(world: World, sink: Sink) -> None:
    at_once = threading.Barrier(2)
    made: list[UUID] = []

    def worker() -> None:
        at_once.wait()
        made.append(api.make(world.small.id, MONTH, now=FIRST, send=True).id)
        connection.close()

    workers = [threading.Thread(target=worker) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    deliver()
    assert len(set(made)) == 1
    assert len(made) == 2
    assert Edition.objects.count() == 1
    assert len(sink.to(world.small.email)) == 1
