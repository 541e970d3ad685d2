"""A real SMTP server for tests, whose answers a test may choose."""

from __future__ import annotations

import email
import email.policy
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tallylight.notify.smtp import SESSIONS

OK = "250 2.0.0 Ok: queued as 4F2A1C"


@dataclass
class Sink:
    """Keeps what it accepts. `at_mail`, `at_rcpt`, `at_end` are the answers to come, the usual ones once they are used up."""

    accepted: list[Envelope] = field(default_factory=list)
    offered: int = 0
    connections: int = 0
    at_mail: list[str] = field(default_factory=list)
    at_rcpt: list[str] = field(default_factory=list)
    at_end: list[str] = field(default_factory=list)
    before_data: Callable[[], None] = lambda: None
    url: str = ""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.at_mail.pop(0) if self.at_mail else "250 OK"
        if answer == "hang up":
            assert server.transport is not None
            server.transport.abort()
        elif answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.at_rcpt:
            return self.at_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        self.before_data()
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.offered += 1
        answer = self.at_end.pop(0) if self.at_end else OK
        if answer == "hang up":
            assert server.transport is not None
            self.accepted.append(envelope)
            server.transport.abort()
            return OK
        if answer.startswith("2"):
            self.accepted.append(envelope)
        return answer

    @property
    def messages(self) -> list[EmailMessage]:
        """What was accepted, parsed."""
        return [
            email.message_from_bytes(each.content, policy=email.policy.default)  # type: ignore[arg-type,misc]
            for each in self.accepted
        ]

    def to(self, address: str) -> list[EmailMessage]:
        """What was accepted for that address."""
        return [each for each in self.messages if address in str(each["To"])]


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink on a free port of loopback."""
    # It writes from a thread of its own, when what it would write to may be closed.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        sink.url = f"smtp://127.0.0.1:{controller.port}"
        yield sink
    finally:
        SESSIONS.end()
        controller.stop()
