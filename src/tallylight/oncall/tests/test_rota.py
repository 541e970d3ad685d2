"""Who is on call: by example, by properties that always hold, and against an oracle that walks from instant to instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.kernel.business_time import AROUND_THE_CLOCK, Calendar, Hours
from tallylight.oncall.rota import By, Duty, Holder, Layer, Override, Rota, Turns, Unit, holder_at, roster

ANA, WEI, OMAR = (UUID(int=each) for each in (1, 2, 3))
NAMES = {ANA: "ana", WEI: "wei", OMAR: "omar"}
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
BERLIN, NEW_YORK, SINGAPORE = "Europe/Berlin", "America/New_York", "Asia/Singapore"


def at(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def layer(number: int = 1, *people: UUID | None, hours: Calendar = AROUND_THE_CLOCK, **turns: object) -> Layer:
    usual = {"starts": date(2026, 3, 2), "at": time(9), "every": 1, "unit": Unit.WEEKS}
    return Layer(UUID(int=100 + number), Turns(people or (ANA, WEI), **{**usual, **turns}), hours)  # type: ignore[arg-type]


def week(zone: str, *hours: Hours, days: int = 7) -> Calendar:
    return Calendar("hours", zone, tuple(hours if day < days else () for day in range(7)))


def told(rota: Rota, start: str, end: str) -> list[tuple[str, str]]:
    """From when, in the schedule's zone, and who."""
    zone = ZoneInfo(rota.zone)
    return [
        (f"{each.start.astimezone(zone):%m-%d %H:%M}", NAMES[each.holder.person] if each.holder else "nobody")
        for each in roster(rota, at(start, rota.zone), at(end, rota.zone))
    ]


def test_people_take_turns_and_the_hand_over_belongs_to_whoever_takes_over() -> None:
    rota = Rota(BERLIN, (layer(),))
    assert told(rota, "2026-03-02T09:00", "2026-03-17T00:00") == [
        ("03-02 09:00", "ana"), ("03-09 09:00", "wei"), ("03-16 09:00", "ana"),
    ]  # fmt: skip
    before = holder_at(rota, at("2026-03-09T09:00") - timedelta(microseconds=1))
    assert before == Holder(ANA, By.LAYER, rota.layers[0].id)
    assert holder_at(rota, at("2026-03-09T09:00")) == Holder(WEI, By.LAYER, rota.layers[0].id)


def test_before_a_layer_begins_and_after_it_ended_there_is_a_gap() -> None:
    rota = Rota(BERLIN, (layer(ends=date(2026, 3, 10)),))
    assert told(rota, "2026-03-01T00:00", "2026-03-12T00:00") == [
        ("03-01 00:00", "nobody"), ("03-02 09:00", "ana"), ("03-09 09:00", "wei"), ("03-10 09:00", "nobody"),
    ]  # fmt: skip


def test_turns_of_weeks_change_on_their_weekday_so_the_first_may_be_short() -> None:
    rota = Rota(BERLIN, (layer(1, starts=date(2026, 3, 5), weekday=0),))
    assert told(rota, "2026-03-05T09:00", "2026-03-17T00:00") == [
        ("03-05 09:00", "ana"), ("03-09 09:00", "wei"), ("03-16 09:00", "ana"),
    ]  # fmt: skip


def test_hand_over_stays_at_its_hour_through_daylight_saving() -> None:
    rota = Rota(BERLIN, (layer(unit=Unit.DAYS),))
    spring = roster(rota, at("2026-03-28T09:00"), at("2026-03-31T09:00"))
    assert [each.end - each.start for each in spring] == [23 * HOUR, DAY, DAY]
    autumn = roster(rota, at("2026-10-24T09:00"), at("2026-10-26T09:00"))
    assert [each.end - each.start for each in autumn] == [25 * HOUR, DAY]


