"""Making and sending a month's report, on real PostgreSQL, real history and a real mail server; the clock is moved."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tallylight.accounts.models import Person
from tallylight.accounts.sign_in import _viewer
from tallylight.config import carrier
from tallylight.contracts import api as contracts
from tallylight.contracts.api import ExclusionKind
from tallylight.contracts.tests.samples import STARTER, changed
from tallylight.kernel.clock import MovableClock, now
from tallylight.kernel.events import SlicesExcluded
from tallylight.notify import delivery
from tallylight.notify import jobs as notify_jobs
from tallylight.notify.tests.sink import Sink
from tallylight.reports import api, handlers, jobs
from tallylight.reports.models import Edition, Milestone, Passed, Sheet
from tallylight.reports.tests.conftest import FIRST, LIN, MANAGER, MIA, MONTH, SEALED, seal
from tallylight.sla import api as sla
from tallylight.sla.models import Exclusion
from tallylight.sla.tests.conftest import DAY, MINUTE, measure
from tallylight.telemetry.history.client import History, shared

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("history")]


def hour(clock: MovableClock, *organisations: UUID) -> None:
    """What the hourly job does for customers whose report is due."""
    for organisation in organisations:
        for month in api.due_months(organisation, now=clock.now()):
            jobs.make(organisation, month, now=clock.now())


def deliver(clock: MovableClock) -> None:
    for message in notify_jobs.due_messages(clock.now()):
        delivery.deliver(message)


def milestones(edition: Edition) -> set[str]:
    return {each.milestone for each in Passed.objects.filter(edition=edition)}


def test_on_the_first_everybody_gets_the_report_in_their_own_language(
    lumen: UUID, clock: MovableClock, sink: Sink
) -> None:
    hour(clock, lumen)
    deliver(clock)
    edition = Edition.objects.get()
    assert (edition.month, edition.number, edition.made_at) == (MONTH, 1, FIRST)
    assert milestones(edition) == {Milestone.SENT}
    sent = {str(each["To"]): each for each in sink.messages}
    assert set(sent) == {MIA, LIN, MANAGER}
    for address, language in ((MIA, "en"), (LIN, "zh-Hans"), (MANAGER, "en")):
        (enclosed,) = sent[address].iter_attachments()
        assert enclosed.get_filename() == f"service-report-lumen-live-2026-06-edition-1.{language}.pdf"
        assert enclosed.get_content() == bytes(Sheet.objects.get(language=language).pdf)
        assert enclosed.get_content().startswith(b"%PDF")
    body = sent[MIA].get_body(("plain",))
    assert body is not None
    assert "/service/report?customer=lumen-live&month=2026-06" in body.get_content()
    assert "not sealed yet" in body.get_content()


def test_not_before_the_month_is_over(lumen: UUID, clock: MovableClock) -> None:
    clock.at = FIRST - timedelta(minutes=36)
    hour(clock, lumen)
    assert not Edition.objects.filter(month=MONTH).exists()
    with pytest.raises(api.MonthNotOver):
        api.make(lumen, MONTH, now=clock.now(), send=False)


def test_the_figures_are_those_of_the_month(lumen: UUID, clock: MovableClock) -> None:
    hour(clock, lumen)
    figures = json.loads(Edition.objects.get().figures)
    report = sla.month_report(lumen, MONTH, clock.now())
    told = {
        (row["objective"], row["region"]): (row["good"], row["bad"], row["unknown"], row["attained"], row["kept"])
        for part in figures["parts"]
        for row in part["rows"]
    }
    assert told == {
        (row.objective.name, row.region): (
            row.counts.good,
            row.counts.bad,
            row.counts.unknown,
            str(row.attained) if row.attained is not None else None,
            row.kept,
        )
        for segment in report.segments
        for row in segment.rows
    }
    assert figures["credits"] == [str(each) for each in report.credits] == ["USD 1,200.00"]


def test_hour_after_hour_it_is_made_and_sent_once(lumen: UUID, clock: MovableClock, sink: Sink) -> None:
    for _ in range(3):
        hour(clock, lumen)
        deliver(clock)
        clock.move(timedelta(hours=1))
    assert Edition.objects.count() == 1
    assert len(sink.messages) == 3


def test_a_month_that_is_sealed_as_it_was_reported_becomes_final_without_a_word(
    lumen: UUID, clock: MovableClock, sink: Sink
) -> None:
    hour(clock, lumen)
    clock.at = SEALED
    seal(lumen, now=clock.now())
    hour(clock, lumen)
    deliver(clock)
    edition = Edition.objects.get()
    assert milestones(edition) == {Milestone.SENT, Milestone.FINAL}
    assert len(sink.messages) == 3
    assert not api.due_months(lumen, now=clock.now() + timedelta(hours=1))


def test_a_month_that_changed_until_it_was_sealed_gets_another_edition_that_says_what(
    lumen: UUID, clock: MovableClock, sink: Sink, history: History
) -> None:
    hour(clock, lumen)
    measure(history, DAY + 12 * MINUTE, slow=True, dead=False)
    clock.at = SEALED
    seal(lumen, now=clock.now())
    hour(clock, lumen)
    deliver(clock)
    first, second = Edition.objects.order_by("number")
    assert milestones(first) == {Milestone.SENT}
    assert milestones(second) == {Milestone.SENT, Milestone.FINAL}
    html = Sheet.objects.get(edition=second, language="en").html
    assert "What changed since edition 1" in html
    assert "Latency in ap-southeast: the attainment was 76.4705% and is 72.2222% now." in html
    client = Client()
    client.force_login(Person.objects.get(email=MIA))
    page = client.get(f"/service/report?month={MONTH}").content.decode()
    assert "This report is final." in page
    assert "&edition=1" in page
    earlier = client.get(f"/service/report?month={MONTH}&edition=1").content.decode()
    assert "A later edition takes the place of this one." in earlier
    again = [
        each for each in sink.messages if "(edition 2)" in str(each["Subject"]) or "第 2 版" in str(each["Subject"])
    ]
    assert len(again) == 3


def hear() -> None:
    """What a worker does with the events that wait."""
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where task_name = 'config.hear' returning args")
        for (args,) in cursor.fetchall():
            carrier.hear.func(**json.loads(args))


@pytest.fixture
def final(lumen: UUID, clock: MovableClock, sink: Sink) -> Edition:
    """June's first edition: sent, and final since the month is sealed."""
    hour(clock, lumen)
    clock.at = SEALED
    seal(lumen, now=clock.now())
    hour(clock, lumen)
    deliver(clock)
    hear()
    return Edition.objects.get()


