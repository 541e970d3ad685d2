"""Rate limits by destination: rows that say how fast, rows that keep the buckets, and who must wait for his turn."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from tallylight.accounts.api import Viewer, audit
from tallylight.notify.errors import LimitUnknown
from tallylight.notify.letter import MAIL
from tallylight.notify.models import Message, RateBucket, RateLimit
from tallylight.notify.pace import FURTHER, USUAL, Limit, instants


@dataclass(frozen=True, slots=True)
class LimitCard:
    """How fast messages may go to a destination: a mail domain or a service's name; empty: every other one of the channel."""

    id: UUID
    channel: str
    destination: str
    per_minute: int
    burst: int


def destination_of(channel: str, address: str, url_secret: str | None) -> str:
    """What shares a bucket: a mail's domain; a service with its host, which is often a secret and therefore a hash of it."""
    if channel == MAIL or url_secret is None:
        return address.rpartition("@")[2].casefold()[:255]
    parts = urlsplit(url_secret)
    return f"{parts.scheme}:{hashlib.sha256(parts.netloc.encode()).hexdigest()[:16]}"


def pace(rows: list[Message], *, now: datetime) -> list[Message]:
    """Give each row that has none yet its instant; return those that may go now. The caller's transaction has the rows."""
    fresh = [row for row in rows if not row.paced]
    by_bucket: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for row in fresh:
        by_bucket[row.channel, row.destination].append(row)
    if by_bucket:
        limits = {
            (each.channel, each.destination): Limit(each.per_minute, each.burst) for each in RateLimit.objects.all()
        }
        buckets = _locked(list(by_bucket), now=now)
        for key, group in by_bucket.items():
            bucket = buckets[key]
            found, bucket.full_at = instants(
                bucket.full_at, _limit(limits, *key), [row.urgent for row in group], now=now
            )
            for row, at in zip(group, found, strict=True):
                row.next_at = max(row.next_at, at)
        RateBucket.objects.bulk_update(buckets.values(), ["full_at"])
    waiting = [row for row in fresh if row.next_at > now]
    for row in waiting:
        row.paced = True
    Message.objects.bulk_update(waiting, ["next_at", "paced"])
    return [row for row in rows if row.next_at <= now]


def _limit(limits: dict[tuple[str, str], Limit], channel: str, destination: str) -> Limit:
    shown = destination if channel == MAIL else destination.partition(":")[0]
    found = limits.get((channel, shown)) or limits.get((channel, ""))
    return found or USUAL.get(channel, FURTHER)


def _locked(keys: list[tuple[str, str]], *, now: datetime) -> dict[tuple[str, str], RateBucket]:
    """The buckets, locked in one order, so that two couriers never wait for each other in a circle."""
    wanted = [
        RateBucket(channel=channel, destination=destination, full_at=now) for channel, destination in sorted(keys)
    ]
    RateBucket.objects.bulk_create(wanted, ignore_conflicts=True)
    rows = RateBucket.objects.filter(
        channel__in={channel for channel, _ in keys}, destination__in={destination for _, destination in keys}
    )
    found = rows.order_by("channel", "destination").select_for_update()
    return {(row.channel, row.destination): row for row in found if (row.channel, row.destination) in set(keys)}


def limits() -> list[LimitCard]:
    """What somebody has set, by channel and destination."""
    return [_card(row) for row in RateLimit.objects.order_by("channel", "destination")]


def set_limit(viewer: Viewer, channel: str, destination: str, *, per_minute: int, burst: int) -> LimitCard:
    """Say how fast messages may go to a destination from now on."""
    row, _ = RateLimit.objects.update_or_create(
        channel=channel,
        destination=destination.strip().casefold(),
        defaults={"per_minute": per_minute, "burst": burst},
    )
    audit(
        viewer,
        "rate-limit.set",
        str(row.pk),
        channel=channel,
        destination=row.destination,
        per_minute=per_minute,
        burst=burst,
    )
    return _card(row)


def remove_limit(viewer: Viewer, limit_id: UUID) -> None:
    """Let the usual limit hold again. Raises LimitUnknown."""
    removed, _ = RateLimit.objects.filter(pk=limit_id).delete()
    if not removed:
        raise LimitUnknown
    audit(viewer, "rate-limit.removed", str(limit_id))


def _card(row: RateLimit) -> LimitCard:
    return LimitCard(row.pk, row.channel, row.destination, row.per_minute, row.burst)
