"""Schedules and layers as rows: what managers write is what people are on call by."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tallylight.accounts.api import RoleRequired
from tallylight.accounts.models import AuditEntry, Person
from tallylight.kernel.ids import new_id
from tallylight.oncall import api
from tallylight.oncall.api import By, LayerWanted, OnHolidays, ScheduleUnknown, Unit
from tallylight.oncall.errors import (
    EndsBeforeStart,
    HolidaysUnknown,
    HoursUnreadable,
    NobodyInTurn,
    NoSuchZone,
    NotOnStaff,
    ScheduleNameTaken,
)
from tallylight.oncall.tests.conftest import House


def test_a_schedule_without_layers_is_one_gap(house: House) -> None:
    assert api.on_call("front", house.now) == []
    assert api.gaps("front", house.at(0), house.at(7)) == [api.Span(house.at(0), house.at(7))]


def test_people_take_their_turns_and_the_layer_is_the_reason(house: House) -> None:
    layer = house.layer("ana", "wei")
    assert house.told(0, 21) == [(0, "ana"), (7, "wei"), (14, "ana")]
    (found,) = api.on_call("front", house.at(8))
    assert (found.person.name, found.by, found.source, found.why) == ("wei", By.LAYER, layer.id, "Weeks")


def test_one_asks_for_ones_own_shifts_on_every_schedule(house: House) -> None:
    api.make_schedule(house.viewer("omar"), "back", "Back line", "UTC")
    house.layer("ana", "wei")
    house.layer("wei", slug="back", at=time(8), unit=Unit.DAYS, ends=date(2026, 3, 4))
    mine = api.shifts_of(house.people["wei"], house.at(0), house.at(14))
    assert [(each.schedule.slug, each.start, each.end) for each in mine] == [
        ("back", house.at(0), house.at(2)), ("front", house.at(7), house.at(14)),
    ]  # fmt: skip


def test_who_can_not_sign_in_any_more_is_nobody(house: House) -> None:
    house.layer("ana", "wei")
    Person.objects.filter(id=house.people["wei"]).update(is_active=False)
    assert house.told(0, 21) == [(0, "ana"), (7, "nobody"), (14, "ana")]


def test_a_layer_rests_on_public_holidays_and_another_serves_only_then(house: House) -> None:
    """Good Friday is 3 April 2026, Easter Monday 6 April."""
    house.layer("ana", country="DE", subdivision="BE", on_holidays=OnHolidays.RESTS)
    holidays = house.layer("wei", name="Holidays", country="DE", subdivision="BE", on_holidays=OnHolidays.ONLY)
    easter = api.shifts("front", house.at(31), house.at(36))
    assert [(f"{each.start:%m-%d %H:%M}", each.who and each.who.person.name) for each in easter] == [
        ("04-02 08:00", "ana"), ("04-02 22:00", "wei"), ("04-03 22:00", "ana"),
        ("04-05 22:00", "wei"), ("04-06 22:00", "ana"),
    ]  # fmt: skip
    api.remove_layer(house.viewer("omar"), holidays.id)
    assert len(api.gaps("front", house.at(31), house.at(36))) == 2


def test_layers_change_places(house: House) -> None:
    low, high = house.layer("ana"), house.layer("wei")
    assert house.told(0, 7) == [(0, "wei")]
    api.move_layer(house.viewer("omar"), low.id, up=True)
    assert house.told(0, 7) == [(0, "ana")]
    api.move_layer(house.viewer("omar"), low.id, up=True)
    api.move_layer(house.viewer("omar"), high.id, up=False)
    assert [each.id for each in api.layers("front")] == [high.id, low.id]


def test_a_layer_is_written_anew(house: House) -> None:
    layer = house.layer("ana", "wei")
    wanted = LayerWanted("Days", (house.people["ben"],), date(2026, 3, 2), time(9), Unit.DAYS)
    assert [each and each.name for each in api.change_layer(house.viewer("omar"), layer.id, wanted).people] == ["ben"]
    assert house.told(0, 21) == [(0, "ben")]
    assert AuditEntry.objects.filter(action="oncall.change-layer").count() == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"zone": "Mars/Olympus"}, NoSuchZone),
        ({"ends": date(2026, 3, 2)}, EndsBeforeStart),
        ({"hours": {"monday": ["9-17"]}}, HoursUnreadable),
        ({"hours": {"monday": ["12:00-15:00", "14:00-18:00"]}}, HoursUnreadable),
        ({"country": "XX"}, HolidaysUnknown),
        ({"country": "DE", "subdivision": "??", "on_holidays": OnHolidays.RESTS}, HolidaysUnknown),
        ({"on_holidays": OnHolidays.ONLY}, HolidaysUnknown),
    ],
)
def test_a_layer_that_makes_no_sense_is_refused(house: House, changes: dict[str, object], fault: type) -> None:
    with pytest.raises(fault):
        house.layer("ana", **changes)
    assert api.layers("front") == []


def test_only_the_providers_people_take_turns(house: House) -> None:
    with pytest.raises(NotOnStaff):
        house.layer("ana", "mia")
    house.people["ghost"] = new_id()
    with pytest.raises(NotOnStaff):
        house.layer("ghost")
    with pytest.raises(NobodyInTurn):
        house.layer()


def test_only_managers_change_schedules(house: House) -> None:
    layer = house.layer("ana")
    for name in ("ana", "wei", "mia"):
        viewer = house.viewer(name)
        with pytest.raises(RoleRequired):
            api.make_schedule(viewer, "mine", "Mine", "UTC")
        with pytest.raises(RoleRequired):
            api.change_schedule(viewer, "front", name="Mine", zone="UTC", warn_days=1)
        with pytest.raises(RoleRequired):
            api.remove_layer(viewer, layer.id)
        with pytest.raises(RoleRequired):
            api.remove_schedule(viewer, "front")


def test_a_schedule_is_moved_to_another_zone_and_removed(house: House) -> None:
    house.layer("ana", "wei")
    with pytest.raises(ScheduleNameTaken):
        api.make_schedule(house.viewer("omar"), "front", "Again", "UTC")
    api.change_schedule(house.viewer("omar"), "front", name="Front", zone="Asia/Singapore", warn_days=7)
    assert api.shifts("front", house.at(0), house.at(8))[0].end == house.at(7) - timedelta(hours=7)
    api.remove_schedule(house.viewer("omar"), "front")
    with pytest.raises(ScheduleUnknown):
        api.on_call("front", house.now)


def test_how_a_schedule_stands(house: House) -> None:
    house.layer("ana", "wei", ends=date(2026, 3, 10))
    (standing,) = api.standing(house.now)
    assert standing.now.who is not None
    assert standing.then is not None
    assert (standing.now.who.person.name, standing.hands_over, standing.then.person.name) == ("ana", house.at(7), "wei")
    assert standing.gaps == (api.Span(house.at(8), house.at(14)),)
