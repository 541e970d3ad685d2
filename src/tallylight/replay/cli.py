"""`tally contract replay FILE --over PERIOD`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tallylight.kernel import clock

if TYPE_CHECKING:
    from tallylight.replay.api import Progress

CLEAR = "\r\033[K"
HELP = "say which promises a draft would have broken in the past, and what it would have cost"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `replay` takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the draft")
    parser.add_argument(
        "--over",
        required=True,
        metavar="PERIOD",
        help="2026-10, 2026-08..2026-10, last-90-days, or dates; months are taken whole",
    )
    parser.add_argument("--customer", default="", metavar="SLUG", help="whose past; the draft's customer if left out")
    parser.add_argument("--lang", choices=("en", "zh-Hans"), default="en")
    parser.add_argument("--json", action="store_true", help="the same for programs, with every case")


def main(args: argparse.Namespace) -> int:
    """The exit code: 0 when the replay was made, 1 when the draft has faults or can't be read."""
    try:
        source = args.file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        print(f"{args.file}: can't be read: {error}", file=sys.stderr)
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallylight.config.settings")
    import django

    django.setup()
    return _replay(args, source)


def _replay(args: argparse.Namespace, source: str) -> int:
    from django.utils import translation

    from tallylight.contracts import api as contracts
    from tallylight.replay import api
    from tallylight.replay.plain import plain
    from tallylight.replay.telling import told

    watched = sys.stderr.isatty()
    with translation.override(args.lang.lower()):
        try:
            found = api.replay(
                source,
                args.over,
                customer=args.customer,
                now=clock.now(),
                progress=_show if watched else _say_nothing,
            )
        except contracts.ContractInvalid as error:
            for problem in error.problems:
                print(f"{args.file}:{contracts.told(problem, args.lang)}", file=sys.stderr)
            return 1
        finally:
            if watched:
                print(CLEAR, end="", file=sys.stderr)
        print(json.dumps(plain(found), ensure_ascii=False, indent=2) if args.json else told(found))
    return 0


def _show(progress: Progress) -> None:
    """One line of the terminal, written over by the next."""
    print(f"{CLEAR}{progress.done + 1}/{progress.all} {progress.month}", end="", file=sys.stderr, flush=True)


def _say_nothing(_: Progress) -> None:
    """Nobody watches."""
