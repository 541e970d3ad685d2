"""A secret never reaches a log."""

from __future__ import annotations

from tallylight.config.logs import hide_secrets


def test_values_under_secret_names_are_hidden_and_others_kept() -> None:
    line = hide_secrets(
        None, "info", {"event": "enrolled", "node_key": "x", "Authorization": "Bearer x", "node": "sin-1"}
    )
    assert line == {"event": "enrolled", "node_key": "(hidden)", "Authorization": "(hidden)", "node": "sin-1"}
