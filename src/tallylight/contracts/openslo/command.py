"""`tally contract openslo export FILE` and `import FILE`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from tallylight.contracts.openslo.inward import objectives_from
from tallylight.contracts.openslo.outward import documents_of
from tallylight.contracts.openslo.terms import Doc, Unsaid
from tallylight.contracts.openslo.yaml import dump, load
from tallylight.contracts.reading import Reading


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two directions."""
    ways = parser.add_subparsers(dest="way", required=True)
    out = ways.add_parser("export", help="write a contract's objectives as OpenSLO v1")
    out.add_argument("file", type=Path, metavar="FILE", help="the contract")
    into = ways.add_parser("import", help="write OpenSLO v1 as objectives for a contract")
    into.add_argument("file", type=Path, metavar="FILE", help="the OpenSLO documents")


def exported(reading: Reading) -> str:
    """OpenSLO on standard output; what it can't say goes to standard error."""
    found = documents_of(reading.agreement)
    _tell(found.unsaid)
    return dump(found.documents)


def imported(text: str) -> tuple[str, bool]:
    """A fragment of YAML, and whether anything could be taken over. Raises NotOpenSlo, TooLarge."""
    found = objectives_from(load(text))
    _tell(found.unsaid)
    return _fragment(found.objectives), bool(found.objectives)


def _fragment(objectives: Iterable[Doc]) -> str:
    writer = YAML()
    writer.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    writer.dump({"objectives": list(objectives)}, text)
    return text.getvalue()


def _tell(unsaid: Iterable[Unsaid]) -> None:
    for each in unsaid:
        print(each, file=sys.stderr)