@pytest.mark.parametrize(
    ("hour", "night", "instant"),
    [
        (time(2, 30), "2026-03-29", "2026-03-29T01:30:00+00:00"),  # skipped: 03:30 by summer time
        (time(2, 30), "2026-10-25", "2026-10-25T00:30:00+00:00"),  # happens twice: the first
        (time(2, 30), "2026-10-26", "2026-10-26T01:30:00+00:00"),
    ],
)
def test_an_hour_that_is_skipped_comes_later_and_one_that_happens_twice_is_the_first(
    hour: time, night: str, instant: str
) -> None:
    rota = Rota(BERLIN, (layer(1, unit=Unit.DAYS, at=hour),))
    begins = [each.start for each in roster(rota, at(f"{night}T00:00"), at(f"{night}T12:00"))[1:]]
    assert begins == [datetime.fromisoformat(instant)]


def test_a_window_that_begins_before_a_late_hand_over_does_not_know_of_it_yet() -> None:
    """In that night 02:30 comes at 03:30 by summer time; at 03:15 the turn before still runs."""
    rota = Rota(BERLIN, (layer(1, unit=Unit.DAYS, at=time(2, 30)),))
    assert (
        told(rota, "2026-03-29T03:15", "2026-03-29T12:00")[0][1]
        == told(rota, "2026-03-29T01:00", "2026-03-29T12:00")[0][1]
    )


