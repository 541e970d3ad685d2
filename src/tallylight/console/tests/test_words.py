"""What pages say first: green only for what was measured, silence is unknown, the nearest promise on top."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.template import defaultfilters

from tallylight.clocks.api import AROUND_THE_CLOCK, ClockEvent, read, response
from tallylight.clocks.api import Kind as ClockKind
from tallylight.console.cases import clock_view, desk_lead, due_tone, queue_row
from tallylight.console.minutes import LatestFirst, slices_lead
from tallylight.console.network import PathCell, badge_of, path_rows, region_tiles, wall_lead
from tallylight.console.own_streams import home_lead, own_regions
from tallylight.console.promised import kept_badge, promise_row
from tallylight.console.public import region_line, status_lead
from tallylight.console.shapes import Tone
from tallylight.console.templatetags import console
from tallylight.console.tests.samples import AT, node, region, snapshot
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Level
from tallylight.escalation.api import StepCard
from tallylight.fleet.api import NodeCard
from tallylight.incidents.api import Condition, RegionState
from tallylight.kernel.ids import new_id
from tallylight.sla.api import Row, Verdict
from tallylight.sla.tally import tally_verdicts
from tallylight.support.api import Promise, State, TicketCard
from tallylight.telemetry.api import PathLive, Presence

EXAMPLES = Path(__file__).parents[4] / "examples" / "contracts"
NAMES = {"ap-southeast": "Singapore", "me-central": "Dubai"}


@pytest.mark.parametrize(
    ("presence", "judged", "tone"),
    [
        (Presence.UP, "ok", Tone.GOOD),
        (Presence.UP, "pending", Tone.WARN),
        (Presence.UP, "clearing", Tone.WARN),
        (Presence.UP, "firing", Tone.BAD),
        (Presence.UP, "unknown", Tone.UNKNOWN),
        (Presence.CUT_OFF, "ok", Tone.UNKNOWN),
        (Presence.SILENT, "ok", Tone.UNKNOWN),
        (Presence.DEAD, "firing", Tone.BAD),
    ],
)
def test_a_node_is_green_only_when_it_is_heard_and_judged_well(presence: Presence, judged: str, tone: Tone) -> None:
    assert badge_of(node("sin-1", "ap-southeast", presence=presence, judged=judged)).tone is tone


def test_a_node_nobody_heard_of_is_unknown() -> None:
    assert badge_of(None).tone is Tone.UNKNOWN


def cards() -> list[NodeCard]:
    places = [("sin-1", "ap-southeast"), ("dxb-1", "me-central")]
    return [NodeCard(new_id(), name, code, "127.0.0.1", 1, 1, b"") for name, code in places]


def test_the_wall_says_well_only_if_every_node_is() -> None:
    assert wall_lead(region_tiles(cards(), snapshot(), NAMES), hub_away=False).tone is Tone.GOOD
    one = snapshot(nodes=(node("sin-1", "ap-southeast"),))
    lead = wall_lead(region_tiles(cards(), one, NAMES), hub_away=False)
    assert (lead.tone, "dxb-1" in lead.text) == (Tone.UNKNOWN, True)


def test_while_the_hub_is_away_nothing_is_known() -> None:
    tiles = region_tiles(cards(), None, NAMES)
    assert {each.badge.tone for place in tiles for each in place.nodes} == {Tone.UNKNOWN}
    assert wall_lead(tiles, hub_away=True).tone is Tone.UNKNOWN


def test_a_customer_reads_unknown_where_its_region_is_not_measured() -> None:
    told = snapshot(regions=(region("ap-southeast"), region("me-central", latency_ms=None)))
    regions = own_regions(["ap-southeast", "me-central"], NAMES, [], told, "lumen-live")
    assert [each.badge.tone for each in regions] == [Tone.GOOD, Tone.UNKNOWN]
    assert (home_lead(regions).tone, regions[0].viewers) == (Tone.UNKNOWN, 5)
    assert home_lead(regions[:1]).tone is Tone.GOOD


def test_the_public_page_does_not_call_an_unmeasured_region_well() -> None:
    state = RegionState("me-central", "Dubai", "迪拜", Condition.WELL, None, "", None)
    assert region_line(state, "Dubai", measured=False).badge.tone is Tone.UNKNOWN
    assert region_line(state, "Dubai", measured=True).badge.tone is Tone.GOOD
    assert status_lead([region_line(state, "Dubai", measured=False)]).tone is Tone.UNKNOWN


def ticket(**facts: object) -> TicketCard:
    card = TicketCard(
        id=new_id(), number="T-00001", organisation_id=new_id(), customer="Lumen Live", incident=None,
        headline="Latency of 246 ms in Singapore (sin-1)", level=Level.FAULT, state=State.OPEN, viewers=5,
        owner_id=None, owner="Ana Ruiz", opened_at=AT, response_due_at=AT + timedelta(minutes=30),
        due_promise=Promise.RESPONSE, due_at=AT + timedelta(minutes=30), resolution_due_at=AT + timedelta(hours=4),
        acknowledged_at=None, acknowledged_by_id=None, acknowledged_by="",
        acknowledged_via="", resolved_at=None, closed_at=None, contract_sha256="",
    )  # fmt: skip
    return replace(card, **facts)  # type: ignore[arg-type]


def test_a_queue_names_what_is_due_first_while_something_is_owed() -> None:
    row = queue_row(ticket(), now=AT)
    assert (row.promise, row.due_at) == ("Response", AT + timedelta(minutes=30))
    news = ticket(state=State.ACKNOWLEDGED, due_promise=Promise.UPDATE, due_at=AT + timedelta(hours=1))
    assert (queue_row(news, now=AT).promise, queue_row(news, now=AT).due_at) == ("News", AT + timedelta(hours=1))
    assert queue_row(ticket(state=State.RESOLVED), now=AT).due_at is None


@pytest.mark.parametrize(("minutes", "tone"), [(0, Tone.INFO), (14, Tone.INFO), (16, Tone.WARN), (30, Tone.WARN)])
def test_a_deadline_warns_in_its_second_half(minutes: int, tone: Tone) -> None:
    assert due_tone(AT + timedelta(minutes=30), AT, now=AT + timedelta(minutes=minutes)) is tone


def test_a_deadline_that_passed_is_bad() -> None:
    assert due_tone(AT, AT - timedelta(minutes=30), now=AT + timedelta(microseconds=1)) is Tone.BAD


def test_the_desk_names_the_promise_that_breaks_next() -> None:
    lead = desk_lead([queue_row(ticket(), now=AT)])
    assert "Lumen Live" in lead.more
    assert "response" in lead.more
    assert desk_lead([]).tone is Tone.GOOD


START = datetime(2026, 11, 23, tzinfo=UTC)
STEP = StepCard(1, "expert", "engineer", START + timedelta(minutes=15), None, ())


def clock(minutes: float, *, answered: float | None = None) -> object:
    events = [ClockEvent(ClockKind.STARTED, START)]
    if answered is not None:
        events.append(ClockEvent(ClockKind.SATISFIED, START + timedelta(minutes=answered)))
    return read(events, response(timedelta(minutes=30)), AROUND_THE_CLOCK, START + timedelta(minutes=minutes))


def test_a_running_clock_says_what_happens_next_and_to_whom() -> None:
    view = clock_view(Promise.RESPONSE, clock(10), step=STEP, is_staff=True)  # type: ignore[arg-type]
    assert (view.tone, view.due_at) == (Tone.INFO, START + timedelta(minutes=30))
    assert "the expert" in view.next
    assert view.next_at == STEP.due_at


def test_a_customer_is_not_shown_the_ladder() -> None:
    view = clock_view(Promise.RESPONSE, clock(10), step=STEP, is_staff=False)  # type: ignore[arg-type]
    assert "the expert" not in view.next
    assert view.next_at == START + timedelta(minutes=30)


def test_a_kept_clock_is_green_a_broken_one_red() -> None:
    kept = clock_view(Promise.RESPONSE, clock(40, answered=6), step=None, is_staff=True)  # type: ignore[arg-type]
    late = clock_view(Promise.RESPONSE, clock(40, answered=33), step=None, is_staff=True)  # type: ignore[arg-type]
    over = clock_view(Promise.RESPONSE, clock(40), step=None, is_staff=True)  # type: ignore[arg-type]
    assert (kept.tone, kept.due_at, kept.result) == (Tone.GOOD, None, "Kept in 6 min")
    assert (late.tone, late.result) == (Tone.BAD, "Broken by 3 min")
    assert (over.tone, over.used, over.due_at) == (Tone.BAD, 1.0, START + timedelta(minutes=30))


def test_a_promise_without_a_counted_minute_is_neither_kept_nor_missed() -> None:
    assert [kept_badge(kept=kept).tone for kept in (None, True, False)] == [Tone.UNKNOWN, Tone.GOOD, Tone.BAD]


def test_minutes_are_read_from_the_latest_on() -> None:
    latest = LatestFirst(list("abcdefg"))  # type: ignore[arg-type]
    assert (list(latest), latest[0], latest[2:4], latest[5:99]) == (list("gfedcba"), "g", ["e", "d"], ["b", "a"])


def test_the_table_of_paths_has_every_pair_and_says_unknown() -> None:
    known = PathLive(node="sin-1", peer="dxb-1", latency_ms=90.0, loss_pct=2.0, jitter_ms=1.0, silent_ms=0.0)
    there, back = path_rows(["sin-1", "dxb-1"], snapshot(paths=(known,)))
    assert there.cells == (None, PathCell("sin-1>dxb-1", 90.0, 0.02))
    assert back.cells == (PathCell("dxb-1>sin-1", None, None), None)
    assert path_rows([str(number) for number in range(40)], snapshot()) == ()


def test_our_filters_hide_none_of_djangos() -> None:
    ours, builtin = console.register.filters, defaultfilters.register.filters
    assert ours
    assert not ours.keys() & builtin.keys()


@pytest.mark.parametrize(
    ("slice_min", "bad", "lead"), [(1, "3 min", "1 min"), (5, "15 min", "5 min"), (60, "3 hr", "1 hr")]
)
def test_bad_slices_are_told_as_long_as_they_are(slice_min: int, bad: str, lead: str) -> None:
    agreement = contracts.read((EXAMPLES / "starter.yaml").read_text(encoding="utf-8"))
    objective = replace(agreement.objectives[0], slice=timedelta(minutes=slice_min), at_least_for=timedelta(0))
    verdicts = np.array([Verdict.BAD] * 3 + [Verdict.UNKNOWN] + [Verdict.GOOD] * 20, np.int8)
    row = promise_row(Row("ap-southeast", objective, tally_verdicts(objective, verdicts), 24), NAMES)
    assert console.lasting(row.bad) == bad
    assert console.lasting(row.unknown) == lead
    assert f"A slice of {lead} is good if" in slices_lead(row).more
