from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from tallylight.accounts import api as accounts
from tallylight.config.demo import NODES, set_up
from tallylight.config.demo_oncall import SCHEDULE
from tallylight.config.environment import Environment, environment
from tallylight.contracts import api as contracts
from tallylight.fleet import api as fleet
from tallylight.oncall import api as oncall

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Environment:
    return replace(environment(), home=tmp_path)


def test_every_login_of_the_demo_lets_somebody_in(home: Environment) -> None:
    for login in set_up(home, now=NOW):
        assert authenticate(username=login.login, password=login.password) is not None


def test_the_customers_stand_under_their_contracts(home: Environment) -> None:
    set_up(home, now=NOW)
    assert [each.slug for each in contracts.all_in_force(NOW)] == ["astra-voice", "lumen-live"]
    (li,) = accounts.members_of(accounts.organisation_by_slug("astra-voice").id)
    assert li.locale == "zh-hans"


def test_once_more_changes_nothing_but_fresh_enrolment_tokens(home: Environment) -> None:
    first = set_up(home, now=NOW)
    tokens = {node: _token(home, node) for node in NODES}
    assert set_up(home, now=NOW) == first
    assert len(contracts.versions(accounts.organisation_by_slug("lumen-live").id)) == 1
    assert all(_token(home, node) != tokens[node] for node in NODES)


def test_a_node_joins_with_the_token_it_finds_and_needs_no_other(home: Environment) -> None:
    set_up(home, now=NOW)
    fleet.enrol(_token(home, "sin-1"), "sin-1", host="127.0.0.1", stamp_port=1, viewer_port=2, now=NOW)
    set_up(home, now=NOW)
    assert not (home.home / "secrets" / "enrol-sin-1").exists()


def test_the_demos_schedule_follows_the_sun_and_leaves_no_hour_out(home: Environment) -> None:
    set_up(home, now=NOW)
    set_up(home, now=NOW)
    year = NOW + timedelta(days=366)
    assert oncall.gaps(SCHEDULE, NOW, year) == []
    assert len({each.who.person.id for each in oncall.shifts(SCHEDULE, NOW, year) if each.who}) == 4
    assert [(each.slug, each.people) for each in accounts.teams()] == [("frontline", 1), ("network", 2)]


def test_secrets_are_readable_by_their_owner_only(home: Environment) -> None:
    set_up(home, now=NOW)
    modes = {path.stat().st_mode & 0o777 for path in (home.home / "secrets").iterdir()}
    assert modes == {0o600}


def test_the_command_prints_the_logins_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", "--json")
    said = json.loads(capsys.readouterr().out)
    assert {each["role"] for each in said["logins"]} == {"agent", "engineer", "manager", "admin", "member"}
    assert said["nodes"] == list(NODES)


def _token(home: Environment, node: str) -> str:
    return (home.home / "secrets" / f"enrol-{node}").read_text()