def test_where_a_zone_leaves_out_a_day_the_latest_turn_that_has_begun_runs() -> None:
    """Samoa left out the whole of 30 December 2011: three turns of eight hours are never anybody's."""
    apia = "Pacific/Apia"
    rota = Rota(apia, (layer(1, starts=date(2011, 12, 28), unit=Unit.HOURS, every=8, at=time(8)),))
    start, end = at("2011-12-29T00:00", apia), at("2012-01-01T00:00", apia)
    duties = roster(rota, start, end)
    assert [each.end - each.start for each in duties] == [8 * HOUR, 8 * HOUR, 16 * HOUR, 8 * HOUR, 8 * HOUR]
    for hour in range((end - start) // HOUR):
        instant = start + hour * HOUR
        assert holder_at(rota, instant) == oracle(rota, instant), instant


def test_the_last_layer_that_has_somebody_wins() -> None:
    office = layer(2, OMAR, hours=week(BERLIN, Hours(540, 1020), days=5))
    rota = Rota(BERLIN, (layer(), office))
    assert told(rota, "2026-03-06T12:00", "2026-03-09T12:00") == [
        ("03-06 12:00", "omar"), ("03-06 17:00", "ana"), ("03-09 09:00", "omar"),
    ]  # fmt: skip


def test_layers_in_zones_of_their_own_follow_the_sun() -> None:
    east = layer(1, WEI, hours=week(SINGAPORE, Hours(8 * 60, 16 * 60)))
    middle = layer(2, ANA, hours=week("UTC", Hours(8 * 60, 16 * 60)))
    west = layer(3, OMAR, hours=week("UTC", Hours(0, 0 + 1), Hours(16 * 60, 24 * 60)))
    assert told(Rota("UTC", (east, middle, west)), "2026-03-10T00:00", "2026-03-11T00:00") == [
        ("03-10 00:00", "omar"), ("03-10 00:01", "wei"), ("03-10 08:00", "ana"), ("03-10 16:00", "omar"),
    ]  # fmt: skip


def test_a_place_without_a_person_is_left_to_the_layers_below() -> None:
    rota = Rota(BERLIN, (layer(1, OMAR), layer(2, ANA, None)))
    assert told(rota, "2026-03-02T09:00", "2026-03-16T09:00") == [("03-02 09:00", "ana"), ("03-09 09:00", "omar")]
    assert told(Rota(BERLIN, (layer(2, ANA, None),)), "2026-03-09T09:00", "2026-03-16T09:00") == [
        ("03-09 09:00", "nobody")
    ]


def test_an_override_stands_above_the_layers_and_a_later_one_above_it() -> None:
    first = Override(UUID(int=201), at("2026-03-03T00:00"), at("2026-03-05T00:00"), OMAR)
    second = Override(UUID(int=202), at("2026-03-04T00:00"), at("2026-03-04T12:00"), WEI)
    rota = Rota(BERLIN, (layer(),), (first, second))
    assert told(rota, "2026-03-02T09:00", "2026-03-06T00:00") == [
        ("03-02 09:00", "ana"), ("03-03 00:00", "omar"), ("03-04 00:00", "wei"),
        ("03-04 12:00", "omar"), ("03-05 00:00", "ana"),
    ]  # fmt: skip


def test_who_stands_in_for_somebody_takes_that_ones_hours_only() -> None:
    instead = Override(UUID(int=201), at("2026-03-01T00:00"), at("2026-04-01T00:00"), OMAR, instead_of=ANA)
    rota = Rota(BERLIN, (layer(),), (instead,))
    assert told(rota, "2026-03-02T09:00", "2026-03-23T09:00") == [
        ("03-02 09:00", "omar"), ("03-09 09:00", "wei"), ("03-16 09:00", "omar"),
    ]  # fmt: skip


# What always holds ---------------------------------------------------------------------------------------------------

#: None of these changes its clocks at an hour at which the hours below open or close; hand-overs may fall anywhere.
ZONES = st.sampled_from(
    [BERLIN, NEW_YORK, SINGAPORE, "Europe/London", "Australia/Lord_Howe", "Australia/Sydney", "Asia/Kathmandu", "UTC"]
)
#: Around the days on which those zones change their clocks in 2026, and one quiet week.
STARTS = st.sampled_from(
    ["2026-03-06", "2026-03-27", "2026-04-03", "2026-10-02", "2026-10-23", "2026-10-30", "2026-07-01"]
)
EDGES = st.sampled_from([(0, 1440), (6 * 60, 14 * 60), (9 * 60, 17 * 60 + 30), (14 * 60, 22 * 60), (18 * 60, 1440)])
DAYS = st.lists(EDGES.map(lambda edge: (Hours(*edge),)) | st.just(()), min_size=7, max_size=7).map(tuple)
CLOSED = st.frozensets(st.dates(date(2026, 3, 1), date(2026, 11, 10)), max_size=3)
PEOPLE = st.sampled_from([ANA, WEI, OMAR])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    return Calendar("hours", draw(ZONES), draw(st.none() | DAYS), draw(CLOSED))


@st.composite
def layers(draw: st.DrawFn, number: int) -> Layer:
    unit = draw(st.sampled_from(Unit))
    turns = Turns(
        people=tuple(draw(st.lists(PEOPLE | st.none(), min_size=1, max_size=4))),
        starts=draw(st.dates(date(2026, 1, 1), date(2026, 11, 1))),
        at=time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 30]))),
        every=draw(st.integers(1, 36 if unit is Unit.HOURS else 3)),
        unit=unit,
        weekday=draw(st.none() | st.integers(0, 6)),
        ends=draw(st.none() | st.dates(date(2026, 3, 1), date(2026, 12, 1))),
    )
    return Layer(UUID(int=100 + number), turns, draw(calendars()))


@st.composite
def overrides(draw: st.DrawFn, number: int, start: datetime) -> Override:
    begin = start + draw(st.integers(-24, 200)) * HOUR / 2
    until = begin + draw(st.integers(1, 96)) * HOUR / 2
    return Override(UUID(int=200 + number), begin, until, draw(PEOPLE), draw(st.none() | PEOPLE))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Rota, datetime, datetime]:
    """A rota and a window of days around a change of clocks."""
    start = datetime.fromisoformat(draw(STARTS)).replace(tzinfo=UTC) + draw(st.integers(0, 47)) * HOUR / 2
    rota = Rota(
        draw(ZONES),
        tuple(draw(layers(number)) for number in range(draw(st.integers(0, 3)))),
        tuple(draw(overrides(number, start)) for number in range(draw(st.integers(0, 3)))),
    )
    return rota, start, start + draw(st.integers(1, 8 * 48)) * HOUR / 2


