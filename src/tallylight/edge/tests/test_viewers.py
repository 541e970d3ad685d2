from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

import pytest

from tallylight.edge.beacon import MAX_REQUEST, BeaconListener
from tallylight.edge.cmcd import Beat, parse, read_beat
from tallylight.edge.errors import AddressUnusable
from tallylight.edge.viewers import GONE_S, Viewers

SID = "6e2fb550-c457-11e9-bb97-0800200c9a66"


@pytest.mark.parametrize(
    ("payload", "beat"),
    [
        # The examples of CTA-5004 section 4, and what players make of them.
        (f'sid="{SID}"', Beat(SID, "")),
        (f'bl=21300,br=3200,bs,cid="faec5fc2-ac30-11ea-bb37-0242ac130002",d=4004,sid="{SID}",su', None),
        (f'cid="show",sid="{SID}"', Beat(SID, "show")),
        (r'sid="with \"quotes\", commas and \\",cid="a=b"', Beat(r'with "quotes", commas and ' + "\\", "a=b")),
        ("br=3200", None),
        ('sid=""', None),
        (f'sid="{"x" * 65}"', None),
        (f'sid="{SID}",cid="{"x" * 65}"', None),
        ('sid="a\nb"', None),
        ("", None),
        (",,=,", None),
        ('sid="unterminated', Beat('"unterminated', "")),
    ],
)
def test_a_beat_is_read_from_what_players_send(payload: str, beat: Beat | None) -> None:
    if payload.startswith("bl="):
        beat = Beat(SID, "faec5fc2-ac30-11ea-bb37-0242ac130002")
    assert read_beat(payload) == beat


def test_bare_keys_are_true() -> None:
    assert parse("bs,su,br=3200") == {"bs": "true", "su": "true", "br": "3200"}


def test_sessions_are_counted_once_each_and_leave_after_thirty_seconds() -> None:
    viewers = Viewers()
    for now, session, stream in ((0.0, "a", "show"), (1.0, "b", "show"), (2.0, "a", "show"), (3.0, "c", "talk")):
        assert viewers.heard("acme", Beat(session, stream), now_s=now)
    assert viewers.count(now_s=4.0) == {("acme", "show"): 2, ("acme", "talk"): 1}
    assert viewers.count(now_s=1.0 + GONE_S) == {("acme", "show"): 1, ("acme", "talk"): 1}
    assert viewers.count(now_s=3.0 + GONE_S) == {}


def test_a_session_counts_for_the_stream_it_named_last_and_for_its_customer() -> None:
    viewers = Viewers()
    viewers.heard("acme", Beat("a", "show"), now_s=0)
    viewers.heard("acme", Beat("a", "talk"), now_s=1)
    viewers.heard("bmce", Beat("a", "talk"), now_s=1)
    assert viewers.count(now_s=1) == {("acme", "talk"): 1, ("bmce", "talk"): 1}


def test_sessions_and_streams_are_bounded() -> None:
    viewers = Viewers(max_sessions=3, max_streams=2)
    assert [viewers.heard("acme", Beat(session, "show"), now_s=0) for session in "abcd"] == [True, True, True, False]
    assert viewers.heard("acme", Beat("a", "talk"), now_s=1)
    assert not viewers.heard("acme", Beat("b", "news"), now_s=1)
    assert viewers.heard("acme", Beat("d", "show"), now_s=GONE_S)


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[BeaconListener, asyncio.StreamReader, asyncio.StreamWriter]]:
    listener = BeaconListener("127.0.0.1", 0, Viewers())
    address = await listener.start()
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield listener, reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        await listener.stop()


def get(target: str, method: str = "GET", headers: str = "") -> bytes:
    return f"{method} {target} HTTP/1.1\r\nHost: edge\r\n{headers}\r\n".encode()


def beacon(payload: str, customer: str = "acme") -> str:
    return f"/beacon/{customer}?CMCD={quote(payload, safe='')}"


async def head(reader: asyncio.StreamReader) -> tuple[int, str]:
    text = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).decode()
    return int(text.split()[1]), text


async def test_a_heartbeat_is_noted_over_a_kept_connection() -> None:
    async with listening() as (listener, reader, writer):
        for method in ("GET", "POST", "GET"):
            extra = "Content-Length: 2\r\n" if method == "POST" else ""
            writer.write(get(beacon(f'sid="{SID}",cid="show"'), method, extra) + (b"{}" if extra else b""))
            status, text = await head(reader)
            assert status == 204
            assert "Access-Control-Allow-Origin: *" in text
        assert list(listener.viewers.count(now_s=0).values()) == [1]


async def test_pipelined_requests_are_answered_in_order() -> None:
    async with listening() as (listener, reader, writer):
        writer.write(get(beacon('sid="a"')) + get("/nowhere") + get(beacon('sid="b"')))
        assert [(await head(reader))[0] for _ in range(3)] == [204, 404, 204]
        assert listener.viewers.count(now_s=0) == {("acme", ""): 2}


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/healthz"), 200),
        (get("/"), 404),
        (get(beacon('sid="a"', customer="Ac%2Fme")), 404),
        (get(beacon('sid="a"', customer="")), 404),
        (get(beacon('sid="a"', customer="a/b")), 404),
        (get("/beacon/acme"), 400),
        (get("/beacon/acme?CMCD=br%3D1"), 400),
        (get("/beacon/acme?" + "&".join(f"a{n}=1" for n in range(99))), 400),
        (get(beacon('sid="a"'), "OPTIONS"), 204),
        (get(beacon('sid="a"'), "DELETE"), 405),
        (get("/" + "x" * MAX_REQUEST), 413),
        (get("/healthz", headers="X: " + "y" * 20_000 + "\r\n"), 413),
        (get("/healthz", "POST", f"Content-Length: {MAX_REQUEST + 1}\r\n") + b"z" * (MAX_REQUEST + 1), 413),
        (b"\x16\x03\x01\x02\x00 this is TLS\r\n\r\n", 400),
        (get("/healthz", headers="Connection: upgrade\r\nUpgrade: websocket\r\n"), 200),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"never ending " * 4000, 413),
    ],
)
async def test_what_is_asked_is_answered_as_it_deserves(request_: bytes, status: int) -> None:
    async with listening() as (_, reader, writer):
        writer.write(request_)
        assert (await head(reader))[0] == status


async def test_a_port_in_use_is_said() -> None:
    async with listening() as (_, _, writer):
        host, port = writer.get_extra_info("peername")
        with pytest.raises(AddressUnusable) as refused:
            await BeaconListener(host, port, Viewers()).start()
        assert refused.value.facts["address"] == f"{host}:{port}"
