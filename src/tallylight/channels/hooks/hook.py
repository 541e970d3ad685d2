"""A call of a service's server and what comes of it; the checks that services have in common. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tallylight.channels.hooks.errors import HookMalformed, HookNotGenuine

JSON, TEXT, XML = "application/json", "text/plain; charset=utf-8", "application/xml"


@dataclass(frozen=True, slots=True)
class Hook:
    """A request: names of headers are in small letters, `url` is whole, as the service knows it."""

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """What a call was good for: `raw` is kept under `external_id` (None: there is nothing to keep), `answer` goes back.

    `chat` is where it was said, as answers to it are addressed.
    """

    raw: bytes | None = None
    external_id: str = ""
    chat: str = ""
    answer: str = ""
    media_type: str = TEXT


@dataclass(frozen=True, slots=True)
class Keys:
    """What the operator entered for an account, by name. A key that is missing counts as one that nobody knows."""

    values: Mapping[str, str] = field(repr=False)

    def __getitem__(self, name: str) -> str:
        found = self.values.get(name, "")
        if not found:
            raise HookNotGenuine
        return found


def expect_same(given: str, expected: str) -> None:
    """Compare in constant time. Raises HookNotGenuine."""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise HookNotGenuine


def expect_fresh(given: str, *, per_second: int, within: timedelta, now: datetime) -> None:
    """The call is not an old one played again: `given` counts from 1970. Raises HookNotGenuine."""
    if not given.isascii() or not given.isdigit() or len(given) > 16:
        raise HookNotGenuine
    at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(given) / per_second)
    if abs(now - at) > within:
        raise HookNotGenuine


def sha256_hmac(key: str, message: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104)."""
    return hmac.digest(key.encode(), message, hashlib.sha256)


def as_object(body: bytes | str) -> dict[str, Any]:
    """A JSON object. Raises HookMalformed."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise HookMalformed from None
    if not isinstance(found, dict):
        raise HookMalformed
    return found


def part(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object within an object; an empty one if it is not there or something else."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def words(of: Mapping[str, Any], *names: str) -> str:
    """The first of these that says something, as text; numbers too, for services write ids as either."""
    for name in names:
        found = of.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        if isinstance(found, str) and found:
            return storable(found)
    return ""


def storable(text: str) -> str:
    """Without what JSON can say and no text column can hold: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def json_answer(**facts: str) -> Heard:
    """Something said back, and nothing kept."""
    return Heard(answer=json.dumps(facts), media_type=JSON)
