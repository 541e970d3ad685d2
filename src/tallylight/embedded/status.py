"""`tally status`: what runs in this home, each part with its process, since when, restarts, port and health."""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table

from tallylight.config.environment import Environment, environment
from tallylight.embedded.installation import Choice, parts
from tallylight.embedded.state import PartState, read_states, supervisor_pid
from tallylight.embedded.words import gettext as _
from tallylight.kernel import clock

EVERYTHING = Choice(demo=True, postgres=True, clickhouse=True, mailbox=True)


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part. `health` is what it answers when asked now: ok, starting, silent, stopped, or done (an errand)."""

    name: str
    health: str
    pid: int | None
    port: int | None
    since: str
    restarts: int


@dataclass(frozen=True, slots=True)
class Status:
    """The installation as it is now."""

    home: str
    url: str
    supervisor: int | None
    parts: list[PartStatus]

    @property
    def well(self) -> bool:
        """Whether it runs and every part answers."""
        return self.supervisor is not None and all(part.health in ("ok", "done") for part in self.parts)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `tally status` may be told."""
    parser.add_argument("--json", action="store_true", help=_("Answer with one JSON object."))


def main(args: argparse.Namespace) -> int:
    """Print it. Exit code 0 while everything is well, 3 otherwise (as LSB says for a program that is not running)."""
    status = look(environment())
    if args.json:
        print(json.dumps(asdict(status) | {"well": status.well}))
    else:
        _show(status, Console(highlight=False))
    return 0 if status.well else 3


def look(env: Environment) -> Status:
    """Read what the supervisor wrote and ask every part at the same time."""
    states = read_states(env.home)
    checks = {part.name: part.ready for part in parts(env, EVERYTHING)} if states else {}

    def ask(state: PartState) -> PartStatus:
        check = checks.get(state.name)
        return _status(state, answers=check is None or (state.alive and check()))

    with ThreadPoolExecutor(max(1, len(states))) as threads:
        found = list(threads.map(ask, states))
    return Status(home=str(env.home), url=env.public_url, supervisor=supervisor_pid(env.home), parts=found)


def _status(state: PartState, *, answers: bool) -> PartStatus:
    return PartStatus(state.name, _health(state, answers=answers), state.pid, state.port, state.since, state.restarts)


def _health(state: PartState, *, answers: bool) -> str:
    if state.phase in ("done", "starting"):
        return state.phase
    if not state.alive:
        return "stopped"
    return "ok" if answers else "silent"


def _show(status: Status, console: Console) -> None:
    if status.supervisor is None:
        console.print(_("Nothing runs in %(home)s. Start it with tally up.") % {"home": status.home})
        return
    facts = {"home": status.home, "pid": status.supervisor, "url": status.url}
    console.print(_("%(url)s, home %(home)s, supervised by process %(pid)d") % facts)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in (_("part"), _("health"), _("process"), _("port"), _("for"), _("restarts")):
        table.add_column(title)
    for part in status.parts:
        colour = "green" if part.health in ("ok", "done") else "red"
        numbers = ("" if value is None else str(value) for value in (part.pid, part.port))
        table.add_row(part.name, f"[{colour}]{part.health}[/]", *numbers, _age(part.since), str(part.restarts))
    console.print(table)


def _age(since: str) -> str:
    seconds = int((clock.now() - datetime.fromisoformat(since)).total_seconds())
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