@given(scenes())
def test_spans_partition_time(scene: tuple[Rota, datetime, datetime]) -> None:
    rota, start, end = scene
    duties = roster(rota, start, end)
    assert (duties[0].start, duties[-1].end) == (start, end)
    assert all(each.start < each.end for each in duties)
    assert all(one.end == other.start and one.holder != other.holder for one, other in pairwise(duties))


@given(scenes(), st.data())
def test_splitting_the_window_changes_nothing(scene: tuple[Rota, datetime, datetime], data: st.DataObject) -> None:
    rota, start, end = scene
    cut = start + data.draw(st.integers(1, (end - start) // timedelta(minutes=1) - 1)) * timedelta(minutes=1)
    parts = [*roster(rota, start, cut), *roster(rota, cut, end)]
    assert rejoined(parts) == list(roster(rota, start, end))


def rejoined(duties: list[Duty]) -> list[Duty]:
    whole = duties[:1]
    for each in duties[1:]:
        if whole[-1].holder == each.holder:
            whole[-1] = Duty(whole[-1].start, each.end, each.holder)
        else:
            whole.append(each)
    return whole


@given(scenes())
def test_a_layer_beneath_is_heard_only_where_those_above_have_nobody(scene: tuple[Rota, datetime, datetime]) -> None:
    rota, start, end = scene
    above = roster(Rota(rota.zone, rota.layers[1:]), start, end)
    for each in above:
        if each.holder is not None:
            within = roster(Rota(rota.zone, rota.layers), each.start, each.end)
            assert [(duty.start, duty.end, duty.holder) for duty in within] == [(each.start, each.end, each.holder)]


@given(scenes())
def test_the_roster_is_what_one_finds_walking_from_half_hour_to_half_hour(
    scene: tuple[Rota, datetime, datetime],
) -> None:
    rota, start, end = scene
    duties = roster(rota, start, end)
    instant = start
    while instant < end:
        found = next(each.holder for each in duties if each.start <= instant < each.end)
        assert found == oracle(rota, instant), instant
        instant += HOUR / 2


def oracle(rota: Rota, instant: datetime) -> Holder | None:
    """The rules of the module, read aloud at one instant."""
    holder = None
    for each in rota.layers:
        holder = serves(each, rota.zone, instant) or holder
    for cover in rota.overrides:
        if cover.start <= instant < cover.end and (
            cover.instead_of is None or (holder is not None and holder.person == cover.instead_of)
        ):
            holder = Holder(cover.person, By.OVERRIDE, cover.id)
    return holder


def serves(layer: Layer, zone: str, instant: datetime) -> Holder | None:
    turns = layer.turns
    first = wall(datetime.combine(turns.starts, turns.at), zone)
    if instant < first or (turns.ends and instant >= wall(datetime.combine(turns.ends, turns.at), zone)):
        return None
    begin = datetime.combine(turns.starts, turns.at)
    while turns.unit is Unit.WEEKS and turns.weekday is not None and begin.weekday() != turns.weekday:
        begin -= DAY
    length = {Unit.HOURS: HOUR, Unit.DAYS: DAY, Unit.WEEKS: WEEK}[turns.unit] * turns.every
    turn = (instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + 3 * DAY - begin) // length
    while turn > 0 and wall(begin + turn * length, zone) > instant:
        turn -= 1  # the latest turn that has begun
    person = turns.people[turn % len(turns.people)]
    if person is None or not open_at(layer.hours, instant):
        return None
    return Holder(person, By.LAYER, layer.id)


def wall(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def open_at(calendar: Calendar, instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo(calendar.zone))
    minute = local.hour * 60 + local.minute
    hours = (Hours(0, 1440),) if calendar.week is None else calendar.week[local.weekday()]
    return local.date() not in calendar.closed and any(each.opens <= minute < each.closes for each in hours)
