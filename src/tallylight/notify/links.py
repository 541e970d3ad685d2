"""Links in messages that let their reader do one thing without signing in: signed, expiring, for one purpose and subject."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer

from tallylight.kernel.clock import rfc3339
from tallylight.notify.errors import LinkExpired, LinkRefused
from tallylight.notify.models import UsedLink


@dataclass(frozen=True, slots=True)
class Grant:
    """What a link allows: `purpose` on `subject`, in the name of `person_id`, until `expires_at`."""

    purpose: str
    subject: UUID
    person_id: UUID
    expires_at: datetime


def write_link(grant: Grant) -> str:
    """The token for a link. It holds no secret, only a signature that nobody else can make."""
    signed: str = _signer(grant.purpose).sign_object(
        [str(grant.subject), str(grant.person_id), int(grant.expires_at.timestamp())]
    )
    return signed


def read_link(token: str, purpose: str, *, now: datetime) -> Grant:
    """What the link allows. Raises LinkRefused for a token that we did not write for `purpose`, LinkExpired when it is over."""
    try:
        subject, person, expires = _signer(purpose).unsign_object(token)
        grant = Grant(purpose, UUID(subject), UUID(person), datetime.fromtimestamp(expires, UTC))
    except (BadSignature, ValueError, TypeError, OverflowError):
        raise LinkRefused from None
    if now >= grant.expires_at:
        raise LinkExpired(expired_at=rfc3339(grant.expires_at))
    return grant


def use_link(token: str, *, now: datetime) -> bool:
    """Use up a link, in the caller's transaction. False if it was used before."""
    row = UsedLink(sha256=_known_as(token), at=now)
    UsedLink.objects.bulk_create([row], ignore_conflicts=True)
    return UsedLink.objects.filter(pk=row.pk).exists()


def is_used(token: str) -> bool:
    """Whether a link was used up."""
    return UsedLink.objects.filter(sha256=_known_as(token)).exists()


def _known_as(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"tallylight.notify.links.{purpose}")
