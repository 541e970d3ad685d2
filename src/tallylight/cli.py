"""The `tally` command. A command's module is imported only when that command is given."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata

from tallylight.embedded.words import explain, gettext
from tallylight.kernel.errors import TallyError
from tallylight.kernel.errors import gettext_noop as _

Words = Sequence[str]


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `tally`. `hidden` ones are the supervisor's."""

    help: str
    run: Callable[[Words], int]
    hidden: bool = False


def main(words: Words | None = None) -> int:
    """Run `tally` with `words` (default: the command line). Returns the exit code."""
    words = sys.argv[1:] if words is None else words
    os.umask(0o077)  # what we write is for us alone
    if words and words[0] in COMMANDS:
        return _run(COMMANDS[words[0]], words[1:])
    parser = argparse.ArgumentParser(prog="tally", description=gettext(DESCRIPTION), epilog=gettext(EPILOG))
    parser.add_argument("--version", action="version", version=f"tallylight {_version()}")
    commands = parser.add_subparsers(title=gettext("commands"), metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        if not command.hidden:
            commands.add_parser(name, help=gettext(command.help))
    parser.parse_args(words or ["--help"])
    return 0


def _run(command: Command, words: Words) -> int:
    try:
        return command.run(words)
    except TallyError as error:
        print(explain(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _mounted(
    name: str, module: str, *, django: bool = False, further: Mapping[str, str] | None = None
) -> Callable[[Words], int]:
    """A command that lives in `module` as `add_arguments(parser)` and `main(args) -> exit code`.

    `further` verbs live in modules of rooms above it, with `HELP`; the command's own `add_arguments` gives the place for them.
    """

    def run(words: Words) -> int:
        _end_with_supervisor()
        if django:
            _set_up_django()
        room = import_module(module)
        parser = argparse.ArgumentParser(prog=f"tally {name}", description=gettext(COMMANDS[name].help))
        verbs = room.add_arguments(parser)
        rooms = {verb: import_module(above) for verb, above in (further or {}).items()}
        for verb, each in rooms.items():
            each.add_arguments(verbs.add_parser(verb, help=each.HELP))
        args = parser.parse_args(words)
        return int(rooms.get(getattr(args, "verb", ""), room).main(args))

    return run


def _served(name: str, module: str) -> Callable[[Words], int]:
    """A command without arguments that lives in `module` as `main() -> exit code`."""

    def run(words: Words) -> int:
        argparse.ArgumentParser(prog=f"tally {name}", description=gettext(COMMANDS[name].help)).parse_args(words)
        _end_with_supervisor()
        _set_up_django()
        return int(import_module(module).main())

    return run


def _manage(words: Words) -> int:
    _end_with_supervisor()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallylight.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["tally manage", *words])
    return 0


def _postgres(_words: Words) -> int:
    from tallylight.config.environment import environment
    from tallylight.embedded import installation, postgres

    _end_with_supervisor()
    postgres.serve(installation.cluster(environment()))
    return 1


def _clickhouse(_words: Words) -> int:
    from tallylight.config.environment import CLICKHOUSE, environment
    from tallylight.embedded.clickhouse import door

    _end_with_supervisor()
    env = environment()
    door.serve(env.home / "clickhouse", env.port_of(CLICKHOUSE), env.secret("clickhouse"))
    return 0


def _mailbox(_words: Words) -> int:
    from tallylight.config.environment import MAILBOX, environment
    from tallylight.embedded import mailbox

    _end_with_supervisor()
    env = environment()
    asyncio.run(mailbox.serve(env.home, env.port_of(MAILBOX)))
    return 0


def _end_with_supervisor() -> None:
    from tallylight.embedded import leash

    leash.end_with_supervisor()


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallylight.config.settings")
    import django

    django.setup()


def _version() -> str:
    try:
        return metadata.version("tallylight")
    except metadata.PackageNotFoundError:
        return "(not installed)"


DESCRIPTION = _("Tallylight: the contract that runs.")
EPILOG = _("State lives under TALLY_HOME (default ./.tally), the console on TALLY_PORT (default 8400).")
COMMANDS = {
    "up": Command(_("Run everything on this machine until Ctrl-C."), _mounted("up", "tallylight.embedded.up")),
    "status": Command(_("Say what runs."), _mounted("status", "tallylight.embedded.status")),
    "doctor": Command(
        _("Say what is wrong and how to mend it."), _mounted("doctor", "tallylight.embedded.doctor.command")
    ),
    "drill": Command(
        _("Hurt a node on purpose and see which promises hold."),
        _mounted("drill", "tallylight.drills.cli", django=True),
    ),
    "contract": Command(
        _("Check, show and put in force contracts."),
        _mounted("contract", "tallylight.contracts.cli", further={"replay": "tallylight.replay.cli"}),
    ),
    "evidence": Command(
        _("Hand out, verify and check the evidence behind credits."),
        _mounted("evidence", "tallylight.sla.evidence.cli"),
    ),
    "report": Command(
        _("Make a customer's monthly service report."), _mounted("report", "tallylight.reports.cli", django=True)
    ),
    "clock": Command(
        _("Explain the clocks of a ticket, span by span."), _mounted("clock", "tallylight.support.cli", django=True)
    ),
    "sla": Command(
        _("Take in slices that were measured elsewhere."), _mounted("sla", "tallylight.sla.cli", django=True)
    ),
    "edge": Command(_("Run the agent of one edge node."), _mounted("edge", "tallylight.edge.cli")),
    "web": Command(_("Serve the console and the API."), _served("web", "tallylight.embedded.web")),
    "hub": Command(_("Take measurements and watch thresholds."), _served("hub", "tallylight.config.hub")),
    "worker": Command(_("Run queued and scheduled jobs."), _served("worker", "tallylight.config.worker")),
    "mail-in": Command(_("Take in mail by SMTP and LMTP."), _served("mail-in", "tallylight.channels.listener")),
    "manage": Command(_("Run one of Django's management commands."), _manage),
    "prepare": Command(
        _("Bring tables up to date."), _mounted("prepare", "tallylight.embedded.prepare", django=True), hidden=True
    ),
    "mailbox": Command(_("Serve the demo's mailbox."), _mailbox, hidden=True),
    "audience": Command(
        _("Play the demo's audience."), _served("audience", "tallylight.embedded.audience"), hidden=True
    ),
    "postgres": Command(_("Serve the embedded PostgreSQL."), _postgres, hidden=True),
    "clickhouse": Command(_("Serve the embedded ClickHouse."), _clickhouse, hidden=True),
}

if __name__ == "__main__":
    raise SystemExit(main())
