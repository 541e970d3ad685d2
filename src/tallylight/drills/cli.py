"""`tally drill KIND --node NODE`: hurt a node on purpose and watch every promise."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from tallylight.drills.errors import DrillInterrupted
from tallylight.drills.report import Outcome
from tallylight.drills.request import DEFAULT_LENGTH_S, Kind, read_request
from tallylight.drills.run import run
from tallylight.kernel.clock import rfc3339


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `tally drill`."""
    parser.add_argument("kind", choices=[kind.value for kind in Kind], help=_("how to hurt it"))
    parser.add_argument("--node", required=True, help=_("the node's name, such as sin-1"))
    parser.add_argument("--amount", help=_("250ms for latency (added round trip), 5%% for loss (of round trips)"))
    parser.add_argument(
        "--for", dest="length", help=_("how long, such as 40s or 2m (%gs if not given)") % DEFAULT_LENGTH_S
    )
    parser.add_argument("--json", action="store_true", help=_("end with one JSON object, and print nothing else"))


def main(args: argparse.Namespace) -> int:
    """0 if the drill ran to its end, whatever it found; 1 when it could not."""
    request = read_request(args.kind, args.node, args.amount, args.length)
    console = Console(stderr=args.json, highlight=False)
    started: list[datetime] = []

    def tell(moment: str, at: datetime) -> None:
        started.append(at)
        console.print(f"{(at - started[0]).total_seconds():8.2f} s  {rfc3339(at)}  {moment_name(moment)}")

    outcome = asyncio.run(_interruptible(request, tell))
    if args.json:
        print(json.dumps(outcome.as_json(), ensure_ascii=False), flush=True)
    else:
        show(outcome, console)
    return 0


async def _interruptible(request: Any, tell: Any) -> Outcome:
    """Run it; a Ctrl-C heals the node and gives its way back before it ends."""
    drill = asyncio.ensure_future(run(request, tell))
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, drill.cancel)
    try:
        return await drill
    except asyncio.CancelledError:
        raise DrillInterrupted from None


def moment_name(moment: str) -> str:
    """The moment in the reader's language."""
    return {
        "injected": _("the path is hurt"),
        "breached": _("the first measurement over the threshold"),
        "alert": _("alert"),
        "incident": _("incident opened"),
        "ticket": _("first ticket opened"),
        "mail_accepted": _("first mail accepted by the mail server"),
        "acknowledged": _("acknowledged"),
        "escalated": _("escalated to the next step"),
        "healed": _("the path is healed"),
        "recovered": _("recovered, by measurement"),
    }[moment]


def show(outcome: Outcome, console: Console) -> None:
    """The end of a drill for a person: every promise, and what it would cost."""
    table = Table(_("promise"), _("held"), _("measured"), _("allowed"))
    words = {True: _("yes"), False: _("NO"), None: _("clock still runs")}
    for verdict in outcome.promises():
        table.add_row(verdict.promise, words[verdict.held], verdict.measured, verdict.allowed)
    console.print(table)
    for customer, credit in outcome.credit.items():
        console.print(f"{customer}: {credit['amount']} {credit['currency']}")
        for line in credit["derivation"]:
            console.print(f"    {line}")
    if not sys.stdout.isatty():
        sys.stdout.flush()
