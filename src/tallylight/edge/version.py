"""The agent's version, as it tells the hub."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("tallylight")
    except PackageNotFoundError:
        return "source"


AGENT = _installed()
