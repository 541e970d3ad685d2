"""`tally contract lint FILE…`: every fault of contract files, by line and column, in the reader's language."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tallylight.contracts.errors import ContractInvalid
from tallylight.contracts.problem import together, told
from tallylight.contracts.reading import Reading, read
from tallylight.kernel.catalogue import catalogue, language_of_the_shell
from tallylight.kernel.errors import gettext_noop as _

SOUND = _("%(number)s is sound, SHA-256 %(sha256)s")
UNREADABLE = _("This file can't be read: %(reason)s")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `lint` takes."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--lang", choices=("en", "zh-Hans"), help="the language (default: that of the shell)")
    parser.add_argument("--json", action="store_true", help="the same for programs: one list, an entry for each file")


def lint(args: argparse.Namespace) -> int:
    """0: every file is sound. 1: a contract has faults. 2: a file can't be read."""
    language = args.lang or language_of_the_shell()
    found = [_file(path, language) for path in args.files]
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for each in found:
            _print(each, language)
    return max(2 if each["error"] else 1 if each["problems"] else 0 for each in found)


def _file(path: Path, language: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"file": str(path), "number": None, "sha256": None, "problems": [], "error": None}
    try:
        reading: Reading = read(path.read_text(encoding="utf-8-sig"))
    except ContractInvalid as error:
        return answer | {"problems": [told(each, language).plain() for each in error.problems]}
    except (OSError, UnicodeDecodeError) as error:
        return answer | {"error": str(getattr(error, "strerror", None) or error)}
    return answer | {"number": reading.agreement.number, "sha256": reading.sha256}


def _print(found: dict[str, Any], language: str) -> None:
    say = catalogue(language).gettext
    if found["error"]:
        print(f"{found['file']}: {say(UNREADABLE) % {'reason': found['error']}}", file=sys.stderr)
    elif not found["problems"]:
        print(f"{found['file']}: {say(SOUND) % found}")
    for each in found["problems"]:
        place = f"{found['file']}:{each['line']}:{each['column']}"
        print(f"{place}: {together(each['message'], each['advice'])}", file=sys.stderr)
