"""`tally contract render`: the text people sign, as a file."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import get_args

from tallylight.contracts.reading import Reading
from tallylight.contracts.text.whole import agreement_text
from tallylight.typeset.api import FORMATS, Language, written

#: Written instead of a file's name, it means standard output.
STANDARD_OUTPUT = Path("-")


def add_arguments(render: argparse.ArgumentParser) -> None:
    """The arguments of the verb."""
    render.add_argument("file", type=Path, metavar="FILE", help="the contract")
    render.add_argument("--lang", choices=get_args(Language), help="the language (default: the contract's own)")
    render.add_argument("--to", choices=FORMATS, default="pdf", help="the form (default: pdf)")
    render.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="where to; - is standard output (default: beside FILE)"
    )


def render(args: argparse.Namespace, reading: Reading, source: str) -> int:
    """Write the text of a contract that has been read. Whatever goes wrong, no half file is left. Raises TallyError."""
    language: Language = args.lang or ("zh-Hans" if reading.agreement.locale.startswith("zh") else "en")
    document = agreement_text(reading.agreement, language, sha256=reading.sha256, source=source)
    made = written(document, args.to)
    if args.output == STANDARD_OUTPUT:
        sys.stdout.buffer.write(made)
        return 0
    path = args.output or args.file.with_name(f"{args.file.stem}.{language}.{args.to}")
    try:
        put(path, made)
    except OSError as error:
        print(f"{path}: can't be written: {error.strerror or error}", file=sys.stderr)
        return 1
    print(f"{path}: {reading.agreement.number} in {language}, sha256 {reading.sha256}")
    return 0


def put(path: Path, made: bytes) -> None:
    """Write a file whole or not at all: under another name first, then in place of what was there."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(made)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