def exclude(lumen: UUID, *, reason: str = "their own firewall") -> None:
    """The manager takes the four slow minutes of June out of the count."""
    use = sla.Use(ExclusionKind.CUSTOMER, "ap-southeast", DAY + 5 * MINUTE, DAY + 9 * MINUTE, reason)
    by = _viewer(Person.objects.get(email=MANAGER).pk)
    sla.exclude(use, organisation_id=lumen, by=by, now=now())


def test_an_exclusion_after_the_report_was_final_makes_another_edition_that_says_why(
    lumen: UUID, clock: MovableClock, sink: Sink, final: Edition
) -> None:
    frozen = bytes(Sheet.objects.get(edition=final, language="en").pdf)
    clock.move(timedelta(days=9))
    exclude(lumen)
    hear()
    deliver(clock)
    second = Edition.objects.get(number=2)
    assert milestones(second) == {Milestone.SENT, Milestone.FINAL}
    html = Sheet.objects.get(edition=second, language="en").html
    assert "What changed since edition 1" in html
    assert "Latency in ap-southeast: the attainment was 76.4705% and is" in html
    assert "ap-southeast: Caused by the customer: their own firewall. Approved by Max on 13 July 2026." in html
    assert bytes(Sheet.objects.get(edition=final, language="en").pdf) == frozen
    assert milestones(final) == {Milestone.SENT, Milestone.FINAL}
    again = [each for each in sink.messages if "(edition 2)" in str(each["Subject"])]
    assert {str(each["To"]) for each in again} == {MIA, MANAGER}
    body = again[0].get_body(("plain",))
    assert body is not None
    assert "takes the place of edition 1, which was final" in " ".join(body.get_content().split())
    client = Client()
    client.force_login(Person.objects.get(email=MIA))
    earlier = client.get(f"/service/report?month={MONTH}&edition=1").content.decode()
    assert "A later edition takes the place of this one." in earlier


def test_the_same_event_heard_twice_makes_one_edition_and_one_mail_each(
    lumen: UUID, clock: MovableClock, sink: Sink, final: Edition
) -> None:
    exclude(lumen)
    event = SlicesExcluded(lumen, Exclusion.objects.get().pk, DAY + 5 * MINUTE, DAY + 9 * MINUTE, now())
    handlers.on_slices_excluded(event)
    hear()
    handlers.on_slices_excluded(event)
    deliver(clock)
    assert [each.number for each in Edition.objects.order_by("number")] == [1, 2]
    assert len(sink.messages) == 6
    assert final.number == 1


def test_an_exclusion_in_a_month_that_is_not_reported_yet_makes_no_report(lumen: UUID, clock: MovableClock) -> None:
    clock.at = DAY + timedelta(days=1)
    exclude(lumen)
    hear()
    assert not Edition.objects.exists()


