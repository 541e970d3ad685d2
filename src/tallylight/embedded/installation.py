"""What `tally up` runs on one machine, and in which order."""

from __future__ import annotations

import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import psycopg

from tallylight.config.environment import CLICKHOUSE, EDGES, HUB, MAIL_IN, MAILBOX, POSTGRES, Environment
from tallylight.config.places import NODES, REGIONS
from tallylight.embedded import postgres
from tallylight.embedded.parts import Part
from tallylight.embedded.postgres import Cluster
from tallylight.kernel.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the installation is ours to run: an engine elsewhere is not."""

    demo: bool
    postgres: bool
    clickhouse: bool
    mailbox: bool


def cluster(env: Environment) -> Cluster:
    """The embedded PostgreSQL of this home."""
    return Cluster(env.home / "postgres", env.port_of(POSTGRES), env.secret("postgres"))


def parts(env: Environment, choice: Choice) -> list[Part]:
    """Everything to be started, each after what it needs."""
    engines = _engines(env, choice)
    fed = [*_edges(env), _audience()] if choice.demo else []
    return [*engines, _preparation(engines, choice), *_services(env), *_mail_in(env, choice), *fed]


def _engines(env: Environment, choice: Choice) -> list[Part]:
    found: list[Part] = []
    if choice.postgres:
        found.append(
            _part("postgres", "PostgreSQL", port=env.port_of(POSTGRES), ready=partial(postgres.ready, cluster(env)))
        )
    if choice.clickhouse:
        port = env.port_of(CLICKHOUSE)
        found.append(
            _part("clickhouse", "ClickHouse", port=port, ready=partial(answers, f"http://127.0.0.1:{port}/ping"))
        )
    if choice.mailbox:
        port = env.port_of(MAILBOX)
        found.append(_part("mailbox", _("Mailbox"), port=port, ready=partial(listens, port)))
    return found


def _preparation(engines: list[Part], choice: Choice) -> Part:
    title = _("Tables and demo customers") if choice.demo else _("Tables")
    words = _tally("prepare", *(["--demo"] if choice.demo else []))
    return Part("prepare", words, title, after=tuple(part.name for part in engines), once=True)


def _services(env: Environment) -> list[Part]:
    after = ("prepare",)
    hub = env.port_of(HUB)
    return [
        _part("hub", _("Hub"), after=after, port=hub, ready=partial(answers, f"http://127.0.0.1:{hub}/healthz")),
        _part("worker", _("Worker"), after=after, ready=partial(worker_beats, env.database_url)),
        _part("web", _("Console"), after=after, port=env.port, ready=partial(listens, env.port)),
    ]


def _mail_in(env: Environment, choice: Choice) -> list[Part]:
    """Only where there is an address to take mail for, and in a demo."""
    if not env.mail_in_listen or not (env.desk_address or choice.mailbox):
        return []
    port = env.port_of(MAIL_IN)
    if env.mail_in_listen != (f"smtp://127.0.0.1:{port}",):
        return [_part("mail-in", _("Mail in"), after=("prepare",))]
    return [_part("mail-in", _("Mail in"), after=("prepare",), port=port, ready=partial(listens, port))]


def _edges(env: Environment) -> list[Part]:
    return [_edge(env, name, env.port_of(EDGES + index)) for index, name in enumerate(NODES)]


def _edge(env: Environment, name: str, port: int) -> Part:
    words = ["--name", name, "--hub", env.hub_url, "--token-file", str(env.home / "secrets" / f"enrol-{name}")]
    words += [
        "--state",
        str(env.home / "edges" / name),
        "--stamp",
        f"127.0.0.1:{port}",
        "--viewer",
        f"127.0.0.1:{port}",
    ]
    title = f"{REGIONS[NODES[name]][0]} ({name})"
    return Part(f"edge-{name}", _tally("edge", *words), title, after=("hub",), ready=partial(listens, port), port=port)


def _audience() -> Part:
    return _part("audience", _("Audience"), after=tuple(f"edge-{name}" for name in NODES))


def _part(
    name: str,
    title: str,
    *,
    after: tuple[str, ...] = (),
    port: int | None = None,
    ready: Callable[[], bool] | None = None,
) -> Part:
    return Part(name, _tally(name), title, after=after, port=port, ready=ready)


def _tally(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "tallylight.cli", *words)


def answers(address: str) -> bool:
    """Whether this HTTP address answers 2xx."""
    try:
        with urllib.request.urlopen(address, timeout=2) as reply:  # noqa: S310 - our own loopback address
            return bool(200 <= reply.status < 300)
    except (urllib.error.URLError, OSError):
        return False


def listens(port: int) -> bool:
    """Whether something accepts connections on loopback `port`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def worker_beats(database_url: str) -> bool:
    """Whether a worker has been heard of in the last seconds."""
    heard = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '6 seconds'"
    try:
        with psycopg.connect(database_url, connect_timeout=2) as connection:
            row = connection.execute(heard).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])
