"""A small SMTP client (RFC 5321) that says when the point of no return comes, and keeps what the server said as proof."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from functools import cache
from urllib.parse import unquote, urlsplit

from tallylight.notify.letter import Letter, Outcome, Receipt
from tallylight.notify.patience import ANSWER_S

CONNECT_S = 10.0
#: Our name in the greeting; an address literal where it is no full name (RFC 5321 section 4.1.3). No look-up, which may be slow.
HELLO = socket.gethostname() if "." in socket.gethostname() else "[127.0.0.1]"
#: RFC 5321 section 4.5.3.1.6: a text line has at most 998 octets; 7-bit content passes every relay unchanged.
POLICY = SMTP_POLICY.clone(cte_type="7bit")
#: What may stand in an SMTP command as an address; anything else could bring in a command of its own.
ADDRESS = re.compile(r'[^\s<>@,;:"\\\x00-\x1f\x7f-\U0010ffff]+@[^\s<>@,;:"\\\x00-\x1f\x7f-\U0010ffff]+')
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


def hand_over(relay: Relay, letter: Letter, *, commit: Callable[[], None]) -> Receipt:
    """Give the letter to the relay and say what it answered.

    `commit` is called when everything but the final dot is sent: if it raises, the relay drops the message and the error
    goes up. What fails before the relay looks at this message (connection, TLS, sign-in) is temporary whatever its code:
    it is about the relay and not about the message.
    """
    if not ADDRESS.fullmatch(letter.address):
        return Receipt(Outcome.PERMANENT, reply="not a mail address")
    try:
        session = _connect(relay)
    except smtplib.SMTPResponseException as error:
        return Receipt(Outcome.TEMPORARY, relay.name, error.smtp_code, _decoded(error.smtp_error))
    except (OSError, smtplib.SMTPException) as error:
        return Receipt(Outcome.TEMPORARY, relay.name, reply=f"{type(error).__name__}: {error}")
    try:
        return _transact(session, relay, letter, commit)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            session.close()


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


def _transact(session: smtplib.SMTP, relay: Relay, letter: Letter, commit: Callable[[], None]) -> Receipt:
    try:
        for command in (f"MAIL FROM:<{bare(letter.sender)}>", f"RCPT TO:<{letter.address}>", "DATA"):
            code, reply = session.docmd(command)
            if code >= 400:
                return _receipt(relay, code, reply)
        session.send(_body(letter))
    except (OSError, smtplib.SMTPException) as error:
        return Receipt(Outcome.TEMPORARY, relay.name, reply=f"{type(error).__name__}: {error}")
    commit()
    return _final_dot(session, relay)


def _final_dot(session: smtplib.SMTP, relay: Relay) -> Receipt:
    """The point of no return: from here until the answer, nobody but the relay knows whether it has the message."""
    try:
        if session.sock is not None:
            session.sock.settimeout(ANSWER_S)
        session.send(b".\r\n")
        code, reply = session.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Receipt(Outcome.UNKNOWN, relay.name, reply=f"{type(error).__name__}: {error}")
    if code == -1:  # smtplib's way to say that the connection ended instead of an answer
        return Receipt(Outcome.UNKNOWN, relay.name, reply=_decoded(reply))
    with suppress(OSError, smtplib.SMTPException):
        session.putcmd("QUIT")
    return _receipt(relay, code, reply)


def _receipt(relay: Relay, code: int, reply: bytes) -> Receipt:
    """RFC 5321 section 4.2.1: 2yz is done, 4yz may work later, 5yz never will."""
    text = _decoded(reply)
    if 200 <= code < 300:
        found = QUEUE_ID.search(text)
        return Receipt(Outcome.ACCEPTED, relay.name, code, text, found.group(1) if found else "")
    return Receipt(Outcome.PERMANENT if code >= 500 else Outcome.TEMPORARY, relay.name, code, text)


def bare(sender: str) -> str:
    """Our own address without its display name. Raises ValueError if there is none."""
    found = parseaddr(sender)[1]
    if not ADDRESS.fullmatch(found):
        raise ValueError("TALLY_MAIL_FROM holds no mail address")
    return found


def mime(letter: Letter) -> EmailMessage:
    """The letter as a message: text with an HTML alternative, and files along with it; RFC 3834 marks it as sent by a program."""
    domain = bare(letter.sender).rpartition("@")[2] or "localhost.localdomain"
    message = EmailMessage(policy=POLICY)
    message["From"] = letter.sender
    message["To"] = Address(addr_spec=letter.address)
    message["Subject"] = " ".join(letter.content.subject.split())
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.id}@{domain}>"  # the same in every attempt: a receiver can tell a repetition
    if letter.thread:
        message["References"] = message["In-Reply-To"] = f"<{letter.thread}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.locale
    message.set_content(letter.content.text)
    if letter.content.html:
        message.add_alternative(letter.content.html, subtype="html")
    for each in letter.content.enclosures:
        kind, _, subtype = each.media_type.partition("/")
        message.add_attachment(each.data, maintype=kind, subtype=subtype, filename=each.name)
    return message


def _body(letter: Letter) -> bytes:
    """The message with leading dots doubled (RFC 5321 section 4.5.2), without the final dot."""
    raw = re.sub(rb"(?m)^\.", b"..", mime(letter).as_bytes())
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


def _decoded(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return text.strip()[:2_000]
