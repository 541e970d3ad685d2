"""High-water marks: up to which sequence each node's batches are in history. A small file, replaced whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tallylight.telemetry.wal import sync_folder


class Marks:
    """`node -> sequence`, durable after `raise_to`. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marks: dict[str, int] = (
            msgspec.json.decode(path.read_bytes(), type=dict[str, int]) if path.exists() else {}
        )

    def of(self, node: str) -> int:
        """The highest sequence of `node` in history, -1 before its first."""
        return self._marks.get(node, -1)

    def all(self) -> dict[str, int]:
        """Every mark."""
        return dict(self._marks)

    def raise_to(self, marks: Mapping[str, int]) -> None:
        """Move marks forward and make that durable. A mark never goes back."""
        raised = {node: sequence for node, sequence in marks.items() if sequence > self.of(node)}
        if raised:
            self._replace({**self._marks, **raised})

    def _replace(self, marks: dict[str, int]) -> None:
        fresh = self._path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(marks))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)
        self._marks = marks
