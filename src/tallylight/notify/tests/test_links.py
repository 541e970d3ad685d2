from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tallylight.kernel.ids import new_id
from tallylight.notify.api import Grant, LinkExpired, LinkRefused, read_link, write_link

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def _grant() -> Grant:
    return Grant("acknowledge", new_id(), new_id(), NOW + timedelta(days=1))


def test_a_link_allows_what_it_was_written_for() -> None:
    grant = _grant()
    assert read_link(write_link(grant), "acknowledge", now=NOW) == grant


def test_a_link_is_good_for_one_purpose_only() -> None:
    with pytest.raises(LinkRefused):
        read_link(write_link(_grant()), "resolve", now=NOW)


def test_a_link_ends() -> None:
    grant = _grant()
    token = write_link(grant)
    read_link(token, "acknowledge", now=grant.expires_at - timedelta(seconds=1))
    with pytest.raises(LinkExpired):
        read_link(token, "acknowledge", now=grant.expires_at)


@pytest.mark.parametrize("token", ["", "x", "a:b", "\x00", "é" * 40])
def test_what_we_did_not_write_is_refused(token: str) -> None:
    with pytest.raises(LinkRefused):
        read_link(token, "acknowledge", now=NOW)


def test_a_changed_link_is_refused() -> None:
    token = write_link(_grant())
    for place in range(0, len(token), 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(LinkRefused):
            read_link(changed, "acknowledge", now=NOW)
