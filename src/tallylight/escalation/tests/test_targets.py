from __future__ import annotations

from datetime import UTC, datetime

from tallylight.accounts.api import PersonCard, Role
from tallylight.escalation.ladder import Rung
from tallylight.escalation.targets import targets
from tallylight.kernel.ids import new_id


def _person(email: str, role: Role) -> PersonCard:
    return PersonCard(new_id(), email, email, role, "en", "UTC")


ANA, BEN = _person("ana@x.example", Role.AGENT), _person("ben@x.example", Role.AGENT)
WEI = _person("wei@x.example", Role.ENGINEER)
STAFF = [ANA, BEN, WEI]


def _rung(role: str, person: str | None = None) -> Rung:
    return Rung("step", role, ("mail",), datetime(2026, 11, 23, tzinfo=UTC), person)


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