def test_a_claim_after_the_report_was_final_makes_another_edition_that_says_so(
    lumen: UUID, clock: MovableClock, sink: Sink
) -> None:
    contracts.put_in_force(
        lumen, changed(STARTER, "  claim: automatic", "  claim: on-request\n  claim_days: 30"), None, DAY
    )
    hour(clock, lumen)
    clock.at = SEALED
    seal(lumen, now=clock.now())
    hour(clock, lumen)
    (settlement,) = sla.claim(MONTH, by=_viewer(Person.objects.get(email=MIA).pk), now=now()).settlements
    hear()
    deliver(clock)
    first, second = Edition.objects.order_by("number")
    assert milestones(first) == milestones(second) == {Milestone.SENT, Milestone.FINAL}
    assert f"The credit was claimed: {settlement.owed}." in Sheet.objects.get(edition=second, language="en").html
    assert len(sink.messages) == 6
    assert not api.due_months(lumen, now=clock.now() + timedelta(days=1))


def test_while_history_is_away_nothing_is_made_and_the_next_hour_makes_it(
    lumen: UUID, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tallylight.sla.tests.conftest import forget_measured

    engine = shared()
    forget_measured()
    with monkeypatch.context() as patch:
        patch.setattr(type(engine), "columns", _away, raising=False)
        patch.setattr(type(engine), "rows", _away)
        hour(clock, lumen)
    assert not Edition.objects.exists()
    clock.move(timedelta(hours=1))
    hour(clock, lumen)
    assert Edition.objects.count() == 1


def _away(*_args: object, **_kwargs: object) -> None:
    from tallylight.telemetry.api import HistoryAway

    raise HistoryAway(reason="refused")


def test_a_customer_who_joined_within_the_month_is_told_the_days_that_count(lumen: UUID, clock: MovableClock) -> None:
    from tallylight.accounts import api as accounts

    late = accounts.create_organisation("late", "Late Show", accounts.OrganisationKind.CUSTOMER)
    source = changed(
        changed(STARTER, "slug: lumen-live", "slug: late"), "effective: 2026-01-01", "effective: 2026-06-20"
    )
    contracts.put_in_force(late, source, None, DAY)
    hour(clock, late)
    english, chinese = Sheet.objects.order_by("language")
    assert "20 June 2026 to 30 June 2026" in english.html
    assert "2026年6月20日" in chinese.html


def test_a_month_that_was_over_when_the_contract_came_here_is_not_reported_by_itself(
    lumen: UUID, clock: MovableClock
) -> None:
    clock.at = FIRST - timedelta(days=25)
    assert not api.due_months(lumen, now=clock.now())


def test_two_versions_in_a_month_are_told_apart(lumen: UUID, clock: MovableClock) -> None:
    contracts.put_in_force(lumen, changed(STARTER, "at_most: 200ms", "at_most: 50ms"), None, DAY + 10 * MINUTE)
    hour(clock, lumen)
    html = Sheet.objects.get(language="en").html
    assert html.count("SHA-256 ") >= 2
    assert "1 June 2026 to 11 June 2026, 00:10:00" in html
    assert "Credit of this part" in html


def test_a_month_without_measurements_says_so(lumen: UUID, clock: MovableClock, history: History) -> None:
    for table in ("path_second", "path_minute"):
        history.run(f"TRUNCATE TABLE {table}")
    hour(clock, lumen)
    sheet = Sheet.objects.get(language="en")
    assert sheet.answer.startswith("In June 2026 nothing was measured that counts")
    assert "No credit is owed." in sheet.answer


def test_an_exclusion_is_told_with_its_reason_and_who_approved_it(lumen: UUID, clock: MovableClock) -> None:
    manager = Person.objects.get(email=MANAGER)
    Exclusion.objects.create(
        organisation_id=lumen, kind="maintenance", region="ap-southeast", starts_at=DAY, ends_at=DAY + 7 * MINUTE,
        reason="announced as M-7", approved_by=manager, approved_at=DAY,
    )  # fmt: skip
    hour(clock, lumen)
    html = Sheet.objects.get(language="en").html
    assert "Maintenance: announced as M-7" in html
    assert "Max, 11 June 2026" in html


def test_what_was_handed_out_is_never_rewritten(lumen: UUID, clock: MovableClock) -> None:
    hour(clock, lumen)
    for rows in (Edition.objects, Sheet.objects, Passed.objects):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.update(sha256="0" * 64)


def test_the_same_month_makes_the_same_file(lumen: UUID, clock: MovableClock) -> None:
    from tallylight.reports.gathering import service_month
    from tallylight.reports.text import Imprint, report_text
    from tallylight.typeset.api import to_html

    month = service_month(lumen, MONTH, now=clock.now())
    imprint = Imprint(1, FIRST, "https://tally.example/service/report?month=2026-06")
    once, twice = (to_html(report_text(month, imprint, "en")) for _ in range(2))
    assert once == twice
