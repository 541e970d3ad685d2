"""Colours can be told from their ground: WCAG 2.2, 1.4.3 (text, 4.5 to 1) and 1.4.11 (edges of controls, 3 to 1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[1] / "assets" / "styles" / "tokens.css").read_text()
TEXT = [
    *((ink, ground) for ink in ("text", "muted", "link") for ground in ("ground", "surface", "raised")),
    *((tone, f"{tone}-ground") for tone in ("good", "warn", "bad", "unknown", "info")),
    *((tone, ground) for tone in ("good", "warn", "bad", "unknown") for ground in ("ground", "surface")),
    *(("muted", ground) for ground in ("bad-ground",)),
    *((ink, "bad-ground") for ink in ("text",)),
    ("on-link", "link-ground"),
    ("on-link", "link-ground-hover"),
]
EDGES = [("line-strong", "surface"), ("line-strong", "ground"), ("focus", "surface"), ("focus", "ground")]


def colours(mood: str) -> dict[str, str]:
    (block,) = re.findall(rf'\[data-mood="{mood}"\] {{(.*?)\n}}', TOKENS, re.S)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mood", ["day", "night"])
def test_text_can_be_read(mood: str) -> None:
    found = colours(mood)
    faint = {pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("mood", ["day", "night"])
def test_controls_have_an_edge(mood: str) -> None:
    found = colours(mood)
    faint = {pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in EDGES}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 3} == {}
