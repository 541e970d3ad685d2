from __future__ import annotations

import asyncio
import smtplib
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest

from tallylight.embedded import mailbox
from tallylight.embedded.testing import free_ports


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    port = free_ports() + 4
    serving = asyncio.create_task(mailbox.serve(tmp_path, port))
    for _ in range(500):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            break
        await asyncio.sleep(0.01)
    yield port
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


def letter(to: str, subject: str = "新加坡 is slow") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "tally@example.net", to, subject, "<step-1@tally>"
    mail.set_content("The incident began at 21:04.\n")
    return mail


async def send(port: int, act: Callable[[smtplib.SMTP], object]) -> object:
    def talk() -> object:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            return act(client)

    return await asyncio.to_thread(talk)


async def test_an_accepted_message_is_kept_whole_and_named_in_the_answer(port: int, tmp_path: Path) -> None:
    def by_hand(client: smtplib.SMTP) -> tuple[int, bytes]:
        client.ehlo()
        client.mail("tally@example.net")
        client.rcpt("anna@example.net")
        return client.data(letter("anna@example.net").as_bytes())

    code, text = await send(port, by_hand)
    (kept,) = mailbox.messages(tmp_path)
    assert code == 250
    assert text.decode().endswith(f"queued as {kept.id}")
    assert (kept.sender, kept.recipients) == ("tally@example.net", ["anna@example.net"])
    assert (kept.subject, kept.message_id) == ("新加坡 is slow", "<step-1@tally>")
    assert mailbox.message(tmp_path, kept.id).get_content().rstrip() == "The incident began at 21:04."
    assert stat.S_IMODE((tmp_path / "mailbox" / f"{kept.id}.eml").stat().st_mode) == 0o600


@pytest.mark.parametrize(("to", "code"), [("tempfail@x.net", 451), ("tempfail+a@x.net", 451), ("permfail@x.net", 550)])
async def test_two_local_parts_try_the_other_answers(port: int, tmp_path: Path, to: str, code: int) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await send(port, lambda client: client.send_message(letter(to)))
    assert refused.value.recipients[to][0] == code
    assert mailbox.messages(tmp_path) == []


async def test_the_newest_come_first(port: int, tmp_path: Path) -> None:
    for subject in "abc":
        await send(port, lambda client, subject=subject: client.send_message(letter("anna@x.net", subject)))
    assert [mail.subject for mail in mailbox.messages(tmp_path, limit=2)] == ["c", "b"]


def test_the_oldest_are_dropped_with_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "KEEP", 3)
    monkeypatch.setattr(mailbox, "SLACK", 1)
    keeper = mailbox.Keeper(tmp_path / "mailbox")
    ids = [keeper.keep("a@x.net", ["b@x.net"], b"Subject: %d\r\n\r\n" % n).id for n in range(5)]
    assert [mail.id for mail in mailbox.messages(tmp_path)] == ids[:1:-1]
    assert len(list((tmp_path / "mailbox").glob("*.eml"))) == 3
    with pytest.raises(KeyError):
        mailbox.message(tmp_path, ids[0])


@pytest.mark.parametrize("name", ["../secrets/django", "", "00000000-0000-0000-0000-000000000000"])
def test_nothing_but_kept_messages_can_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyError):
        mailbox.message(tmp_path, name)


def test_an_index_torn_by_a_crash_is_read_up_to_the_tear(tmp_path: Path) -> None:
    mailbox.Keeper(tmp_path / "mailbox").keep("a@x.net", ["b@x.net"], b"Subject: whole\r\n\r\n")
    with (tmp_path / "mailbox" / "index.jsonl").open("a") as index:
        index.write('{"id": "torn')
    assert [mail.subject for mail in mailbox.messages(tmp_path)] == ["whole"]
