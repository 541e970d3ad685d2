"""The fonts documents are set in: built from npm packages beside this file, read once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import typst

from tallylight.typeset.errors import FontsMissing

FOLDER = Path(__file__).resolve().parent / "fonts"
#: What the template asks for; without one of them a page would have empty boxes.
FAMILIES = frozenset({"Source Sans 3", "Noto Sans SC"})


@cache
def fonts(folder: Path = FOLDER) -> typst.Fonts:
    """The fonts of `folder` and no others, whatever the machine has. Raises FontsMissing."""
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    if not set(found.families()) >= FAMILIES:
        raise FontsMissing
    return found
