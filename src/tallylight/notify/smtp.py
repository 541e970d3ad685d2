"""A small SMTP client (RFC 5321) that says when the point of no return comes, and keeps what the server said as proof.

A session serves many letters. Where the server offers PIPELINING (RFC 2920) the envelope takes one round trip.
"""

from __future__ import annotations

import atexit
import re
import select
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from urllib.parse import unquote, urlsplit

from tallylight.kernel import clock
from tallylight.notify.letter import Letter, Outcome, Receipt
from tallylight.notify.mime import ADDRESS, bare, octets
from tallylight.notify.patience import ANSWER_S

CONNECT_S = 10.0
#: An idle session is kept this long (s), below the five minutes that RFC 5321 section 4.5.3.2 asks of servers; and a session
#: carries so many letters at most, for many servers count them.
IDLE_S = 20.0
LETTERS_A_SESSION = 100
#: Our name in the greeting; an address literal where it is no full name (RFC 5321 section 4.1.3). No look-up, which may be slow.
HELLO = socket.gethostname() if "." in socket.gethostname() else "[127.0.0.1]"
QUEUE_ID = re.compile(r"(?:queued as|\bid=)\s*<?([\w.@+-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail. `security` is "none", "starttls" or "tls"."""

    host: str
    port: int
    security: str
    username: str = ""
    password: str = ""

    @property
    def name(self) -> str:
        """Where it is, without what must stay secret."""
        return f"{self.host}:{self.port}"


SCHEMES = {"smtp": ("none", 25), "smtps": ("tls", 465), "smtp+starttls": ("starttls", 587)}


@cache
def relay_at(url: str) -> Relay:
    """`smtp://`, `smtps://` (TLS from the start) or `smtp+starttls://`, with `user:password@` if needed. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError("TALLY_SMTP_URL is smtp://, smtps:// or smtp+starttls://[user:password@]host[:port]")
    security, port = SCHEMES[parts.scheme]
    return Relay(
        host=parts.hostname,
        port=parts.port or port,
        security=security,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class EndedWhileIdle(Exception):
    """A session that was used before ended before the relay had this letter: about the session, not about relay or letter."""


@dataclass(slots=True)
class Session:
    """A connection to a relay that has said hello, and how much it was used."""

    relay: Relay
    line: smtplib.SMTP
    carried: int = 0
    idle_since: float = 0.0

    @property
    def broken(self) -> bool:
        """Whether nothing more can be said on it."""
        return self.line.sock is None

    def end(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            if not self.broken:
                self.line.putcmd("QUIT")
        with suppress(OSError, smtplib.SMTPException):
            self.line.close()


@dataclass(slots=True)
class Sessions:
    """Open sessions of this process that nobody is using, the last used first."""

    _idle: list[Session] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def taken(self, relay: Relay, *, fresh: bool = False) -> Iterator[Session]:
        """A session with the relay, one's own until the end of the block. Raises what connecting raises."""
        kept = None if fresh else self._kept(relay)
        session = kept or Session(relay, _connect(relay))
        whole = False
        try:
            yield session
            whole = True
        finally:
            if whole and not session.broken and session.carried < LETTERS_A_SESSION:
                self._keep(session)
            else:
                session.end()

    def end(self) -> None:
        """Say goodbye on all of them."""
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.end()

    def _kept(self, relay: Relay) -> Session | None:
        with self._lock:
            stale = [each for each in self._idle if each.idle_since + IDLE_S < clock.monotonic()]
            self._idle = [each for each in self._idle if each not in stale]
            found = next((each for each in reversed(self._idle) if each.relay == relay), None)
            if found:
                self._idle.remove(found)
        for each in stale:
            each.end()
        return found if found is None or _still_there(found) else self._kept(relay)

    def _keep(self, session: Session) -> None:
        session.idle_since = clock.monotonic()
        with self._lock:
            self._idle.append(session)


def _still_there(session: Session) -> bool:
    """Whether the relay has not said goodbye meanwhile: an idle line has nothing to read."""
    if session.line.sock is None:
        return False
    ear = select.poll()
    ear.register(session.line.sock, select.POLLIN)
    if not ear.poll(0):
        return True
    session.line.close()
    return False


SESSIONS = Sessions()
atexit.register(SESSIONS.end)


def hand_over(relay: Relay, letter: Letter, *, commit: Callable[[], None]) -> Receipt:
    """Give the letter to the relay and say what it answered.

    `commit` is called when everything but the final dot is sent: if it raises, the relay drops the message and the error
    goes up. What fails before the relay looks at this message (connection, TLS, sign-in) is temporary whatever its code:
    it is about the relay and not about the message.
    """
    if not ADDRESS.fullmatch(letter.address):
        return Receipt(Outcome.PERMANENT, reply="not a mail address")
    whole = octets(letter)
    try:
        try:
            return _carry(SESSIONS.taken(relay), letter, whole, commit)
        except EndedWhileIdle:
            return _carry(SESSIONS.taken(relay, fresh=True), letter, whole, commit)
    except smtplib.SMTPResponseException as error:
        return Receipt(Outcome.TEMPORARY, relay.name, error.smtp_code, _decoded(error.smtp_error))
    except (OSError, smtplib.SMTPException) as error:
        return Receipt(Outcome.TEMPORARY, relay.name, reply=f"{type(error).__name__}: {error}")


def _carry(taken: AbstractContextManager[Session], letter: Letter, whole: bytes, commit: Callable[[], None]) -> Receipt:
    with taken as session:
        session.carried += 1
        refusal = _before_the_dot(session, letter, whole)
        if refusal and session.broken and session.carried > 1:
            raise EndedWhileIdle
        if refusal:
            return refusal
        commit()
        return _final_dot(session.line, session.relay)


def _connect(relay: Relay) -> smtplib.SMTP:
    session: smtplib.SMTP
    if relay.security == "tls":
        session = smtplib.SMTP_SSL(relay.host, relay.port, HELLO, timeout=CONNECT_S, context=_tls())
    else:
        session = smtplib.SMTP(relay.host, relay.port, HELLO, timeout=CONNECT_S)
    try:
        if session.sock is not None:
            # The final dot is a packet of its own: it must not wait for the server to acknowledge the one before.
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session.ehlo_or_helo_if_needed()
        if relay.security == "starttls":
            session.starttls(context=_tls())
            session.ehlo()
        if relay.username:
            session.login(relay.username, relay.password)
    except BaseException:
        session.close()
        raise
    return session


@cache
def _tls() -> ssl.SSLContext:
    """The system's trust, read once: it takes some 20 ms."""
    return ssl.create_default_context()


def _before_the_dot(session: Session, letter: Letter, whole: bytes) -> Receipt | None:
    """Everything but the final dot; the first refusal, or None if the relay has all of it."""
    line, relay = session.line, session.relay
    try:
        refusal = _envelope(line, relay, letter)
        if refusal is None:
            line.send(whole)
    except (OSError, smtplib.SMTPException) as error:
        line.close()
        return Receipt(Outcome.TEMPORARY, relay.name, reply=f"{type(error).__name__}: {error}")
    return refusal


def _envelope(line: smtplib.SMTP, relay: Relay, letter: Letter) -> Receipt | None:
    """Say from whom and to whom, and ask to go on; the first refusal, or None if the relay waits for the message."""
    commands = (f"MAIL FROM:<{bare(letter.sender)}>", f"RCPT TO:<{letter.address}>", "DATA")
    replies = _all_at_once(line, commands) if line.has_extn("pipelining") else _one_by_one(line, commands)
    refused = next(((code, reply) for code, reply in replies if code >= 400 or code == -1), None)
    if refused is None:
        return None
    code, reply = refused
    if (
        code in (-1, 421) or replies[-1][0] == 354
    ):  # gone; or it waits for a message to nobody, of which it shall not hear
        line.close()
    else:
        with suppress(OSError, smtplib.SMTPException):
            line.rset()
    if code == -1:
        return Receipt(Outcome.TEMPORARY, relay.name, reply=_decoded(reply) or "the connection ended")
    return _receipt(relay, code, reply)


def _all_at_once(line: smtplib.SMTP, commands: tuple[str, ...]) -> list[tuple[int, bytes]]:
    line.send("".join(f"{each}\r\n" for each in commands))
    return [line.getreply() for _ in commands]


def _one_by_one(line: smtplib.SMTP, commands: tuple[str, ...]) -> list[tuple[int, bytes]]:
    replies = []
    for each in commands:
        replies.append(line.docmd(each))
        if replies[-1][0] >= 400 or replies[-1][0] == -1:
            break
    return replies


def _final_dot(line: smtplib.SMTP, relay: Relay) -> Receipt:
    """The point of no return: from here until the answer, nobody but the relay knows whether it has the message."""
    try:
        if line.sock is not None:
            line.sock.settimeout(ANSWER_S)
        line.send(b".\r\n")
        code, reply = line.getreply()
        if line.sock is not None:
            line.sock.settimeout(CONNECT_S)
    except (OSError, smtplib.SMTPException) as error:
        line.close()
        return Receipt(Outcome.UNKNOWN, relay.name, reply=f"{type(error).__name__}: {error}")
    if code == -1:  # smtplib's way to say that the connection ended instead of an answer
        line.close()
        return Receipt(Outcome.UNKNOWN, relay.name, reply=_decoded(reply))
    if code == 421:  # RFC 5321 section 3.8: it is closing the connection
        line.close()
    return _receipt(relay, code, reply)


def _receipt(relay: Relay, code: int, reply: bytes) -> Receipt:
    """RFC 5321 section 4.2.1: 2yz is done, 4yz may work later, 5yz never will."""
    text = _decoded(reply)
    if 200 <= code < 300:
        found = QUEUE_ID.search(text)
        return Receipt(Outcome.ACCEPTED, relay.name, code, text, found.group(1) if found else "")
    return Receipt(Outcome.PERMANENT if code >= 500 else Outcome.TEMPORARY, relay.name, code, text)


def _decoded(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return text.strip()[:2_000]
