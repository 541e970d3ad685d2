"""The address by which a conversation is found."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from tallylight.channels.tokens import address_of, conversation_in, is_ours, read_token, token_of
from tallylight.kernel.ids import new_id


@given(st.uuids())
def test_a_conversation_is_found_by_its_address_in_capitals_too(conversation: UUID) -> None:
    address = f"desk+{token_of(conversation)}@desk.example"
    assert len(address.partition("@")[0]) <= 64
    assert conversation_in(["mia@lumen.example", address.upper()]) == conversation


@given(st.uuids(), st.integers(0, 39), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_that_was_changed_finds_nothing(conversation: UUID, place: int, letter: str) -> None:
    token = token_of(conversation)
    forged = token[:place] + letter + token[place + 1 :]
    assert read_token(forged) == (conversation if forged == token else None)


def test_there_is_no_address_where_no_mail_comes_in(settings: Settings) -> None:
    settings.DESK_ADDRESS = ""
    assert address_of(new_id()) == ""


def test_ours_are_the_desks_address_with_any_tag_the_senders_and_named_domains(settings: Settings) -> None:
    settings.DESK_ADDRESS, settings.MAIL_FROM = "desk@desk.example", "Tallylight <tally@desk.example>"
    settings.MAIL_ACCEPTED = ("@help.example",)
    ours = ["desk@desk.example", "Desk+x@DESK.example", "tally@desk.example", "anybody@help.example"]
    assert [is_ours(each) for each in ours] == [True] * 4
    others = ["mia@desk.example", "desk@desk.example.evil.example", "x@sub.help.example", "desk"]
    assert [is_ours(each) for each in others] == [False] * 4
