"""The chain of an organisation's sealed days: each link names the hash of the link before it. Pure.

A link is one line of JSON in canonical form (RFC 8785: keys sorted, no white space, UTF-8; it holds only text, whole numbers,
lists and objects), and its hash is the SHA-256 of exactly these bytes. Anybody can follow a chain with `sha256sum`.

A link of kind `day` says how each objective of the contract judged each region in a UTC day: one line for each, with counts, and
with the SHA-256 of its series (what was measured) and of the day's verdicts. A link of kind `correction` has lines of the same
form for what a day would have been with data that came after it was sealed; it changes nothing that was sealed. Exclusions ride
on the next link that is made, or on one of kind `exclusions`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

SCHEMA = "tallylight-link-v1"
#: What the first link names as the one before it.
GENESIS = "0" * 64


class Kind(StrEnum):
    """What a link brings."""

    DAY = "day"
    CORRECTION = "correction"
    EXCLUSIONS = "exclusions"


@dataclass(frozen=True, slots=True)
class Line:
    """How one objective judged one region on a day, or on the part of a day that a contract version applied to.

    `first` is the start of the first slice (RFC 3339, UTC); `series` the SHA-256 of what was measured; `basis` what the figures
    rest on (telemetry's Basis).
    """

    contract: str
    objective: str
    region: str
    first: str
    slice_s: int
    slices: int
    good: int
    bad: int
    unknown: int
    excluded: int
    series: str
    basis: str


@dataclass(frozen=True, slots=True)
class Exempted:
    """An exclusion as the chain remembers it; `region` empty: everywhere. People are named by id only: a chain can't forget.

    `kind` and `announced_at` are left out of the link where they are empty, as they are in links that are older than them.
    """

    id: str
    everybody: bool
    region: str
    starts_at: str
    ends_at: str
    reason: str
    approved_by: str
    approved_at: str
    kind: str = ""
    announced_at: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """As the link says it."""
        later = {"kind", "announced_at"}
        return {word: value for word, value in asdict(self).items() if value or word not in later}


@dataclass(frozen=True, slots=True)
class Link:
    """One link. `day` is empty where the link speaks of no day; `verdicts` the SHA-256 of the day's verdict text, or empty."""

    organisation: str
    number: int
    after: str
    sealed_at: str
    kind: Kind
    day: str = ""
    verdicts: str = ""
    lines: tuple[Line, ...] = ()
    exclusions: tuple[Exempted, ...] = ()
    schema: str = field(default=SCHEMA)

    @property
    def body(self) -> str:
        """The line of JSON that is hashed."""
        return canonical(asdict(self) | {"exclusions": [each.told for each in self.exclusions]})


class Broken(ValueError):
    """A chain does not hold. `number` is the link at which it shows, counted from 1."""

    def __init__(self, number: int, reason: str) -> None:
        self.number, self.reason = number, reason
        super().__init__(f"link {number}: {reason}")


def canonical(value: Mapping[str, Any]) -> str:
    """RFC 8785 for objects whose keys are ASCII and whose numbers are whole."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str | bytes) -> str:
    """The SHA-256 of a text in UTF-8, or of bytes, in 64 hexadecimal digits."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def parsed(body: str) -> Link:
    """The link a stored line of JSON holds."""
    fields = json.loads(body)
    return Link(
        **fields
        | {
            "kind": Kind(fields["kind"]),
            "lines": tuple(Line(**each) for each in fields["lines"]),
            "exclusions": tuple(Exempted(**each) for each in fields["exclusions"]),
        }
    )


def follow(bodies: Iterable[str], *, number: int = 1, after: str = GENESIS) -> tuple[int, str]:
    """Walk a chain that begins with link `number` after the hash `after`; the last link's number and hash.

    Raises Broken at the first link that is out of order, names another predecessor, or is not in canonical form.
    """
    for body in bodies:
        _expect_link(body, number, after)
        number, after = number + 1, sha256(body)
    return number - 1, after


def _expect_link(body: str, number: int, after: str) -> None:
    try:
        fields = json.loads(body)
    except ValueError:
        raise Broken(number, "it is not JSON") from None
    if canonical(fields) != body:
        raise Broken(number, "it is not in canonical form")
    if fields.get("number") != number:
        raise Broken(number, f"it calls itself number {fields.get('number')}")
    if fields.get("after") != after:
        raise Broken(number, "it does not follow the link before it, which is missing or was changed")


def offsets(lines: Sequence[Line]) -> list[int]:
    """Where each line's verdicts begin in the day's verdict text, one letter a slice and one line end a line."""
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += line.slices + 1
    return starts
