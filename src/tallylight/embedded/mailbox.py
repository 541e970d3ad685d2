"""A mailbox for one machine: an SMTP server on loopback that keeps what it accepts, so that a demo can show its mail.

It answers like any other server: `250` with a queue id once the message is on disk. Two local parts try the other answers:
`tempfail@…` is told to come back later (451), `permfail@…` that it does not exist (550); a tag (`tempfail+anna@…`) is allowed.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import os
import re
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from tallylight.kernel import clock
from tallylight.kernel.ids import new_id

#: How many messages are kept, and how far beyond that the folder may grow before the oldest are dropped.
KEEP, SLACK = 1_000, 100
MAX_MESSAGE = 10 << 20  # octets
REFUSALS = {
    "tempfail": "451 4.7.1 Try again later",
    "permfail": "550 5.1.1 There is no such mailbox",
}
_ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One accepted message. `at` is RFC 3339 in UTC, `id` the queue id that its sender was told."""

    id: str
    at: str
    sender: str
    recipients: list[str]
    subject: str
    message_id: str


def messages(home: Path, limit: int = 100) -> list[StoredMail]:
    """The newest messages kept below `home`, newest first."""
    return [StoredMail(**json.loads(line)) for line in reversed(_index(home / "mailbox")[-limit:])]


def message(home: Path, id: str) -> EmailMessage:  # noqa: A002 - the field's name
    """One kept message, parsed. Raises KeyError if it was never there or was dropped."""
    if not _ID.fullmatch(id):
        raise KeyError(id)
    try:
        raw = (home / "mailbox" / f"{id}.eml").read_bytes()
    except FileNotFoundError as error:
        raise KeyError(id) from error
    return email.message_from_bytes(raw, policy=email.policy.default)


class Keeper:
    """Where accepted mail goes: one .eml file and one line in the index each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._count = len(_index(folder))

    def keep(self, sender: str, recipients: list[str], content: bytes) -> StoredMail:
        """Store it and return it with its queue id. On disk when this returns."""
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        mail = StoredMail(
            id=str(new_id()),
            at=clock.rfc3339(clock.now()),
            sender=sender,
            recipients=recipients,
            subject=_line(parsed["Subject"]),
            message_id=_line(parsed["Message-ID"]),
        )
        _write(self._folder / f"{mail.id}.eml", content, os.O_CREAT | os.O_EXCL)
        _write(self._folder / "index.jsonl", json.dumps(asdict(mail)).encode() + b"\n", os.O_CREAT | os.O_APPEND)
        self._count += 1
        if self._count > KEEP + SLACK:
            self._drop_oldest()
        return mail

    def _drop_oldest(self) -> None:
        lines = _index(self._folder)
        fresh = self._folder / "index.new"
        fresh.unlink(missing_ok=True)
        _write(fresh, "".join(line + "\n" for line in lines[-KEEP:]).encode(), os.O_CREAT)
        fresh.replace(self._folder / "index.jsonl")
        for line in lines[:-KEEP]:
            (self._folder / f"{json.loads(line)['id']}.eml").unlink(missing_ok=True)
        self._count = KEEP


class Handler:
    """aiosmtpd's hooks (https://aiosmtpd.aio-libs.org/en/latest/handlers.html)."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        local, _, _ = address.rpartition("@")
        refusal = REFUSALS.get(local.partition("+")[0].lower())
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        mail = await asyncio.to_thread(self._keeper.keep, envelope.mail_from or "", envelope.rcpt_tos, content)
        return f"250 2.0.0 Ok: queued as {mail.id}"


async def serve(home: Path, port: int) -> None:
    """Serve the mailbox below `home` on loopback until cancelled."""
    handler = Handler(Keeper(home / "mailbox"))

    def session() -> SMTP:
        return SMTP(handler, hostname="mailbox.localhost", ident="Tallylight", data_size_limit=MAX_MESSAGE, timeout=60)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def _index(folder: Path) -> list[str]:
    """The whole lines of the index; a last one torn by a crash is not there."""
    try:
        text = (folder / "index.jsonl").read_text()
    except FileNotFoundError:
        return []
    return text[: text.rfind("\n") + 1].splitlines()


def _line(header: object) -> str:
    return " ".join(str(header or "").split())


def _write(path: Path, content: bytes, how: int) -> None:
    handle = os.open(path, os.O_WRONLY | how, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
