"""The contracts that ship with the product, as tests use them."""

from __future__ import annotations

import re
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[4] / "examples" / "contracts"
STARTER = (EXAMPLES / "starter.yaml").read_text(encoding="utf-8")
KEY_ACCOUNT = (EXAMPLES / "key-account.yaml").read_text(encoding="utf-8")


def changed(source: str, old: str, new: str) -> str:
    """`source` with one passage replaced; the passage must stand there."""
    assert old in source, f"{old!r} is not in the sample"
    return source.replace(old, new, 1)


def plain(source: str) -> str:
    """`source` without what support levels need not say: no mitigation or credit for it, no pauses, the default response,
    no ladder of their own."""
    optional = r"^    (mitigation|answer):.*\n|^    (pauses|escalation):\n(      .*\n)+|^    - .*clock: mitigation.*\n"
    return re.sub(optional, "", source, flags=re.MULTILINE)


def line_of(source: str, passage: str) -> int:
    """The line, counted from 1, on which `passage` begins."""
    return source[: source.index(passage)].count("\n") + 1
