"""Routes: the chat of people who are signed in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router, Schema, Status, UploadedFile
from pydantic import Field

from tallylight.accounts.api import Viewer, viewer_of
from tallylight.channels.api import Upload
from tallylight.kernel import clock
from tallylight.support import api
from tallylight.support.shapes import WORDS

router = Router()
#: How many open tickets a chat offers to write on.
OFFERED = 20


class PostIn(Schema):
    """`id` is the client's own, a UUID: the same post sent again is one message. Without a ticket, one is opened."""

    id: UUID
    ticket_id: UUID | None = None
    text: str = Field(min_length=1, max_length=WORDS)


class PostedOut(Schema):
    ticket_id: UUID
    entry_id: UUID


class ChatTicketOut(Schema):
    id: UUID
    number: str
    headline: str


class ChatOut(Schema):
    """`current` is the open ticket on which the reader chatted last; `tickets` are those that are open."""

    current: UUID | None
    tickets: list[ChatTicketOut]


class LineFileOut(Schema):
    """A file that came with words; `address` is where it is fetched, empty for one that was not kept."""

    name: str
    octets: int
    address: str


class LineOut(Schema):
    """Somebody's words (`words`) with their files, or a deed as one sentence."""

    id: UUID
    at: datetime
    words: bool
    own: bool
    author: str
    text: str
    files: list[LineFileOut]


class ConversationOut(Schema):
    """`stands`: who has it and by when somebody answers. `earlier`: lines are before the first; `more`: after the last."""

    ticket: ChatTicketOut
    stands: str
    lines: list[LineOut]
    earlier: bool
    more: bool


@router.get("/chat", response=ChatOut, summary="What one can chat about")
def chat(request: HttpRequest) -> dict[str, Any]:
    """The reader's open tickets, and the one that a chat goes on with."""
    viewer = viewer_of(request)
    return {"current": api.current(viewer), "tickets": list(api.tickets(viewer, pending=True)[:OFFERED])}


@router.post("/chat/messages", response={201: PostedOut}, summary="Say something by chat")
def post(request: HttpRequest, body: PostIn) -> Status[api.Posted]:
    """On a ticket, or as a new one. Sent again under the same `id` it is still one message, and answered as the first time."""
    viewer = viewer_of(request)
    posted = api.post(viewer, body.id, ticket_id=body.ticket_id, text=body.text, now=clock.now())
    return Status(201, posted)


class FilesIn(Schema):
    """As a message, but the words may be left out."""

    id: UUID
    ticket_id: UUID | None = None
    text: str = Field(default="", max_length=WORDS)


@router.post("/chat/files", response={201: PostedOut}, summary="Send files by chat")
def post_files(request: HttpRequest, body: Form[FilesIn], files: File[list[UploadedFile]]) -> Status[api.Posted]:
    """At most five, of 15 MB each, and none that a computer runs; with words or without. One message for each `id`, as above."""
    uploads = [Upload(each.name or "", each.content_type or "", each.size or 0, each.read) for each in files]
    viewer = viewer_of(request)
    posted = api.post(viewer, body.id, ticket_id=body.ticket_id, text=body.text, uploads=uploads, now=clock.now())
    return Status(201, posted)


class PresenceIn(Schema):
    typing: bool = False


class ReadIn(Schema):
    """`up_to` is the id of the last entry that was read."""

    up_to: UUID


@router.post("/tickets/{ticket_id}/presence", response={204: None}, summary="Say that one has a ticket before oneself")
def be_present(request: HttpRequest, ticket_id: UUID, body: PresenceIn) -> Status[None]:
    """Shown to the other side for 25 s, `typing` for 6 s: say it again while it holds. It is kept nowhere."""
    api.tell_presence(viewer_of(request), ticket_id, typing=body.typing)
    return Status(204, None)


@router.post("/tickets/{ticket_id}/read", response={204: None}, summary="Say how far one has read")
def mark_read(request: HttpRequest, ticket_id: UUID, body: ReadIn) -> Status[None]:
    """Never goes back. A mail that would bring what a chatting customer has read here is not sent any more."""
    api.mark_read(viewer_of(request), ticket_id, body.up_to, now=clock.now())
    return Status(204, None)


@router.get("/tickets/{ticket_id}/conversation", response=ConversationOut, summary="A ticket's conversation")
def conversation(request: HttpRequest, ticket_id: UUID, *, after: UUID | None = None) -> dict[str, Any]:
    """The latest 200 entries, or those after one that is known. Some may be told again: tell them apart by their ids."""
    viewer = viewer_of(request)
    found = api.conversation(viewer, ticket_id, after=after, now=clock.now())
    return {
        "ticket": found.ticket,
        "stands": found.stands,
        "lines": [line_of(ticket_id, each, viewer) for each in found.entries],
        "earlier": found.earlier,
        "more": found.more,
    }


def line_of(ticket_id: UUID, entry: api.EntryCard, viewer: Viewer) -> dict[str, Any]:
    """An entry as a chat shows it."""
    return {
        "id": entry.id,
        "at": entry.at,
        "words": entry.kind in ("message", "note"),
        "own": entry.author_id == viewer.person_id,
        "author": entry.author or "Tallylight",
        "text": entry.text,
        "files": [_file(ticket_id, each) for each in entry.facts.get("files", [])],
    }


def _file(ticket_id: UUID, file: dict[str, Any]) -> dict[str, Any]:
    address = "" if file["refusal"] else f"/api/v1/tickets/{ticket_id}/files/{file['id']}"
    return {"name": file["name"], "octets": file["octets"], "address": address}
