"""`tally up`: the whole installation on one machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from tallylight.config.environment import Environment, environment
from tallylight.embedded import postgres
from tallylight.embedded.installation import Choice, cluster, parts
from tallylight.embedded.parts import Part, child_environment
from tallylight.embedded.ports import require_free
from tallylight.embedded.state import open_home, sole_supervisor
from tallylight.embedded.supervisor import Supervisor
from tallylight.embedded.words import gettext as _
from tallylight.kernel import clock

#: Where a demo's customers write to.
DEMO_DESK = "desk@localhost.localdomain"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `tally up` may be told."""
    parser.add_argument("--no-demo", action="store_true", help=_("Start without demo customers, nodes and audience."))


def main(args: argparse.Namespace) -> int:
    """Run it. Raises AlreadyRunning, NotAHome, PartFailed."""
    began = clock.monotonic()
    env = environment()
    open_home(env.home)
    console = Console(stderr=False, highlight=False)
    with sole_supervisor(env.home):
        choice = _choice(demo=not args.no_demo)
        if choice.postgres:
            postgres.wait_for_predecessor(cluster(env))
        wanted = parts(env, choice)
        require_free(part.port for part in wanted if part.port)
        screen = Screen(console, wanted)
        supervisor = Supervisor(wanted, env.home, _environment_of_parts(env, choice), screen)
        with screen:
            asyncio.run(supervisor.run(lambda: screen.welcome(env, choice, clock.monotonic() - began)))
    console.print(_("Everything that was started has ended."))
    return 0


def _choice(*, demo: bool) -> Choice:
    """Engines that an address names elsewhere are not ours to run."""
    elsewhere = os.environ.get
    return Choice(
        demo=demo,
        postgres=not elsewhere("TALLY_DATABASE_URL"),
        clickhouse=not elsewhere("TALLY_CLICKHOUSE_URL"),
        mailbox=demo and not elsewhere("TALLY_SMTP_URL"),
    )


def _environment_of_parts(env: Environment, choice: Choice) -> dict[str, str]:
    return child_environment() | {
        "TALLY_HOME": str(env.home),
        "TALLY_PORT": str(env.port),
        "TALLY_SMTP_URL": env.smtp_url,
        "TALLY_DEMO": "1" if choice.mailbox else "0",
        "TALLY_DESK_ADDRESS": env.desk_address or (DEMO_DESK if choice.mailbox else ""),
        "DJANGO_SETTINGS_MODULE": "tallylight.config.settings",
        "PYTHONUNBUFFERED": "1",
    }


class Screen:
    """Shows each step as it goes: live on a terminal, line by line elsewhere."""

    def __init__(self, console: Console, wanted: list[Part]) -> None:
        self._console = console
        self._live = console.is_terminal
        columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=False)
        self._tasks: dict[str, TaskID] = {}
        if self._live:
            for part in wanted:
                self._tasks[part.name] = self._progress.add_task(_(part.title), start=False, total=1)

    def __enter__(self) -> Screen:
        if self._live:
            self._progress.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._progress.stop()

    def starting(self, part: Part) -> None:
        if self._live:
            self._progress.start_task(self._tasks[part.name])

    def ready(self, part: Part, seconds: float) -> None:
        if self._live:
            self._progress.update(self._tasks[part.name], completed=1)
        else:
            self._say(_("%(part)s: ready after %(seconds).1f s") % {"part": _(part.title), "seconds": seconds})

    def died(self, part: Part, code: int, pause_s: float) -> None:
        facts = {"part": _(part.title), "code": code, "pause": pause_s}
        self._say(_("%(part)s: ended with code %(code)d, starts again in %(pause).1f s") % facts)

    def stopping(self, part: Part) -> None:
        self._say(_("%(part)s: stopping") % {"part": _(part.title)})

    def welcome(self, env: Environment, choice: Choice, seconds: float) -> None:
        """Everything is up: where it is, who may enter, what to try."""
        self._progress.stop()
        title = _("Tallylight is up after %(seconds).1f s.") % {"seconds": seconds}
        lines = [
            "",
            f"[bold]{env.public_url}[/]",
            "",
            *(_logins(env.home) if choice.demo else []),
            *_next_steps(choice),
        ]
        self._console.rule(f"[bold green]{title}")
        for line in lines:
            self._console.print(f"  {line}", soft_wrap=True)

    def _say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False)


def _logins(home: Path) -> list[str]:
    """The demo's logins as the demo wrote them, one a line."""
    try:
        lines = (home / "secrets" / "demo-logins").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [_("Demo logins:"), *(f"  {line}" for line in lines), ""]


def _next_steps(choice: Choice) -> list[str]:
    status = _("[bold]tally status[/] says what runs, [bold]tally doctor[/] what is wrong. Ctrl-C ends everything.")
    if not choice.demo:
        return [status]
    drill = "tally drill latency --node sin-1 --amount 250ms --for 60s"
    return [
        _("Watch the wall at /wall, the mail at /mailbox and what the public sees at /status."),
        _("Hurt a node on purpose, in another terminal: [bold]%(drill)s[/]") % {"drill": drill},
        status,
    ]
