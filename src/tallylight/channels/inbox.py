"""What came in, as the staff sees it: look, try again, drop, say whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from tallylight.accounts.api import Viewer, audit, require_staff
from tallylight.channels import identity, store
from tallylight.channels.errors import DropReasonNeeded, ItemSettled, ItemUnknown
from tallylight.channels.hooks.errors import HookMalformed
from tallylight.channels.inbound import WAITING, Inbound, State, Why
from tallylight.channels.mail.message import Unreadable
from tallylight.channels.models import ItemFile, MailboxState, ReceivedItem, StoredFile
from tallylight.channels.reading import inbound_of
from tallylight.kernel.lazy import Lazy

#: How much of an original is shown as text, in octets.
SHOWN = 200_000


@dataclass(frozen=True, slots=True)
class ItemCard:
    """Something that came in. `subject_id` is what it was routed to; `detail` goes with `reason`."""

    id: UUID
    channel: str
    received_at: datetime
    octets: int
    sender: str
    sender_name: str
    subject: str
    state: State
    reason: str
    detail: str
    subject_id: UUID | None
    settled_at: datetime | None
    settled_by: str

    @property
    def waits(self) -> bool:
        """Whether somebody has to decide."""
        return self.state in WAITING


@dataclass(frozen=True, slots=True)
class FileCard:
    """A file that came along. `kept` is False for one that was refused, for the reason `refusal`."""

    id: UUID
    name: str
    media_type: str
    octets: int
    sha256: str
    refusal: str

    @property
    def kept(self) -> bool:
        return not self.refusal


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """An item with what was read of it (None: it can't be read), its files, and its original as plain text."""

    card: ItemCard
    read: Inbound | None
    files: tuple[FileCard, ...]
    original: str
    cut: bool


@dataclass(frozen=True, slots=True)
class MailboxCard:
    """A mailbox elsewhere: when it was looked into, and what went wrong if something did."""

    name: str
    checked_at: datetime | None
    failed_at: datetime | None
    error: str


def items(viewer: Viewer, *, state: State | None = None, waiting: bool = False) -> Lazy[ItemCard]:
    """What came in, the newest first. Raises RoleRequired."""
    require_staff(viewer)
    rows = _rows()
    if waiting:
        rows = rows.filter(state__in=WAITING)
    if state is not None:
        rows = rows.filter(state=state)
    return Lazy(rows.order_by("-received_at", "-id"), card_of)


def item(viewer: Viewer, item_id: UUID) -> ItemDetail:
    """One item with its original. Raises RoleRequired, ItemUnknown."""
    require_staff(viewer)
    row = _get(item_id)
    raw = bytes(row.raw)
    try:
        read: Inbound | None = inbound_of(row)
    except (Unreadable, HookMalformed, ValueError, LookupError, RecursionError):
        read = None
    return ItemDetail(
        card=card_of(row),
        read=read,
        files=files_of(row.pk),
        original=raw[:SHOWN].decode("utf-8", "replace").replace("\0", "\ufffd"),
        cut=len(raw) > SHOWN,
    )


@transaction.atomic
def retry(viewer: Viewer, item_id: UUID, *, now: datetime) -> None:
    """Read and route it again. Raises RoleRequired, ItemUnknown, ItemSettled."""
    row = _waiting(viewer, item_id)
    audit(viewer, "item.retried", str(row.pk))
    store.again(row.pk, now=now)


@transaction.atomic
def drop(viewer: Viewer, item_id: UUID, reason: str, *, now: datetime) -> None:
    """Nobody needs it. It stays where it can be found. Raises RoleRequired, ItemUnknown, ItemSettled, DropReasonNeeded."""
    if not reason.strip():
        raise DropReasonNeeded
    row = _waiting(viewer, item_id)
    row.state, row.reason, row.detail = State.IGNORED, Why.DROPPED, reason.strip()[:2_000]
    row.settled_at, row.settled_by_id = now, viewer.person_id
    row.save(update_fields=["state", "reason", "detail", "settled_at", "settled_by"])
    audit(viewer, "item.dropped", str(row.pk), reason=reason)


@transaction.atomic
def belongs_to(viewer: Viewer, item_id: UUID, person_id: UUID, *, now: datetime) -> None:
    """The sender's address is that customer's, and the item is routed as theirs.

    Raises RoleRequired, ItemUnknown, ItemSettled, PersonUnknown.
    """
    row = _waiting(viewer, item_id)
    identity.confirm(viewer, row.channel, row.sender, person_id, name=row.sender_name, now=now)
    retry(viewer, item_id, now=now)


def mailboxes(viewer: Viewer) -> list[MailboxCard]:
    """The mailboxes that are looked into. Raises RoleRequired."""
    require_staff(viewer)
    rows = MailboxState.objects.order_by("name")
    return [MailboxCard(each.name, each.checked_at, each.failed_at, each.error) for each in rows]


def files_of(item_id: UUID) -> tuple[FileCard, ...]:
    """The files that came with an item, in their order."""
    rows = ItemFile.objects.filter(item_id=item_id).order_by("place")
    return tuple(
        FileCard(each.pk, each.name, each.media_type, each.octets, each.file_id or "", each.refusal) for each in rows
    )


def item_file(viewer: Viewer, item_id: UUID, file_id: UUID) -> FileCard:
    """A kept file of an item. Raises RoleRequired, ItemUnknown."""
    require_staff(viewer)
    found = next((each for each in files_of(item_id) if each.id == file_id and each.kept), None)
    if found is None:
        raise ItemUnknown
    return found


def file_data(sha256: str) -> bytes:
    """A kept file. Who may have it is the caller's to say. Raises ItemUnknown."""
    row = StoredFile.objects.filter(pk=sha256).first()
    if row is None:
        raise ItemUnknown
    return bytes(row.data)


def card_of(row: ReceivedItem) -> ItemCard:
    """The row as other rooms know it."""
    return ItemCard(
        id=row.pk,
        channel=row.channel,
        received_at=row.received_at,
        octets=row.octets,
        sender=row.sender,
        sender_name=row.sender_name,
        subject=row.subject,
        state=State(row.state),
        reason=row.reason,
        detail=row.detail,
        subject_id=row.subject_id,
        settled_at=row.settled_at,
        settled_by=row.settled_by.name if row.settled_by else "",
    )


def _rows() -> QuerySet[ReceivedItem]:
    return ReceivedItem.objects.select_related("settled_by").defer("raw")


def _get(item_id: UUID) -> ReceivedItem:
    try:
        return ReceivedItem.objects.select_related("settled_by").get(pk=item_id)
    except (ReceivedItem.DoesNotExist, ValidationError):
        raise ItemUnknown from None


def _waiting(viewer: Viewer, item_id: UUID) -> ReceivedItem:
    require_staff(viewer)
    row = ReceivedItem.objects.select_for_update(of=("self",)).defer("raw").filter(pk=item_id).first()
    if row is None:
        raise ItemUnknown
    if row.state not in WAITING:
        raise ItemSettled
    return row
