"""The listener on a real socket, with real PostgreSQL behind it."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from django.db import connection
from psycopg_pool import PoolTimeout

from tallylight.channels import doors, listener, store
from tallylight.channels.doors import Door, Welcome
from tallylight.channels.models import ReceivedItem
from tallylight.channels.tests.letters import DESK, letter
from tallylight.embedded.testing import free_ports

pytestmark = pytest.mark.django_db(transaction=True)
OURS = Welcome(frozenset({DESK}), frozenset())


@pytest.fixture
async def port() -> AsyncIterator[int]:
    port = free_ports() + 4
    async with listener.serving([Door("smtp", "127.0.0.1", port), Door("lmtp", "127.0.0.1", port + 1)], OURS):
        yield port


async def talk(act: Callable[[], Any]) -> Any:
    """Do it in a thread of its own, which leaves no session with the database behind."""

    def whole() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return await asyncio.to_thread(whole)


def deliver(port: int, raw: bytes, to: list[str], *, kind: type[smtplib.SMTP] = smtplib.SMTP) -> tuple[int, bytes]:
    """The answer to the end of the message. Raises what smtplib raises on a refusal."""
    with kind("127.0.0.1", port, timeout=20) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("mia@lumen.example")
        for each in to:
            code, said = client.rcpt(each)
            if code >= 300:
                raise smtplib.SMTPResponseException(code, said)
        return client.data(raw)


async def test_a_message_is_committed_before_it_is_answered(port: int) -> None:
    code, said = await talk(lambda: deliver(port, letter(), [DESK]))

    def seen() -> ReceivedItem:
        return ReceivedItem.objects.get()

    item = await talk(seen)
    assert (code, said.decode()) == (250, f"2.0.0 Ok: kept as {item.pk}")
    assert b"The picture freezes" in bytes(item.raw)
    assert item.envelope["recipients"] == [DESK]


async def test_the_same_octets_twice_are_one_item(port: int) -> None:
    first = await talk(lambda: deliver(port, letter(), [DESK]))
    again = await talk(lambda: deliver(port, letter(), [DESK]))
    assert first == again
    assert await talk(ReceivedItem.objects.count) == 1


@pytest.mark.parametrize("address", ["victim@elsewhere.example", "desk@other.example", "desk%other.example@x.example"])
async def test_nothing_is_relayed(port: int, address: str) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        await talk(lambda: deliver(port, letter(), [address]))
    assert refused.value.smtp_code == 550


async def test_while_the_database_is_away_the_sender_keeps_it(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_facts: object) -> None:
        raise PoolTimeout

    with monkeypatch.context() as patch:
        patch.setattr(store, "keep", away)
        assert (await talk(lambda: deliver(port, letter(), [DESK])))[0] == 451
    assert (await talk(lambda: deliver(port, letter(), [DESK])))[0] == 250


async def test_what_is_too_long_is_refused(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "MESSAGE", 20_000)
    code, _ = await talk(lambda: deliver(port, letter("x" * 70 + "\r\n") + b"y" * 70 + b"\r\n" * 20_000, [DESK]))
    assert code == 552
    assert await talk(ReceivedItem.objects.count) == 0


async def test_nobody_takes_all_places(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "OF_ONE_PEER", 2)

    def crowd() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10), smtplib.SMTP("127.0.0.1", port, timeout=10):
            with pytest.raises(smtplib.SMTPConnectError) as turned_away:
                smtplib.SMTP("127.0.0.1", port, timeout=10)
            assert turned_away.value.smtp_code == 421

    await talk(crowd)
    assert (await talk(lambda: deliver(port, letter(), [DESK])))[0] == 250


async def test_lmtp_answers_once_for_each_recipient(port: int) -> None:
    def by_lmtp() -> list[tuple[int, bytes]]:
        with smtplib.LMTP("127.0.0.1", port + 1, timeout=20) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("mia@lumen.example")
            client.rcpt(DESK)
            client.rcpt("desk+tag@desk.example")
            return [client.data(letter()), client.getreply()]

    answers = await talk(by_lmtp)
    assert [code for code, _ in answers] == [250, 250]
    assert await talk(ReceivedItem.objects.count) == 1


@pytest.fixture(autouse=True)
def no_jobs_left() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
