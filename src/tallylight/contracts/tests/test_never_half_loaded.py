"""A contract with any part dropped or altered is read whole or refused with a place in the text, and nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tallylight.contracts import yaml_text
from tallylight.contracts.agreement import Agreement
from tallylight.contracts.errors import ContractInvalid
from tallylight.contracts.problem import told
from tallylight.contracts.reading import Reading, of_document, read
from tallylight.contracts.tests.samples import KEY_ACCOUNT, STARTER

Path = tuple[str | int, ...]
DOCUMENTS = [yaml_text.load(text).value for text in (STARTER, KEY_ACCOUNT)]

#: Values of every form that a contract knows, right ones in wrong places among them, and some that no form knows.
VALUES = st.one_of(
    st.sampled_from(
        [
            *(
                None,
                True,
                False,
                0,
                1,
                -1,
                10**14,
                "",
                "24x7",
                "0s",
                "1ms",
                "999999d",
                "15m",
                "0%",
                "100%",
                "999.999999%",
            ),
            *(
                "0.00 USD",
                "999999999999.99 USD",
                "1.005 JPY",
                "5x",
                "0x",
                "1900-01-01",
                "2199-12-31",
                "2026-02-30",
                "en",
            ),
            *("Asia/Singapore", "UTC", "../etc/passwd", "around-the-clock", "us-east", "live-acceleration", "major"),
            *("00:00-24:00", "24:00-00:00", "23:59-00:01", "a\nb", "\ud800", "\u0000", "%(name)s", "%", "{…}", "中文"),
            *([], {}, [[]], [{}], {"en": "x"}, {"zh-Hans": "x"}, {"en": 1}, ["09:00-18:00", "08:00-19:00"]),
        ]
    ),
    st.text(max_size=4),
    st.integers(),
)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of a document but its root."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in entries:
        yield (*path, key)
        yield from paths(each, (*path, key))


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """An example with one to three of its parts dropped, altered, copied beside themselves, or moved elsewhere."""
    doc = deepcopy(draw(st.sampled_from(DOCUMENTS)))
    for _ in range(draw(st.integers(1, 3))):
        *parents, last = draw(st.sampled_from(list(paths(doc))))
        inside = doc
        for key in parents:
            inside = inside[key]
        match draw(st.sampled_from(["drop", "alter", "double", "move"])):
            case "drop":
                del inside[last]
            case "alter":
                inside[last] = draw(VALUES)
            case "double":
                if isinstance(inside, list):
                    inside.append(deepcopy(inside[last]))
                else:
                    inside[f"{last}-too"] = deepcopy(inside[last])
            case "move":
                taken = deepcopy(doc)
                for key in draw(st.sampled_from(list(paths(taken)))):
                    taken = taken[key]
                inside[last] = taken
    return doc


@given(damaged())
@settings(max_examples=400, deadline=None)
def test_a_damaged_contract_is_whole_or_refused(doc: Any) -> None:
    source = json.dumps(doc, indent=1)
    try:
        reading = read(source)
    except ContractInvalid as error:
        lines = source.splitlines()
        assert error.problems  # noqa: PT017 - both outcomes are right
        for each in error.problems:
            assert 1 <= each.line <= len(lines)
            assert 1 <= each.column <= len(lines[each.line - 1]) + 1
            assert told(each, "zh-Hans").message
            assert told(each, "en").message == each.message
    else:
        assert isinstance(reading, Reading)
        assert isinstance(reading.agreement, Agreement)
        assert of_document(reading.document) == reading
