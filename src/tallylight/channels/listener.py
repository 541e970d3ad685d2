"""`tally mail-in`: takes mail in by SMTP (RFC 5321) and LMTP (RFC 2033).

`250` is said once the message is committed; while PostgreSQL is away, `451`, and the sender keeps it. Only mail for our own
addresses is taken: this is no relay. It knows no TLS and no spam filter; put a mail server in front on the open internet.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from psycopg_pool import PoolTimeout

from tallylight.channels import doors, store
from tallylight.channels.doors import Door, Welcome
from tallylight.channels.inbound import MAIL
from tallylight.channels.store import Arrival
from tallylight.kernel import clock
from tallylight.notify import api as notify

log = structlog.get_logger(__name__)

AWAY = "451 4.3.0 We can't keep mail at the moment; try again later"
NOT_OURS = "550 5.7.1 We take no mail for this address and relay none"
TOO_MANY = "452 4.5.3 Too many recipients; send the message again for the others"
FULL = b"421 4.7.0 Too many connections; try again later\r\n"


def main() -> int:
    """Listen until told to stop. Raises ValueError for surroundings that can't be meant."""
    logging.getLogger("mail.log").setLevel(
        logging.WARNING
    )  # aiosmtpd's: every command of every peer, with its addresses
    asyncio.run(_serve_until_stopped())
    return 0


async def _serve_until_stopped() -> None:
    stopped = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    taken = doors.welcome(settings.DESK_ADDRESS, notify.bare(settings.MAIL_FROM), settings.MAIL_ACCEPTED)
    async with serving([doors.door_at(each) for each in settings.MAIL_IN_LISTEN], taken):
        await stopped.wait()


@contextlib.asynccontextmanager
async def serving(places: list[Door], taken: Welcome) -> Any:
    """Listen at these places within the block."""
    guests = Guests()
    loop = asyncio.get_running_loop()
    async with contextlib.AsyncExitStack() as stack:
        for door in places:
            server = await loop.create_server(_session(door, taken, guests), door.host, door.port)
            await stack.enter_async_context(server)
            log.info("mail is taken in", protocol=door.protocol, host=door.host, port=door.port)
        yield


def _session(door: Door, taken: Welcome, guests: Guests) -> Callable[[], SMTP]:
    kind = GuardedLmtp if door.protocol == "lmtp" else GuardedSmtp

    def make() -> SMTP:
        return kind(
            Desk(taken, each_answered=door.protocol == "lmtp"),
            guests,
            hostname=settings.DESK_ADDRESS.rpartition("@")[2] or "localhost",
            ident="Tallylight",
            data_size_limit=doors.MESSAGE,
            enable_SMTPUTF8=True,
            timeout=doors.SILENT_S,
            command_call_limit={"RCPT": doors.RECIPIENTS + 20, "*": 100},
        )

    return make


class Guests:
    """Who is connected, so that nobody takes all places."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()

    def enter(self, peer: str) -> bool:
        """Whether there is a place; if so it is taken."""
        if self._of.total() >= doors.CONNECTIONS or self._of[peer] >= doors.OF_ONE_PEER:
            return False
        self._of[peer] += 1
        return True

    def leave(self, peer: str) -> None:
        """Give the place back."""
        self._of[peer] -= 1
        if not self._of[peer]:
            del self._of[peer]


class _Guarded(SMTP):
    """A connection that counts among the guests and does not live for ever."""

    def __init__(self, handler: Desk, guests: Guests, **settings: Any) -> None:
        super().__init__(handler, **settings)
        self._guests = guests
        self._peer = ""
        self._ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        peer = str((transport.get_extra_info("peername") or ("",))[0])
        if not self._guests.enter(peer):
            transport.write(FULL)
            transport.close()
            return
        self._peer = peer or "?"
        self._ends = asyncio.get_running_loop().call_later(doors.CONNECTION_S, transport.close)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._ends is None:  # it was never let in
            return
        self._ends.cancel()
        self._guests.leave(self._peer)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._ends is not None:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._ends is not None else None


class GuardedSmtp(_Guarded):
    """SMTP for the guests."""


class GuardedLmtp(_Guarded, LMTP):
    """LMTP for the guests."""


class Desk:
    """aiosmtpd's hooks. `each_answered`: the end of a message is answered once for each recipient (RFC 2033 section 4.2)."""

    def __init__(self, taken: Welcome, *, each_answered: bool) -> None:
        self._taken = taken
        self._each = each_answered

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not self._taken.takes(address):
            return NOT_OURS
        if len(envelope.rcpt_tos) >= doors.RECIPIENTS:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await asyncio.to_thread(_keep, session, envelope)
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if self._each else 1))


def _keep(session: Session, envelope: Envelope) -> str:
    """Commit the message and say its id. A sender that did not hear us sends the same octets again: they are one item."""
    raw = envelope.original_content or b""
    arrival = Arrival(
        channel=MAIL,
        external_id=hashlib.sha256(raw).hexdigest(),
        raw=raw,
        envelope={
            "sender": envelope.mail_from or "",
            "recipients": list(envelope.rcpt_tos),
            "peer": str((session.peer or ("",))[0]),
            "hello": str(session.host_name or "")[:255],
        },
    )
    try:
        item = store.keep(arrival, now=clock.now())
    except (DatabaseError, InterfaceError, PoolTimeout) as error:
        log.warning("mail not kept; its sender tries again", error=type(error).__name__)
        return AWAY
    finally:
        connection.close()  # back to the pool: this thread may not be asked again for long
    return f"250 2.0.0 Ok: kept as {item}"
