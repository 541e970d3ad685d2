"""What people are told about a matter that comes up the ladder. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tallylight.contracts.api import Level


@dataclass(frozen=True, slots=True)
class Matter:
    """`headlines` says what it is, by locale; `path` leads to it in the console; `viewers` are the customer's, affected.

    `incident` names what it is one of many of; empty: nothing.
    """

    number: str
    customer: str
    level: Level
    headlines: Mapping[str, str]
    path: str
    viewers: int
    opened_at: datetime
    incident: str = ""

    def headline(self, locale: str) -> str:
        """What it is, in the reader's language, or else in English."""
        return self.headlines.get(locale) or self.headlines["en"]

    def facts(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "number": self.number,
            "customer": self.customer,
            "level": self.level.value,
            "headlines": dict(self.headlines),
            "path": self.path,
            "viewers": self.viewers,
            "opened_at": self.opened_at.isoformat(),
            "incident": self.incident,
        }


def from_facts(facts: dict[str, Any]) -> Matter:
    """The inverse of `Matter.facts`."""
    return Matter(
        number=facts["number"],
        customer=facts["customer"],
        level=Level(facts["level"]),
        headlines=facts["headlines"],
        path=facts["path"],
        viewers=facts["viewers"],
        opened_at=datetime.fromisoformat(facts["opened_at"]),
        incident=facts.get("incident", ""),
    )
