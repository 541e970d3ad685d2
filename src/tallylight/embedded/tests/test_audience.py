from __future__ import annotations

from collections import Counter
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from tallylight.embedded.audience import BEAT_S, MIDDLE, SWING, House, Seat, Session, beacon, crowd
from tallylight.kernel.chance import generator
from tallylight.kernel.ids import new_id

SEATS = [Seat("lumen-live", "sin-1"), Seat("lumen-live", "iad-1"), Seat("astra-voice", "sin-1")]


@given(st.floats(0, 1e6))
def test_every_seat_has_a_few_sessions_and_never_many(now: float) -> None:
    for seat in SEATS:
        assert MIDDLE - SWING <= crowd(seat, now) <= MIDDLE + SWING


def test_the_house_follows_the_wave_and_empties_where_a_node_is_gone() -> None:
    house = House(generator(7), {})
    for now in (0.0, 150.0, 300.0):
        house.fill(SEATS, now)
        assert Counter(session.seat for session in house.due) == {seat: crowd(seat, now) for seat in SEATS}
    house.fill(SEATS[:2], 300.0)
    assert {session.seat for session in house.due} == set(SEATS[:2])


def test_each_session_is_heard_about_every_beat() -> None:
    house = House(generator(7), {})
    house.fill(SEATS, 0.0)
    there = set(house.due)
    heard = [session for tenth in range(int(BEAT_S * 13)) for session in house.take_due(tenth / 10)]
    assert set(heard) == there
    assert set(Counter(heard).values()) <= {1, 2}


def test_a_heartbeat_names_customer_stream_and_session_as_cmcd() -> None:
    session = Session(new_id(), SEATS[0], "show-1")
    address = urlsplit(beacon("http://127.0.0.1:8420", session))
    assert address.path == "/beacon/lumen-live"
    (cmcd,) = parse_qs(address.query)["CMCD"]
    assert set(cmcd.split(",")) == {'cid="show-1"', f'sid="{session.id}"', "st=l"}
