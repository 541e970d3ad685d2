"""People's further addresses: Apprise URLs, taken once and never shown again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallylight.notify import apprise_urls
from tallylight.notify.errors import EndpointRefused, EndpointUnknown
from tallylight.notify.models import Endpoint


@dataclass(frozen=True, slots=True)
class EndpointCard:
    """A further address as it may be shown: its service's name instead of its URL."""

    id: UUID
    channel: str
    label: str
    service: str


def endpoints_of(person_id: UUID) -> list[EndpointCard]:
    """A person's further addresses, the oldest first."""
    return [_card(row) for row in Endpoint.objects.filter(person_id=person_id).order_by("id")]


def add_endpoint(person_id: UUID, channel: str, label: str, url: str, *, now: datetime) -> EndpointCard:
    """Remember an Apprise URL for `channel` (im, sms, phone). Raises EndpointRefused if Apprise can't use it."""
    if not apprise_urls.is_deliverable(url):
        raise EndpointRefused
    row = Endpoint.objects.create(person_id=person_id, channel=channel, label=label, url_secret=url, created_at=now)
    return _card(row)


def remove_endpoint(person_id: UUID, endpoint_id: UUID) -> None:
    """Forget an address. Raises EndpointUnknown if the person has no such one."""
    removed, _ = Endpoint.objects.filter(person_id=person_id, pk=endpoint_id).delete()
    if not removed:
        raise EndpointUnknown


def _card(row: Endpoint) -> EndpointCard:
    return EndpointCard(row.id, row.channel, row.label, apprise_urls.service_of(row.url_secret))
