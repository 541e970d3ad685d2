"""What the surroundings may say of where mail is taken in."""

from __future__ import annotations

import pytest

from tallylight.channels.doors import Door, door_at, welcome


def test_a_door_has_a_protocol_a_host_and_a_port() -> None:
    assert door_at("lmtp://127.0.0.1:24") == Door("lmtp", "127.0.0.1", 24)


@pytest.mark.parametrize("url", ["imap://x:1", "smtp://127.0.0.1", "127.0.0.1:25", "smtp://"])
def test_what_can_not_be_meant_is_said(url: str) -> None:
    with pytest.raises(ValueError, match="TALLY_MAIL_IN"):
        door_at(url)


@pytest.mark.parametrize("named", ["desk", "desk@"])
def test_what_is_no_address_is_said(named: str) -> None:
    with pytest.raises(ValueError, match="TALLY_DESK_ADDRESS"):
        welcome(named, "tally@desk.example", ())
