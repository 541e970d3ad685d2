"""What came back after a server had accepted it, and what answers to our mail name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.kernel.ids import new_id
from tallylight.notify.letter import MAIL, Why
from tallylight.notify.mime import bare
from tallylight.notify.models import Bounce, Message
from tallylight.notify.suppression import is_gone_by, suppress

#: An address from which so many messages came back for good within that time is written to no more, whatever the reason.
MOST_RETURNS, WITHIN = 5, timedelta(days=7)


def own_domain(sender: str) -> str:
    """The domain of our Message-IDs, in small letters. Raises ValueError if `sender` holds no mail address."""
    return bare(sender).rpartition("@")[2].lower()


def was_sent(message_id: UUID) -> bool:
    """Whether a mail of ours has that id."""
    return Message.objects.filter(pk=message_id, channel=MAIL).exists()


def subjects_of(message_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """What these mails of ours were about, for those that were about something."""
    rows = Message.objects.filter(pk__in=set(message_ids), channel=MAIL, about__isnull=False)
    return {message: about for message, about in rows.values_list("pk", "about") if about is not None}


@transaction.atomic
def came_back(message_id: UUID, *, status: str, said: str, for_good: bool, now: datetime) -> None:
    """A report says that a mail of ours did not arrive (`for_good`), or not yet. Harmless when repeated.

    The address that is written to no more is the one we sent it to, whatever the report names. `status` is of RFC 3463.
    """
    row = Message.objects.filter(pk=message_id, channel=MAIL).first()
    if row is None:
        return
    bounce = Bounce(id=new_id(), message=row, at=now, for_good=for_good, status=status[:16], said=said[:2_000])
    Bounce.objects.bulk_create([bounce], ignore_conflicts=True)
    if not for_good:
        return
    evidence = f"{status} {said}".strip()
    if is_gone_by(status):
        suppress(row.address, Why.HARD_BOUNCE, evidence, now=now)
        return
    returned = Bounce.objects.filter(message__address=row.address, for_good=True, at__gt=now - WITHIN)
    count = returned.values("message").distinct().count()
    if count >= MOST_RETURNS:
        suppress(row.address, Why.HARD_BOUNCE, f"{count} in {WITHIN.days} d: {evidence}", now=now)
