"""Who is chosen for which seat."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tallylight.accounts.api import PersonCard, Role
from tallylight.bridges.seats import Seat, seated
from tallylight.kernel.ids import new_id

PEOPLE = [PersonCard(new_id(), name, f"{name}@x.example", Role.AGENT, "en", "UTC") for name in "abcdef"]
ANA, BEN, CHO, *_ = PEOPLE
FOUND = st.fixed_dictionaries({seat: st.lists(st.sampled_from(PEOPLE), unique=True) for seat in Seat})


def test_nobody_sits_twice_while_somebody_else_is_there() -> None:
    found = {Seat.COMMANDER: [ANA, BEN], Seat.COMMUNICATIONS: [ANA], Seat.EXPERTS: [BEN, CHO]}
    assert seated(found) == {Seat.COMMANDER: BEN, Seat.COMMUNICATIONS: ANA, Seat.EXPERTS: CHO}


def test_one_person_alone_sits_everywhere_and_an_empty_seat_is_said_to_be() -> None:
    found = {Seat.COMMANDER: [ANA], Seat.COMMUNICATIONS: [ANA], Seat.EXPERTS: []}
    assert seated(found) == {Seat.COMMANDER: ANA, Seat.COMMUNICATIONS: ANA, Seat.EXPERTS: None}


def test_who_sits_already_is_asked_last() -> None:
    assert seated({Seat.EXPERTS: [ANA, BEN]}, {ANA.id}) == {Seat.EXPERTS: BEN}


@given(FOUND)
def test_a_seat_is_empty_exactly_if_nobody_was_found_for_it(found: dict[Seat, list[PersonCard]]) -> None:
    chosen = seated(found)
    assert list(chosen) == list(found)
    for seat, person in chosen.items():
        assert (person is None) is (found[seat] == [])
        assert person is None or person in found[seat]
