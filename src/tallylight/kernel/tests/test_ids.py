"""Ids sort by when they were made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tallylight.kernel.ids import earlier_id, earliest_id, new_id


def test_an_id_is_a_version_7_uuid_of_the_rfc_variant() -> None:
    made = new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_ids_increase_even_when_many_are_made_in_one_millisecond() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_threads_never_share_an_id() -> None:
    with ThreadPoolExecutor(4) as pool:
        batches = pool.map(lambda _: [new_id() for _ in range(2_000)], range(4))
    ids = [one for batch in batches for one in batch]
    assert len(set(ids)) == 8_000


def test_an_earlier_id_is_the_first_of_its_millisecond() -> None:
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    some = UUID(int=earliest_id(at).int + 12345)
    assert earlier_id(some, timedelta(seconds=20)) == earliest_id(at - timedelta(seconds=20))
    assert earlier_id(UUID(int=7), timedelta(seconds=20)) == UUID(int=0)
