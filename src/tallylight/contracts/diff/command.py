"""`tally contract diff OLD NEW`, and the same as JSON values."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from tallylight.contracts.diff.notice import Amendment, NoticedChange, amendment
from tallylight.contracts.diff.sentences import conclusion, headline, said, shown
from tallylight.contracts.reading import Reading
from tallylight.kernel.clock import rfc3339


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `diff` takes."""
    parser.add_argument("old", type=Path, metavar="OLD")
    parser.add_argument("new", type=Path, metavar="NEW")
    parser.add_argument("--lang", choices=("en", "zh-Hans"), default="en")
    parser.add_argument("--json", action="store_true", help="the same for programs")


def report(old: Reading, new: Reading, *, language: str, as_json: bool, now: datetime) -> str:
    """What the command prints."""
    found = amendment(old.agreement, new.agreement, now=now)
    if as_json:
        return json.dumps(plain(old, new, found, language), ensure_ascii=False, indent=2)
    lines = [headline(found, language)]
    for each in found.changes:
        text = said(each, language)
        lines += ["", text.where, f"  {text.what}", f"  {text.effect} · {text.notice}"]
    return "\n".join([*lines, "", conclusion(found, language)])


def plain(old: Reading, new: Reading, found: Amendment, language: str) -> dict[str, Any]:
    """An amendment as JSON values; `said` is in `language`."""
    return {
        "old": {"number": old.agreement.number, "sha256": old.sha256},
        "new": {"number": new.agreement.number, "sha256": new.sha256},
        "told": found.told.isoformat(),
        "earliest": found.earliest.isoformat(),
        "earliest_at": rfc3339(found.earliest_at),
        "until": found.until.isoformat(),
        "may_leave": found.may_leave,
        "changes": [_change(each, language) for each in found.changes],
        "said": {"headline": headline(found, language), "conclusion": conclusion(found, language)},
    }


def _change(change: NoticedChange, language: str) -> dict[str, Any]:
    difference, notice, text = change.difference, change.notice, said(change, language)
    values = {
        name: None if value is None else text.where if difference.whole else _value(value, change, language)
        for name, value in (("old", difference.old), ("new", difference.new))
    }
    return {
        "path": difference.path,
        "effect": difference.effect.value,
        "kind": difference.kind.value if difference.kind else None,
        **values,
        "notice_days": notice.notice_days if notice else 0,
        "transition_days": notice.transition_days if notice else 0,
        "may_leave": bool(notice and notice.may_leave),
        "earliest": change.earliest.isoformat(),
        "said": {"where": text.where, "what": text.what, "effect": text.effect, "notice": text.notice},
    }


def _value(value: object, change: NoticedChange, language: str) -> str:
    return shown(value, unit=change.difference.unit, owner=change.difference.owner, language=language)
