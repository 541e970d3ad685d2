"""What routes take from whoever asks: bounded pages and bounded instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from ninja import Field, Schema
from ninja.pagination import LimitOffsetPagination
from pydantic import AfterValidator, AwareDatetime

MOST_PER_PAGE = 200
PER_PAGE = 50
#: Nobody reads further by hand; larger exports have routes of their own.
LAST_OFFSET = 1_000_000
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Pages(LimitOffsetPagination):
    """`limit` (at most 200, 50 if not given) items after the first `offset` ones."""

    class Input(Schema):
        limit: int = Field(PER_PAGE, ge=1, le=MOST_PER_PAGE)
        offset: int = Field(0, ge=0, le=LAST_OFFSET)


def _within_reason(instant: datetime) -> datetime:
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(f"must lie between {EARLIEST:%Y} and {LATEST:%Y}")
    return instant.astimezone(UTC)


#: An RFC 3339 instant with an offset, given back in UTC.
Instant = Annotated[AwareDatetime, AfterValidator(_within_reason)]
