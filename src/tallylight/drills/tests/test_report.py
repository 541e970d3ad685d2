"""The report says what happened when, and which promise held."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tallylight.drills.report import MOMENTS, Outcome, Seen, TicketSeen
from tallylight.drills.request import DrillRequest, Kind
from tallylight.kernel.ids import new_id

START = datetime(2026, 11, 23, 21, 4, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def ticket(customer: str = "astra-voice", *, acknowledged: float | None = None, notices: int = 1) -> TicketSeen:
    return TicketSeen(
        id=new_id(),
        customer=customer,
        level="fault",
        opened_at=after(2),
        response_allowed_s=900,
        acknowledged_at=after(acknowledged) if acknowledged else None,
        recovery_notices=notices,
    )


def outcome(seen: Seen, *, ended: float = 60) -> Outcome:
    request = DrillRequest(Kind.LATENCY, "sin-1", 250.0, 30.0)
    return Outcome(request, START, after(30), after(ended), seen)


def held(outcome: Outcome) -> dict[str, bool | None]:
    return {verdict.promise: verdict.held for verdict in outcome.promises()}


def test_seconds_count_from_the_injection_and_what_never_came_is_null() -> None:
    report = outcome(Seen(breached_at=after(1.25), alert_at=after(2.25))).as_json()
    assert report["seconds"] == dict.fromkeys(MOMENTS) | {"breached": 1.25, "alert": 2.25, "healed": 30.0}
    assert report["alert_at"] == "2026-11-23T21:04:02.250Z"
    assert report["recovered_at"] is None
    json.dumps(report)


@pytest.mark.parametrize(("took", "in_time"), [(4.0, True), (4.001, False)])
def test_a_notice_exactly_at_the_limit_is_in_time(took: float, *, in_time: bool) -> None:
    assert held(outcome(Seen(mails_accepted=(after(took + 1), after(took)))))["somebody is told"] is in_time


def test_no_notice_at_all_is_a_broken_promise() -> None:
    assert held(outcome(Seen()))["somebody is told"] is False


@pytest.mark.parametrize(
    ("acknowledged", "ended", "verdict"),
    [(100, 200, True), (902, 1000, True), (903, 1000, False), (None, 60, None), (None, 1000, False)],
)
def test_a_response_is_judged_when_it_came_or_its_time_is_over(
    acknowledged: float | None, ended: float, *, verdict: bool | None
) -> None:
    seen = Seen(affected=("astra-voice",), tickets=(ticket(acknowledged=acknowledged),))
    assert held(outcome(seen, ended=ended))["response to astra-voice (fault)"] is verdict


def test_an_affected_customer_without_a_ticket_breaks_the_promise() -> None:
    promise = "every affected customer has a ticket before complaining"
    assert held(outcome(Seen(affected=("astra-voice", "lumen-live"), tickets=(ticket(),))))[promise] is False
    both = (ticket(), ticket("lumen-live"))
    assert held(outcome(Seen(affected=("astra-voice", "lumen-live"), tickets=both)))[promise] is True


@pytest.mark.parametrize(("notices", "verdict"), [(0, False), (1, True), (2, False)])
def test_recovery_is_told_exactly_once(notices: int, *, verdict: bool) -> None:
    seen = Seen(affected=("astra-voice",), tickets=(ticket(notices=notices),), recovered_at=after(40))
    assert held(outcome(seen))["recovery is announced to astra-voice once"] is verdict
