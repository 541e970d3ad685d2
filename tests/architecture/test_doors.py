"""A room is entered by its door: other rooms import `ROOM.api` and nothing else of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

import tallylight
from tallylight.config.subscriptions import SUBSCRIPTIONS

PACKAGE = Path(tallylight.__file__).parent
#: Shared by all: their modules are vocabulary.
COMMON = {"kernel", "wire"}
#: The composition root wires what it likes.
WIRING = {"config", "embedded"}
#: Doors under another name, with those who may use them.
SIDE_DOORS = {("drills", "tallylight.edge.impairment")}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every tallylight module that the file at `path` imports, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole_room = node.module.count(".") == 1
            yield from (
                (f"{node.module}.{alias.name}" if whole_room else node.module, node.lineno) for alias in node.names
            )


def trespasses() -> Iterator[str]:
    for path in sorted(PACKAGE.glob("*/**/*.py")):
        room = room_of(path)
        if room in WIRING or "tests" in path.parts or "migrations" in path.parts:
            continue
        for module, line in imports(path):
            parts = module.split(".")
            if parts[0] != "tallylight" or len(parts) < 3 or parts[1] in {room, *COMMON, *WIRING}:
                continue
            if parts[2] != "api" and (room, module) not in SIDE_DOORS:
                yield f"{path.relative_to(PACKAGE)}:{line} enters {parts[1]} by {module}"


def test_rooms_are_entered_by_their_doors() -> None:
    assert list(trespasses()) == []


@pytest.mark.parametrize("listener", sorted({name for names in SUBSCRIPTIONS.values() for name in names}))
def test_every_listener_is_there(listener: str) -> None:
    assert callable(import_string(listener))


def test_every_room_says_what_it_promises() -> None:
    silent = [
        path.parent.name for path in PACKAGE.glob("*/__init__.py") if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_routes_have_live_annotations() -> None:
    """django-ninja reads a paginated view's annotations where their names are not known: they must not be strings."""
    postponed = [path for path in PACKAGE.glob("*/http.py") if "from __future__ import annotations" in path.read_text()]
    assert postponed == []
