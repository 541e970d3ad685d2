"""What both directions share: names of OpenSLO, annotations of ours, and things that can't be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Doc = dict[str, Any]

API_VERSION = "openslo/v1"
#: Slices that are good against all slices: ours, with `attain: slices`.
TIMESLICES = "Timeslices"
#: The mean of the slices' good shares: ours, with `attain: mean`. In the schema and the examples of v1, not in its first text.
RATIO_TIMESLICES = "RatioTimeslices"
CALENDAR_MONTH = "1M"
#: The type of a metric source that reads what Tallylight measured or was told.
SOURCE_TYPE = "Tallylight"
#: Before the names of our annotations.
PREFIX = "contract.tallylight/"
REGION = "region"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Something that the other side can't say. `subject` is what it is about, `what` a whole English sentence."""

    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}"
