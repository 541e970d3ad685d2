"""A drill is asked for in a person's words, and refused with an example."""

from __future__ import annotations

import pytest

from tallylight.drills.errors import DrillMisspelt, DrillOutOfBounds
from tallylight.drills.request import DrillRequest, Kind, read_request


@pytest.mark.parametrize(
    ("kind", "amount", "length", "expected"),
    [
        ("latency", "250ms", "40s", DrillRequest(Kind.LATENCY, "sin-1", 250.0, 40.0)),
        ("latency", "+250", "40", DrillRequest(Kind.LATENCY, "sin-1", 250.0, 40.0)),
        ("latency", "1.5 s", "2m", DrillRequest(Kind.LATENCY, "sin-1", 1500.0, 120.0)),
        ("loss", "5%", "1h", DrillRequest(Kind.LOSS, "sin-1", 5.0, 3600.0)),
        ("loss", "0.5", None, DrillRequest(Kind.LOSS, "sin-1", 0.5, 30.0)),
        ("loss", None, None, DrillRequest(Kind.LOSS, "sin-1", 5.0, 30.0)),
        ("dead", "250ms", "30s", DrillRequest(Kind.DEAD, "sin-1", None, 30.0)),
    ],
)
def test_words_become_a_request(kind: str, amount: str | None, length: str | None, expected: DrillRequest) -> None:
    assert read_request(kind, "sin-1", amount, length) == expected


@pytest.mark.parametrize(
    ("kind", "amount", "length"),
    [
        ("latency", "5%", None),
        ("loss", "5ms", None),
        ("loss", "much", None),
        ("latency", "-3", None),
        ("dead", None, "soon"),
    ],
)
def test_what_can_not_be_read_is_answered_with_an_example(kind: str, amount: str | None, length: str | None) -> None:
    with pytest.raises(DrillMisspelt) as wrong:
        read_request(kind, "sin-1", amount, length)
    assert wrong.value.facts["example"]


@pytest.mark.parametrize(
    ("kind", "amount", "length"), [("loss", "101%", None), ("latency", "0", None), ("dead", None, "2h")]
)
def test_what_goes_too_far_is_answered_with_the_bounds(kind: str, amount: str | None, length: str | None) -> None:
    with pytest.raises(DrillOutOfBounds):
        read_request(kind, "sin-1", amount, length)
