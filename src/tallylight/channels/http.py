"""Routes: what came in from outside, and what is done with what found no place by itself. For the provider's staff."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, viewer_of
from tallylight.channels import api
from tallylight.channels.download import as_download
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy

router = Router()


class ItemOut(Schema):
    """`subject_id` is the ticket it was routed to. `reason` says why it is ignored or waits; `detail` goes with it."""

    id: UUID
    channel: str
    received_at: datetime
    octets: int
    sender: str
    sender_name: str
    subject: str
    state: api.State
    reason: str
    detail: str
    subject_id: UUID | None
    settled_at: datetime | None
    settled_by: str


class ItemFileOut(Schema):
    """`refusal` says why a file was not kept; empty: it was."""

    id: UUID
    name: str
    media_type: str
    octets: int
    sha256: str
    refusal: str


class ItemDetailOut(ItemOut):
    """`text` is what was written anew, `html` is sanitised, `original` the whole as plain text, cut at 200,000 octets."""

    text: str
    html: str
    automatic: str
    copied: list[str]
    references: list[str]
    files: list[ItemFileOut]
    original: str
    cut: bool


class MailboxOut(Schema):
    name: str
    checked_at: datetime | None
    failed_at: datetime | None
    error: str


class DropIn(Schema):
    reason: str = Field(min_length=1, max_length=2000)


class SenderIn(Schema):
    """Whose the sender's address is: somebody of a customer."""

    person_id: UUID


@router.get("/inbox", response=list[ItemOut], summary="What came in")
@paginate(Pages)
def items(request: HttpRequest, *, waiting: bool = False, state: api.State | None = None) -> Lazy[api.ItemCard]:
    """The newest first. `waiting`: only what somebody has to decide about."""
    return api.items(viewer_of(request), state=state, waiting=waiting)


@router.get("/inbox/mailboxes", response=list[MailboxOut], summary="Mailboxes that are looked into")
@paginate(Pages)
def mailboxes(request: HttpRequest) -> list[api.MailboxCard]:
    """When each was looked into last, and what went wrong if something did."""
    return api.mailboxes(viewer_of(request))


@router.get("/inbox/{item_id}", response=ItemDetailOut, summary="One thing that came in")
def item(request: HttpRequest, item_id: UUID) -> dict[str, Any]:
    """What was read of it, its files, and the original."""
    return _detail(request, item_id)


@router.get("/inbox/{item_id}/files/{file_id}", summary="A file that came along")
def item_file(request: HttpRequest, item_id: UUID, file_id: UUID) -> HttpResponse:
    """To be saved: it is never shown in the browser."""
    found = api.item_file(viewer_of(request), item_id, file_id)
    return as_download(found.name, api.file_data(found.sha256))


@router.post("/inbox/{item_id}/retry", response=ItemDetailOut, summary="Try again")
def retry(request: HttpRequest, item_id: UUID) -> dict[str, Any]:
    """Read and route what waits once more."""
    api.retry(viewer_of(request), item_id, now=clock.now())
    return _detail(request, item_id)


@router.post("/inbox/{item_id}/drop", response=ItemDetailOut, summary="Drop it")
def drop(request: HttpRequest, item_id: UUID, body: DropIn) -> dict[str, Any]:
    """Nobody needs to read it; it stays where it can be found, with the reason."""
    api.drop(viewer_of(request), item_id, body.reason, now=clock.now())
    return _detail(request, item_id)


@router.post("/inbox/{item_id}/sender", response=ItemDetailOut, summary="Say whose it is")
def sender(request: HttpRequest, item_id: UUID, body: SenderIn) -> dict[str, Any]:
    """The sender's address is that person's from now on, and the item is routed as theirs."""
    api.belongs_to(viewer_of(request), item_id, body.person_id, now=clock.now())
    return _detail(request, item_id)


def _detail(request: HttpRequest, item_id: UUID) -> dict[str, Any]:
    found = api.item(viewer_of(request), item_id)
    read = found.read
    return {
        **{name: getattr(found.card, name) for name in found.card.__slots__},
        "text": read.text if read else "",
        "html": read.html if read else "",
        "automatic": read.automatic.value if read else "",
        "copied": [each.address for each in read.copied] if read else [],
        "references": list(read.references) if read else [],
        "files": found.files,
        "original": found.original,
        "cut": found.cut,
    }


class HookAccountOut(Schema):
    """`url` is where the service calls us, `answers` by which service answers go (empty: by mail)."""

    id: UUID
    name: str
    service: str
    label: str
    url: str
    answers: str
    heard_at: datetime | None
    refused_at: datetime | None


class HookAccountIn(Schema):
    """`keys` by the service's names for them, which docs/services.md lists; `reply` is an Apprise URL with `{chat}`, or empty."""

    name: str = Field(max_length=63)
    service: str = Field(max_length=16)
    label: str = Field(max_length=100)
    keys: dict[str, str] = Field(max_length=10)
    reply: str = Field("", max_length=900)


@router.get("/services", response=list[HookAccountOut], summary="Services that call us")
@paginate(Pages)
def services(request: HttpRequest) -> list[api.HookAccountCard]:
    """The accounts with chat and telephone services, without their keys. Staff only."""
    return api.hook_accounts(viewer_of(request))


@router.post("/services", response={201: HookAccountOut}, summary="Add an account with a service")
def add_service(request: HttpRequest, account: HookAccountIn) -> Status[api.HookAccountCard]:
    """What it calls us with is kept from now on. Managers only; its keys are never shown again."""
    new = api.HookAccountNew(account.name, account.service, account.label, account.keys, account.reply)
    return Status(201, api.add_hook_account(viewer_of(request), new, now=clock.now()))


@router.delete("/services/{account_id}", response={204: None}, summary="Remove an account with a service")
def remove_service(request: HttpRequest, account_id: UUID) -> Status[None]:
    """Its calls are not believed any more; what it brought stays. Managers only."""
    api.remove_hook_account(viewer_of(request), account_id)
    return Status(204, None)
