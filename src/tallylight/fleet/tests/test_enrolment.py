"""A node joins once per token, under the name it was granted to, and speaks with a key that is kept hashed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tallylight.fleet import api
from tallylight.fleet.models import EnrolmentToken, Node

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def token() -> str:
    api.add_region("ap-southeast", en="Singapore", zh="新加坡")
    return api.grant_enrolment("sin-1", "ap-southeast", now=NOW)


def join(token: str, name: str = "sin-1", *, now: datetime = NOW) -> api.Enrolment:
    return api.enrol(token, name, host="127.0.0.1", stamp_port=8410, viewer_port=8410, now=now)


def test_a_token_lets_the_node_in_and_its_key_speaks_for_it(token: str) -> None:
    assert api.authenticate(join(token).key).name == "sin-1"


def test_neither_token_nor_key_is_kept(token: str) -> None:
    key = join(token).key
    assert not EnrolmentToken.objects.filter(digest=token).exists()
    assert not Node.objects.filter(key_digest=key).exists()


@pytest.mark.parametrize(
    ("name", "later", "reason"),
    [("sin-2", timedelta(0), "granted to another name"), ("sin-1", timedelta(hours=24), "expired")],
)
def test_a_token_is_refused_with_its_reason(token: str, name: str, later: timedelta, reason: str) -> None:
    with pytest.raises(api.EnrolmentRefused) as refused:
        join(token, name, now=NOW + later)
    assert refused.value.facts["reason"] == reason


def test_a_token_works_once(token: str) -> None:
    join(token)
    with pytest.raises(api.EnrolmentRefused) as refused:
        join(token)
    assert refused.value.facts["reason"] == "used"


def test_enrolling_again_replaces_the_key(token: str) -> None:
    old = join(token).key
    new = join(api.grant_enrolment("sin-1", "ap-southeast", now=NOW)).key
    assert api.authenticate(new).name == "sin-1"
    with pytest.raises(api.NodeKeyRefused):
        api.authenticate(old)


def test_a_region_that_does_not_exist_is_named_with_those_that_do(token: str) -> None:
    with pytest.raises(api.RegionUnknown) as unknown:
        api.grant_enrolment("x-1", "moon", now=NOW)
    assert "ap-southeast" in unknown.value.facts["known"]


class TestDetours:
    """A drill leases the way to a node, and the lease ends by itself."""

    def lease(self, until: datetime) -> api.DetourLease:
        return api.DetourLease("127.0.0.1", 8430, 8430, {"iad-1": ("127.0.0.1", 8431)}, until)

    def test_a_lease_lives_until_its_end(self, token: str) -> None:
        join(token)
        api.open_detour("sin-1", self.lease(NOW + timedelta(seconds=6)), now=NOW)
        assert "sin-1" in api.live_detours(now=NOW + timedelta(seconds=5))
        assert "sin-1" not in api.live_detours(now=NOW + timedelta(seconds=6))

    def test_two_drills_never_share_a_node(self, token: str) -> None:
        join(token)
        api.open_detour("sin-1", self.lease(NOW + timedelta(seconds=6)), now=NOW)
        with pytest.raises(api.DetourTaken):
            api.open_detour("sin-1", self.lease(NOW + timedelta(seconds=9)), now=NOW)

    def test_a_dead_lease_makes_room(self, token: str) -> None:
        join(token)
        first = api.open_detour("sin-1", self.lease(NOW), now=NOW)
        second = api.open_detour("sin-1", self.lease(NOW + timedelta(seconds=6)), now=NOW)
        assert not api.renew_detour(first, until=NOW + timedelta(minutes=1))
        assert api.renew_detour(second, until=NOW + timedelta(minutes=1))
