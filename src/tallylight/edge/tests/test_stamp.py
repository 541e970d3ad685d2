"""Packets against vectors laid out by hand from the figures of RFC 8762, not with the codec's own structs."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.edge import stamp

KEY = bytes(range(32))
#: 2026-11-23T01:35:00.5Z: 1795397700.5 s of unix time, 4004386500.5 s of NTP time.
NOW_NS = 1_795_397_700_500_000_000
NOW_NTP = "eeae16c4 80000000"


def octets(*fields: str) -> bytes:
    return bytes.fromhex("".join(fields))


def mbz(count: int) -> str:
    return "00" * count


def signed(head: bytes) -> bytes:
    inner = hashlib.sha256(bytes(k ^ 0x36 for k in KEY.ljust(64, b"\0")) + head).digest()
    return head + hashlib.sha256(bytes(k ^ 0x5C for k in KEY.ljust(64, b"\0")) + inner).digest()[:16]


#: Figure 2: sequence, timestamp, error estimate, MBZ (30).
OPEN_REQUEST = octets("00000007", NOW_NTP, "8f01", mbz(30))
#: Figure 4: sequence, MBZ (12), timestamp, error estimate, MBZ (70), HMAC.
AUTHENTICATED_REQUEST = signed(octets("00000007", mbz(12), NOW_NTP, "8f01", mbz(70)))
#: Figure 5: sequence, T3, error estimate, MBZ (2), T2, the sender's sequence, timestamp and error estimate, MBZ (2),
#: TTL, MBZ (3).
OPEN_REPLY = octets(
    "00000003",
    "eeae16c4c0000000",
    "8f02",
    mbz(2),
    "eeae16c4a0000000",
    "00000007",
    NOW_NTP,
    "8f01",
    mbz(2),
    "3d",
    mbz(3),
)
#: Figure 6: as figure 5 with MBZ of 12, 6, 8, 12, 6 and 15 octets between, HMAC.
AUTHENTICATED_REPLY = signed(
    octets("00000003", mbz(12), "eeae16c4c0000000", "8f02", mbz(6), "eeae16c4a0000000", mbz(8))
    + octets("00000007", mbz(12), NOW_NTP, "8f01", mbz(6), "3d", mbz(15))
)
T2, T3 = 0xEEAE16C4A0000000, 0xEEAE16C4C0000000


def test_the_vectors_are_as_long_as_the_rfc_says() -> None:
    assert [len(v) for v in (OPEN_REQUEST, OPEN_REPLY, AUTHENTICATED_REQUEST, AUTHENTICATED_REPLY)] == [
        44,
        44,
        112,
        112,
    ]


def test_requests_are_laid_out_as_in_figures_2_and_4() -> None:
    assert stamp.open_request(7, stamp.ntp(NOW_NS), 0x8F01) == OPEN_REQUEST
    assert stamp.authenticated_request(7, stamp.ntp(NOW_NS), 0x8F01, KEY) == AUTHENTICATED_REQUEST


def test_requests_are_read() -> None:
    expected = stamp.Request(sequence=7, timestamp=stamp.ntp(NOW_NS), error=0x8F01, ssid=0)
    assert stamp.read_open_request(OPEN_REQUEST) == expected
    assert stamp.read_authenticated_request(AUTHENTICATED_REQUEST) == expected


def test_replies_are_laid_out_as_in_figures_5_and_6() -> None:
    request = stamp.Request(7, stamp.ntp(NOW_NS), 0x8F01, 0)
    facts = {"sequence": 3, "t2": T2, "t3": T3, "error": 0x8F02, "ttl": 61}
    assert stamp.open_reply(request, OPEN_REQUEST, **facts) == OPEN_REPLY
    assert stamp.authenticated_reply(request, AUTHENTICATED_REQUEST, **facts, key=KEY) == AUTHENTICATED_REPLY


def test_replies_are_read() -> None:
    for reply in (stamp.read_open_reply(OPEN_REPLY), stamp.read_authenticated_reply(AUTHENTICATED_REPLY)):
        assert reply == stamp.Reply(3, NOW_NS + 125_000_000, NOW_NS + 250_000_000, 0x8F02, 7, stamp.ntp(NOW_NS), 61)


def test_the_hmac_covers_the_first_96_octets() -> None:
    assert stamp.is_authentic(AUTHENTICATED_REPLY, KEY)
    assert hmac.compare_digest(
        AUTHENTICATED_REPLY[96:], hmac.new(KEY, AUTHENTICATED_REPLY[:96], "sha256").digest()[:16]
    )
    for position in range(112):
        changed = bytearray(AUTHENTICATED_REPLY)
        changed[position] ^= 1
        assert not stamp.is_authentic(bytes(changed), KEY)
    assert not stamp.is_authentic(AUTHENTICATED_REPLY, b"another key")


def test_a_short_twamp_light_request_is_answered_in_full() -> None:
    request = stamp.read_open_request(OPEN_REQUEST[:14])
    assert request is not None
    reply = stamp.open_reply(request, OPEN_REQUEST[:14], sequence=3, t2=T2, t3=T3, error=0x8F02, ttl=61)
    assert reply == OPEN_REPLY


def test_padding_and_extensions_come_back_as_they_were() -> None:
    padded = OPEN_REQUEST + b"padding or a TLV of RFC 8972"
    request = stamp.read_open_request(padded)
    assert request is not None
    reply = stamp.open_reply(request, padded, sequence=3, t2=T2, t3=T3, error=0x8F02, ttl=61)
    assert len(reply) == len(padded)
    assert reply == OPEN_REPLY + b"padding or a TLV of RFC 8972"


def test_the_session_identifier_comes_back() -> None:
    request = stamp.read_open_request(OPEN_REQUEST[:14] + b"\xab\xcd" + OPEN_REQUEST[16:])
    assert request is not None
    assert request.ssid == 0xABCD
    assert stamp.open_reply(request, OPEN_REQUEST, sequence=0, t2=0, t3=0, error=1, ttl=1)[14:16] == b"\xab\xcd"


def test_a_twamp_light_reply_of_41_octets_is_read() -> None:
    assert stamp.read_open_reply(OPEN_REPLY[:41]) == stamp.read_open_reply(OPEN_REPLY)


def test_a_reflector_may_stamp_in_ptp_format() -> None:
    ptp = octets("00000003", "6b039844 0ee6b280", "cf02", mbz(2), "6b039844 07735940", OPEN_REPLY[24:].hex())
    reply = stamp.read_open_reply(ptp)
    assert reply is not None
    assert reply.t3_ns - reply.t2_ns == 125_000_000
    assert reply.t3_ns == 0x6B039844 * 1_000_000_000 + 250_000_000


@pytest.mark.parametrize("length", [0, 1, 13])
def test_what_is_too_short_is_no_request(length: int) -> None:
    assert stamp.read_open_request(bytes(length)) is None


def test_what_is_too_short_is_no_reply() -> None:
    assert stamp.read_open_reply(bytes(40)) is None
    assert stamp.read_authenticated_reply(bytes(111)) is None
    assert stamp.read_authenticated_request(bytes(111)) is None


@given(st.integers(0, 4_200_000_000 * 10**9))
def test_instants_survive_ntp_over_the_end_of_an_era(unix_ns: int) -> None:
    assert abs(stamp.unix_ns(stamp.ntp(unix_ns)) - unix_ns) <= 1


def test_ntp_counts_from_1900() -> None:
    assert stamp.ntp(0) == 2_208_988_800 << 32
    assert stamp.ntp(NOW_NS) == 0xEEAE16C480000000


@given(st.integers(0, 10**10))
def test_a_stated_error_is_never_less_than_the_error(error_us: int) -> None:
    estimate = stamp.error_estimate(error_us)
    stated = stamp.error_us(estimate)
    assert stated is not None
    assert error_us <= stated <= error_us * 1.02 + 2
    assert estimate & 0xFF, "a multiplier of 0 is not valid (RFC 4656 section 4.1.2)"


def test_a_clock_that_is_not_synchronised_states_no_error() -> None:
    assert stamp.error_us(stamp.error_estimate(None)) is None
