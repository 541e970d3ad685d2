"""The built scripts and styles: from a plain name to the name its content gives it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

DIST = Path(__file__).resolve().parent / "static" / "dist"


def built_name(name: str) -> str:
    """`console.js` as it is served: `dist/console-3F2A….js`. The plain name while the assets are not built."""
    return "dist/" + _manifest(_written_at()).get(name, name)


def _written_at() -> float:
    try:
        return (DIST / "manifest.json").stat().st_mtime
    except FileNotFoundError:
        return 0.0


@cache
def _manifest(written_at: float) -> dict[str, str]:
    if not written_at:
        log.warning("assets are not built", remedy="run npm ci and npm run build in src/tallylight/console/assets")
        return {}
    found: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    return found
