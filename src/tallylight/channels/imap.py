"""Mail fetched from a mailbox elsewhere by IMAP (RFC 9051): each message is committed, then marked as seen.

A mailbox is read from the message after the last one that was taken, whether somebody looked at it meanwhile or not. The first
time, or when the server says that its numbers mean nothing any more (another UIDVALIDITY), only what nobody has seen is taken;
copies of what we have are told by what is in them.
"""

from __future__ import annotations

import hashlib
import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

import structlog
from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted

from tallylight.channels import doors, store
from tallylight.channels.inbound import MAIL
from tallylight.channels.models import MailboxState
from tallylight.channels.store import Arrival
from tallylight.kernel import clock

log = structlog.get_logger(__name__)

#: How long the server may take for one answer, and how long one look lasts before the next begins where it ended, in seconds.
ANSWER_S, LOOK_S = 20.0, 40.0
SCHEMES = {"imaps": 993, "imap+starttls": 143, "imap": 143}
SEEN = r"\Seen"


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox elsewhere. `scheme` says how the line is protected: imaps, imap+starttls, or imap (not at all)."""

    scheme: str
    host: str
    port: int
    username: str
    password: str
    folder: str

    @property
    def name(self) -> str:
        """Which one it is, without what must stay secret."""
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"


def account_at(url: str) -> Account:
    """`imaps://user:password@host[:port][/folder]`; `imap+starttls://` and `imap://` likewise. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname or not parts.username:
        raise ValueError("TALLY_IMAP_URLS is a list of imaps://user:password@host[:port][/folder]")
    return Account(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or SCHEMES[parts.scheme],
        username=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


def look_into(account: Account, *, now: datetime) -> int:
    """Take what is new; returns how much. What goes wrong is written down for the page, and tried again at the next look."""
    state, _ = MailboxState.objects.get_or_create(name=account.name)
    try:
        with _opened(account) as box:
            taken = _take_new(box, account, state, until=clock.monotonic() + LOOK_S, now=now)
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        said = f"{type(error).__name__}: {error}".replace(account.password or "\0", "…")[:500]
        log.warning("mailbox not read; trying again later", mailbox=account.name, error=said)
        MailboxState.objects.filter(pk=state.pk).update(failed_at=now, error=said)
        return 0
    MailboxState.objects.filter(pk=state.pk).update(checked_at=now, failed_at=None, error="")
    return taken


@contextmanager
def _opened(account: Account) -> Iterator[BaseMailBox]:
    trusted = ssl.create_default_context()
    box: BaseMailBox
    match account.scheme:
        case "imaps":
            box = MailBox(account.host, account.port, timeout=ANSWER_S, ssl_context=trusted)
        case "imap+starttls":
            box = MailBoxStartTls(account.host, account.port, timeout=ANSWER_S, ssl_context=trusted)
        case _:
            box = MailBoxUnencrypted(account.host, account.port, timeout=ANSWER_S)
    try:
        yield box.login_utf8(account.username, account.password, initial_folder=account.folder)
    finally:
        box.client.shutdown()


def _take_new(box: BaseMailBox, account: Account, state: MailboxState, *, until: float, now: datetime) -> int:
    status = box.folder.status(account.folder, ["UIDVALIDITY", "UIDNEXT"])
    fresh = state.validity != status["UIDVALIDITY"]
    wanted = "UNSEEN" if fresh else f"UID {state.last_uid + 1}:*"  # which names the last message in any case
    found = sorted(int(each) for each in box.uids(wanted))
    new = [each for each in found if fresh or each > state.last_uid]
    for count, uid in enumerate(new):
        if clock.monotonic() >= until:
            return count
        _take(box, account, status["UIDVALIDITY"], uid, now=now)
        if not fresh:
            MailboxState.objects.filter(pk=state.pk).update(last_uid=uid)
    if fresh:
        last = max(status["UIDNEXT"] - 1, 0)
        MailboxState.objects.filter(pk=state.pk).update(validity=status["UIDVALIDITY"], last_uid=last)
    return len(new)


def _take(box: BaseMailBox, account: Account, validity: int, uid: int, *, now: datetime) -> None:
    """Commit one message, then say so to its server. Of one that is too long the beginning is kept."""
    _, answer = box.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{doors.MESSAGE}>)")
    raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
    if raw is None:
        return  # somebody removed it meanwhile
    which = hashlib.sha256(account.name.encode()).hexdigest()[:32]
    external_id = f"imap:{which}:{validity}:{uid}"
    store.keep(Arrival(MAIL, external_id, bytes(raw), {"mailbox": account.name}), now=now)
    box.flag(str(uid), SEEN, value=True)
