"""Mailboxes elsewhere, on a real IMAP server."""

from __future__ import annotations

import imaplib
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.db import connection

from tallylight.channels import imap, store
from tallylight.channels.imap import Account, account_at, look_into
from tallylight.channels.models import MailboxState, ReceivedItem
from tallylight.channels.tests.letters import letter
from tallylight.embedded.testing import free_ports
from tallylight.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)
USER, PASSWORD = "desk", "hunter2-hunter2"


@pytest.fixture
def account() -> Iterator[Account]:
    """An empty mailbox on a server of its own."""
    port = free_ports() + 4
    begin = "from pymap.main import main; main()"
    words = [sys.executable, "-c", begin, "--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"]
    server = subprocess.Popen([*words, "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD])
    account = account_at(f"imap://{USER}:{PASSWORD}@127.0.0.1:{port}/Desk")
    try:
        wait_for(account, server)
        yield account
    finally:
        server.kill()
        server.wait(20)


def wait_for(account: Account, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with imaplib.IMAP4(account.host, account.port, timeout=5) as client:
                client.login(USER, PASSWORD)
                client.create(account.folder)
                return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError("the IMAP server did not start")


@pytest.fixture
def box(account: Account) -> Iterator[imaplib.IMAP4]:
    """The same mailbox in other hands."""
    with imaplib.IMAP4(account.host, account.port, timeout=20) as client:
        client.login(USER, PASSWORD)
        client.select(account.folder)
        yield client


def put(box: imaplib.IMAP4, account: Account, raw: bytes, flags: str = "") -> None:
    assert box.append(account.folder, flags, None, raw)[0] == "OK"


def unseen(box: imaplib.IMAP4) -> int:
    box.noop()
    return len(box.search(None, "UNSEEN")[1][0].split())


def test_what_is_new_is_taken_once_and_then_marked_as_seen(account: Account, box: imaplib.IMAP4) -> None:
    put(box, account, letter("first", message_id="<1@x.example>"))
    assert look_into(account, now=clock.now()) == 1
    assert unseen(box) == 0
    put(box, account, letter("second", message_id="<2@x.example>"))
    put(box, account, letter("read by hand", message_id="<3@x.example>"), r"(\Seen)")
    assert look_into(account, now=clock.now()) == 2
    assert look_into(account, now=clock.now()) == 0
    kept = [bytes(each.raw) for each in ReceivedItem.objects.order_by("received_at", "id")]
    assert [word in raw for word, raw in zip((b"first", b"second", b"read by hand"), kept, strict=True)] == [True] * 3


def test_a_mailbox_with_a_past_begins_with_what_nobody_has_seen(account: Account, box: imaplib.IMAP4) -> None:
    for number in range(5):
        put(box, account, letter(message_id=f"<{number}@x.example>"), "" if number == 2 else r"(\Seen)")
    assert look_into(account, now=clock.now()) == 1
    assert look_into(account, now=clock.now()) == 0


def test_what_was_not_committed_stays_unseen_and_is_taken_next_time(
    account: Account, box: imaplib.IMAP4, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_into(account, now=clock.now())
    put(box, account, letter())

    def away(*_args: object, **_facts: object) -> None:
        raise OSError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "keep", away)
        assert look_into(account, now=clock.now()) == 0
    assert unseen(box) == 1
    assert look_into(account, now=clock.now()) == 1


def test_what_was_committed_but_not_marked_is_one_item(
    account: Account, box: imaplib.IMAP4, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, account, letter())

    def died(*_args: object, **_facts: object) -> None:
        raise OSError("the line broke")

    with monkeypatch.context() as patch:
        patch.setattr(imap.MailBoxUnencrypted, "flag", died)
        look_into(account, now=clock.now())
    look_into(account, now=clock.now())
    assert ReceivedItem.objects.count() == 1
    assert unseen(box) == 0


def test_other_numbers_on_the_server_make_no_second_items_of_what_was_seen(
    account: Account, box: imaplib.IMAP4
) -> None:
    put(box, account, letter())
    look_into(account, now=clock.now())
    MailboxState.objects.update(validity=1)
    assert look_into(account, now=clock.now()) == 0
    put(box, account, letter(message_id="<2@x.example>"))
    assert look_into(account, now=clock.now()) == 1


def test_a_look_that_takes_too_long_goes_on_at_the_next(
    account: Account, box: imaplib.IMAP4, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        put(box, account, letter(message_id=f"<{number}@x.example>"))
    monkeypatch.setattr(imap, "LOOK_S", 0.0)
    assert look_into(account, now=clock.now()) == 0
    monkeypatch.undo()
    assert look_into(account, now=clock.now()) == 3


@pytest.mark.parametrize("wrong", ["password", "port", "folder"])
def test_what_goes_wrong_is_on_the_page_without_the_password(account: Account, wrong: str) -> None:
    from dataclasses import replace

    changed = {"password": "not-the-password", "port": free_ports(), "folder": "Nowhere"}
    broken = replace(account, **{wrong: changed[wrong]})  # type: ignore[arg-type]
    assert look_into(broken, now=clock.now()) == 0
    state = MailboxState.objects.get(name=broken.name)
    assert state.failed_at is not None
    assert state.error
    assert broken.password not in state.error + state.name


@pytest.mark.parametrize("url", ["imap.example.net", "imaps://imap.example.net", "pop3://a:b@c"])
def test_an_address_that_can_not_be_meant_is_said(url: str) -> None:
    with pytest.raises(ValueError, match="TALLY_IMAP_URLS"):
        account_at(url)


def test_an_address_may_hold_any_password_and_folder() -> None:
    found = account_at("imaps://desk%40example.net:p%40ss%2Fword@imap.example.net/Help%20Desk")
    assert (found.username, found.password, found.folder, found.port) == (
        "desk@example.net",
        "p@ss/word",
        "Help Desk",
        993,
    )


@pytest.fixture(autouse=True)
def no_jobs_left() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
