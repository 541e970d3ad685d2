from __future__ import annotations

from datetime import UTC, datetime

from tallylight.accounts.api import PersonCard, Role
from tallylight.escalation.ladder import Rung, from_facts
from tallylight.escalation.targets import targets
from tallylight.kernel.ids import new_id


def _person(email: str, role: Role) -> PersonCard:
    return PersonCard(new_id(), email, email, role, "en", "UTC")


ANA, BEN = _person("ana@x.example", Role.AGENT), _person("ben@x.example", Role.AGENT)
WEI = _person("wei@x.example", Role.ENGINEER)
STAFF = [ANA, BEN, WEI]


def _rung(role: str, person: str | None = None, schedule: str | None = None, team: str | None = None) -> Rung:
    return Rung("step", role, ("mail",), datetime(2026, 11, 23, tzinfo=UTC), person, schedule, team)


def test_the_named_person_comes_before_the_role() -> None:
    assert targets(_rung("agent", "Wei@x.example"), STAFF, owner=ANA.id) == [WEI]


def test_if_the_named_person_is_away_the_role_is_asked() -> None:
    assert targets(_rung("engineer", "gone@x.example"), STAFF, owner=None) == [WEI]


def test_the_owner_is_asked_alone_where_it_is_the_owner_s_role() -> None:
    assert targets(_rung("agent"), STAFF, owner=BEN.id) == [BEN]


def test_everybody_in_the_role_is_asked_otherwise() -> None:
    assert targets(_rung("agent"), STAFF, owner=WEI.id) == [ANA, BEN]


def test_a_role_that_nobody_holds_is_nobody() -> None:
    assert targets(_rung("manager"), STAFF, owner=ANA.id) == []


def test_whoever_is_on_call_comes_before_the_role_and_after_the_named_person() -> None:
    rung = _rung("agent", schedule="front")
    assert targets(rung, STAFF, owner=ANA.id, on_call={WEI.id}) == [WEI]
    assert targets(rung, STAFF, owner=None) == [ANA, BEN]
    named = _rung("agent", "ben@x.example", schedule="front")
    assert targets(named, STAFF, owner=None, on_call={WEI.id}) == [BEN]


def test_a_team_is_asked_whole_unless_the_owner_is_in_it() -> None:
    rung = _rung("", team="network")
    assert targets(rung, STAFF, owner=None, team={BEN.id, WEI.id}) == [BEN, WEI]
    assert targets(rung, STAFF, owner=WEI.id, team={BEN.id, WEI.id}) == [WEI]
    assert targets(rung, STAFF, owner=ANA.id, team={BEN.id, WEI.id}) == [BEN, WEI]


def test_a_schedule_in_its_gap_or_an_empty_team_leaves_it_to_the_role_and_without_a_role_to_nobody() -> None:
    assert targets(_rung("engineer", team="network"), STAFF, owner=None) == [WEI]
    assert targets(_rung("", schedule="front"), STAFF, owner=ANA.id) == []


def test_a_ladder_that_was_written_before_there_were_schedules_reads_as_it_did() -> None:
    (rung,) = from_facts(
        [
            {
                "name": "expert",
                "role": "engineer",
                "channels": ["mail"],
                "due_at": "2026-11-23T00:00:00+00:00",
                "person": None,
            }
        ]
    )
    assert targets(rung, STAFF, owner=None) == [WEI]
    assert from_facts([rung.facts()]) == (rung,)
