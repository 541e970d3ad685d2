"""`tally doctor`."""

from __future__ import annotations

import argparse
import json
from functools import partial

from rich.console import Console

from tallylight.config.environment import environment
from tallylight.embedded.doctor import home, machine, running
from tallylight.embedded.doctor.findings import Check, Finding, Weight
from tallylight.embedded.words import gettext as _

SIGN = {Weight.OK: "[green]✓[/]", Weight.NOTE: "[yellow]![/]", Weight.WRONG: "[red]✗[/]"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `tally doctor` may be told."""
    parser.add_argument("--json", action="store_true", help=_("Answer with one JSON object."))


def main(args: argparse.Namespace) -> int:
    """Look at everything and print it. Exit code 1 if something is wrong."""
    findings = examine()
    well = all(finding.weight is not Weight.WRONG for finding in findings)
    if args.json:
        rows = [
            {"about": finding.about, "weight": finding.weight.value, "found": finding.found, "mend": finding.mend}
            for finding in findings
        ]
        print(json.dumps({"well": well, "findings": rows}))
    else:
        _show(findings)
    return 0 if well else 1


def examine() -> list[Finding]:
    """All findings, the machine's first."""
    env = environment()
    checks: list[Check] = [
        machine.python,
        machine.user,
        machine.shared_memory,
        partial(machine.disk, env),
        machine.time_of_day,
        partial(machine.ports, env),
        machine.tools,
        partial(home.permissions, env),
        home.catalogues,
        home.assets,
        home.document_fonts,
        partial(running.running, env),
    ]
    return [finding for check in checks for finding in check()]


def _show(findings: list[Finding]) -> None:
    console = Console(highlight=False)
    for finding in findings:
        console.print(f"{SIGN[finding.weight]} {finding.about}: {finding.found}", soft_wrap=True)
        if finding.mend:
            console.print(f"    → {finding.mend}", markup=False, soft_wrap=True)
    wrong = sum(finding.weight is Weight.WRONG for finding in findings)
    console.print(_("Nothing is wrong.") if not wrong else _("Wrong: %(count)d.") % {"count": wrong})
