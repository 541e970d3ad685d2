"""Wires the job engine when the app is ready."""

from __future__ import annotations

from procrastinate import App


def on_app_ready(_app: App) -> None:
    """Nothing to change at start-up yet: rooms bring their jobs in their own `jobs.py`."""
