"""Reading an item: what it is, whether it concerns somebody, and then telling the rooms above."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F

from tallylight.channels import store
from tallylight.channels.hooks.errors import HookMalformed
from tallylight.channels.hooks.linking import link
from tallylight.channels.hooks.services import SERVICES
from tallylight.channels.inbound import MAIL, Automatic, Bounce, File, Inbound, State, Why
from tallylight.channels.mail import message as mail
from tallylight.channels.models import ItemFile, ReceivedItem, StoredFile
from tallylight.kernel.events import MessageReceived, publish
from tallylight.notify import api as notify

log = structlog.get_logger(__name__)

#: An item at which the reading process died this often is set aside.
MOST_ATTEMPTS = 5


def attend(item_id: UUID, *, now: datetime) -> None:
    """Read an item and pass it on. What can't be read is set aside. Harmless when repeated."""
    if not _begin(item_id, now=now):
        return
    try:
        with transaction.atomic():
            _attend(item_id, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: tried again by whoever called
    except (mail.Unreadable, HookMalformed) as fault:
        store.set_aside(item_id, Why.UNREADABLE, str(fault), now=now)
    except Exception as fault:
        log.exception("item set aside", item=str(item_id))
        store.set_aside(item_id, Why.FAILED, f"{type(fault).__name__}: {fault}", now=now)


def inbound_of(item: ReceivedItem) -> Inbound:
    """The item as a value. Raises Unreadable, HookMalformed."""
    envelope = item.envelope
    if item.channel != MAIL:
        return SERVICES[envelope["service"]].read(bytes(item.raw))
    return mail.read(bytes(item.raw), sender=envelope.get("sender"), recipients=envelope.get("recipients", ()))


def _begin(item_id: UUID, *, now: datetime) -> bool:
    """Count the attempt before it is made, for one that kills its process leaves no other trace."""
    fresh = ReceivedItem.objects.filter(pk=item_id, state=State.NEW)
    if fresh.filter(attempts__gte=MOST_ATTEMPTS).exists():
        store.set_aside(item_id, Why.CRASHED, now=now)
        return False
    return bool(fresh.update(attempts=F("attempts") + 1))


def _attend(item_id: UUID, *, now: datetime) -> None:
    item = store.take(item_id)
    if item is None:
        return
    read = inbound_of(item)
    item.sender, item.sender_name, item.subject = read.sender.address[:320], read.sender.name, read.subject
    item.save(update_fields=["sender", "sender_name", "subject"])
    if read.automatic is Automatic.REPORT:
        _report(item, read.bounce, now=now)
    elif _is_own(read):
        store.ignore(item.pk, Why.OWN, now=now)
    elif link(item, read, now=now):
        store.ignore(item.pk, Why.LINKED, now=now)
    elif read.channel == MAIL and not _is_first(item, read):
        store.ignore(item.pk, Why.DUPLICATE, now=now)
    else:
        _keep_files(item, read.files)
        publish(MessageReceived(item.pk, now))


def _report(item: ReceivedItem, bounce: Bounce | None, *, now: datetime) -> None:
    """A report concerns a message that we sent, and nobody as a message of its own."""
    sent = _own_id(bounce.message_id) if bounce else None
    if bounce and sent and bounce.action in ("failed", "delayed"):
        notify.came_back(
            sent, status=bounce.status, said=bounce.diagnostic, for_good=bounce.action == "failed", now=now
        )
    detail = f"{bounce.action} {bounce.status} {bounce.recipient} {bounce.diagnostic}" if bounce else ""
    store.ignore(item.pk, Why.BOUNCE, detail, now=now)


def _is_own(read: Inbound) -> bool:
    """Whether we wrote it ourselves: a forwarding that leads back to us would go round for ever."""
    sent = _own_id(read.message_id)
    return sent is not None and notify.was_sent(sent)


def _own_id(message_id: str) -> UUID | None:
    """Which message of ours has that Message-ID; None if it does not look like ours."""
    return next(iter(own_ids([message_id])), None)


def own_ids(message_ids: list[str] | tuple[str, ...]) -> list[UUID]:
    """Those ids that look like ours, as notify gives them: `<uuid@domain>`."""
    domain = notify.own_domain(settings.MAIL_FROM)
    found = []
    for each in message_ids:
        local, _, where = each.strip("<>").rpartition("@")
        if where.lower() == domain:
            try:
                found.append(UUID(local))
            except ValueError:
                continue
    return found


def _is_first(item: ReceivedItem, read: Inbound) -> bool:
    """Whether no copy of it came by another way, such as through two of our addresses. Held by a unique column."""
    if not read.message_id:
        return True
    said = "\n".join([read.message_id, read.sender.address, read.subject, read.text, *(f.sha256 for f in read.files)])
    fingerprint = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    try:
        with transaction.atomic():
            ReceivedItem.objects.filter(pk=item.pk).update(fingerprint=fingerprint)
    except IntegrityError:
        return False
    return True


def _keep_files(item: ReceivedItem, files: tuple[File, ...]) -> None:
    kept = {each.sha256: each.data for each in files if each.refusal is None}
    StoredFile.objects.bulk_create(
        [StoredFile(sha256=sha256, data=data) for sha256, data in sorted(kept.items())], ignore_conflicts=True
    )
    ItemFile.objects.bulk_create(
        [
            ItemFile(
                item=item,
                place=place,
                name=each.name,
                media_type=each.media_type,
                octets=each.octets,
                file_id=None if each.refusal else each.sha256,
                refusal=each.refusal or "",
            )
            for place, each in enumerate(files)
        ],
        ignore_conflicts=True,
    )
