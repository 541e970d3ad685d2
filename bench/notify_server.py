"""An SMTP server (RFC 5321, with PIPELINING) that keeps nothing but what it took from whom, for `bench.notify`.

    python -m bench.notify_server --refuse-until 5000

A process of its own on asyncio's protocols, which costs little beside what is measured.
Writes its port on the first line; told `report` on its input, it answers with a line of JSON and ends. For a while, until
`refuse-until` mails were offered, it refuses one in ten for the time being: half at the recipient (450), half at the end (451).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass, field

REFUSE_ONE_IN = 10


@dataclass
class Books:
    """What was offered, taken and refused, by Message-ID."""

    refuse_until: int
    offered: int = 0
    refused: int = 0
    connections: int = 0
    taken: Counter[bytes] = field(default_factory=Counter)

    def offer(self) -> str:
        """Count one more mail; where it is refused: at the "recipient", at the "end", or nowhere ("")."""
        self.offered += 1
        if self.offered > self.refuse_until or self.offered % REFUSE_ONE_IN:
            return ""
        self.refused += 1
        return "recipient" if self.offered // REFUSE_ONE_IN % 2 else "end"

    def report(self) -> str:
        doubled = sum(count - 1 for count in self.taken.values())
        return json.dumps(
            {
                "taken": len(self.taken),
                "doubled": doubled,
                "refused": self.refused,
                "offered": self.offered,
                "connections": self.connections,
            }
        )


class Session(asyncio.Protocol):
    """One connection: lines in, answers out."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.buffer = b""
        self.in_data = False
        self.refused_at = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.books.connections += 1
        self.say("220 bench ESMTP")

    def say(self, line: str) -> None:
        self.transport.write(line.encode() + b"\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._end_of_data() if self.in_data else self._command():
            pass

    def _end_of_data(self) -> bool:
        body, dot, rest = self.buffer.partition(b"\r\n.\r\n")
        if not dot:
            return False
        self.in_data, self.buffer = False, rest
        if self.refused_at == "end":
            self.say("451 4.3.2 not now")
            return True
        name = body.partition(b"Message-ID: <")[2].partition(b"@")[0]
        self.books.taken[name] += 1
        self.say(f"250 2.0.0 Ok: queued as {len(self.books.taken):08X}")
        return True

    def _command(self) -> bool:
        line, end, rest = self.buffer.partition(b"\r\n")
        if not end:
            return False
        self.buffer = rest
        verb = line[:4].upper()
        if verb == b"EHLO":
            self.say("250-bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES")
        elif verb == b"RCPT":
            self.refused_at = self.books.offer()
            self.say("450 4.2.1 mailbox busy" if self.refused_at == "recipient" else "250 2.1.5 Ok")
        elif verb == b"DATA":
            self.in_data = self.refused_at != "recipient"
            self.say("354 go ahead" if self.in_data else "503 5.5.1 no valid recipient")
        elif verb == b"QUIT":
            self.say("221 2.0.0 bye")
            self.transport.close()
            return False
        else:
            self.say("250 2.1.0 Ok")
        return True


async def serve(refuse_until: int) -> None:
    books, loop = Books(refuse_until), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(books), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(books.report(), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--refuse-until", type=int, default=0)
    asyncio.run(serve(parser.parse_args().refuse_until))
