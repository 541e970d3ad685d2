"""Saying who one is in a chat: a code from one's own page, sent to the bot, makes the chat's address one's own."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.accounts.api import Viewer, audit
from tallylight.channels import store
from tallylight.channels.hooks.errors import AddressUnknown
from tallylight.channels.inbound import MAIL, Inbound, State
from tallylight.channels.models import Address, LinkCode, ReceivedItem
from tallylight.kernel.secrets import digest

#: Without what looks alike. Ten of them are 50 bits, good for a quarter of an hour.
LETTERS, LENGTH = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 10
CODE = re.compile(rf"\bTL-([{LETTERS}]{{{LENGTH}}})\b", re.IGNORECASE)
GOOD_FOR = timedelta(minutes=15)


def new_code(viewer: Viewer, *, now: datetime) -> str:
    """A code for the viewer to send; it is shown once, works once, and an earlier one no more."""
    code = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
    values = {"digest": digest(code), "expires_at": now + GOOD_FOR}
    LinkCode.objects.update_or_create(person_id=viewer.person_id, defaults=values)
    audit(viewer, "channels.code-made", str(viewer.person_id))
    return f"TL-{code}"


def redeem(text: str, *, now: datetime) -> UUID | None:
    """Whose code stands in what was said, which is used up by that; None if there is none that works."""
    found = CODE.search(text)
    if found is None:
        return None
    row = LinkCode.objects.select_for_update().filter(digest=digest(found.group(1).upper()), expires_at__gt=now).first()
    if row is None:
        return None
    person_id = row.person_id  # deleting a row takes its key away
    row.delete()
    return person_id


@dataclass(frozen=True, slots=True)
class LinkedCard:
    """An address of a chat or telephone that is known as somebody's."""

    id: UUID
    channel: str
    address: str
    name: str
    since: datetime


def linked_to(viewer: Viewer) -> list[LinkedCard]:
    """The viewer's own addresses on all channels, the oldest first."""
    rows = Address.objects.filter(person_id=viewer.person_id).order_by("verified_at", "id")
    return [LinkedCard(each.pk, each.channel, each.value, each.name, each.verified_at) for each in rows]


def unlink(viewer: Viewer, address_id: UUID) -> None:
    """What comes from that address is a stranger's from now on. Raises AddressUnknown unless it is the viewer's."""
    row = Address.objects.filter(pk=address_id, person_id=viewer.person_id).first()
    if row is None:
        raise AddressUnknown
    row.delete()
    audit(viewer, "address.forgotten", row.value, channel=row.channel)


@transaction.atomic
def link(item: ReceivedItem, read: Inbound, *, now: datetime) -> UUID | None:
    """If the item says a code that works, make its address that person's; what came from it before is routed as theirs.

    Returns the person. In the caller's transaction, which holds the item.
    """
    person_id = redeem(read.text, now=now) if read.channel != MAIL else None
    if person_id is None:
        return None
    values = {"person_id": person_id, "name": read.sender.name, "verified_at": now, "verified_by_id": person_id}
    Address.objects.update_or_create(channel=read.channel, value=read.sender.address.lower(), defaults=values)
    audit(None, "address.linked", read.sender.address, channel=read.channel, person=str(person_id))
    earlier = ReceivedItem.objects.filter(channel=read.channel, sender=read.sender.address, state=State.UNKNOWN)
    for waiting in earlier.exclude(pk=item.pk).order_by("received_at"):
        store.again(waiting.pk, now=now)
    return person_id
