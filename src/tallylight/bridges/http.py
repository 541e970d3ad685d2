"""Routes: bridges, their seats, timelines and updates; reports on incidents. Bridges are the provider's staff's."""

from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, Role, viewer_of
from tallylight.bridges import api
from tallylight.bridges.api import Mark, Part, Seat
from tallylight.contracts.api import Level
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy
from tallylight.typeset.api import Language, written

router = Router()
WORDS = 20_000
SLUG = "^([a-z0-9]+(-[a-z0-9]+)*)?$"


class BridgeOut(Schema):
    """A bridge; `number` and `headline` are of the incident or ticket that it is about."""

    id: UUID
    incident: UUID | None
    ticket: UUID | None
    number: str
    headline: str
    level: Level
    began_at: datetime
    over_at: datetime | None
    opened_at: datetime
    opened_by: str = Field(description="Empty: it opened by itself.")
    closed_at: datetime | None
    conference: str


class HolderOut(Schema):
    person_id: UUID
    name: str
    since: datetime


class SeatOfferOut(Schema):
    by: str
    to_id: UUID
    to: str
    reason: str
    lapses_at: datetime


class SeatOut(Schema):
    seat: Seat
    holders: list[HolderOut]
    offer: SeatOfferOut | None
    missing: bool = Field(description="Somebody should hold it, and nobody was found.")


class PaceOut(Schema):
    last_at: datetime | None
    due_at: datetime | None = Field(
        description="Until when customers are promised news; null: none are promised or owed."
    )


class BridgeDetailOut(Schema):
    card: BridgeOut
    seats: list[SeatOut]
    languages: list[str] = Field(description="In which languages its customers read; an update needs each of them.")
    pace: PaceOut


class BridgeIn(Schema):
    """One of the two: a ticket of an incident leads to the incident's bridge."""

    incident_id: UUID | None = None
    ticket_id: UUID | None = None


class CreatedOut(Schema):
    id: UUID


class ToldOut(Schema):
    at: datetime
    source: str = Field(description="measured, ticket or bridge.")
    kind: str
    mark: str
    text: str
    who: str
    about: str


class NoteIn(Schema):
    text: str = Field(min_length=1, max_length=WORDS)
    mark: Mark = Mark.NOTE


class ConferenceIn(Schema):
    url: str = Field(max_length=500, description="https://…, or empty.")


class UpdateIn(Schema):
    texts: dict[str, str] = Field(max_length=8, description="By language code: en, zh-hans.")


class SeatOfferIn(Schema):
    person_id: UUID
    reason: str = Field(min_length=1, max_length=2000)


class ReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=2000)


class SourceIn(Schema):
    """Whoever is on call in `schedule`, else in `team`, else in `role`."""

    schedule: str = Field("", max_length=63, pattern=SLUG)
    team: str = Field("", max_length=63, pattern=SLUG)
    role: Role


class SourceOut(Schema):
    seat: Seat
    schedule: str
    team: str
    role: Role


class ActionIn(Schema):
    texts: dict[str, str] = Field(max_length=8)
    owner_id: UUID
    due_on: date | None = None


class ReviewIn(Schema):
    """Parts that are not named stay; the actions are replaced."""

    texts: dict[str, dict[Part, str]] = Field(max_length=8)
    actions: list[ActionIn] = Field(max_length=api.MOST_ACTIONS)


class ActionOut(Schema):
    texts: dict[str, str]
    owner_id: UUID
    owner: str
    due_on: str


class ReviewOut(Schema):
    texts: dict[str, dict[str, str]]
    actions: list[ActionOut]
    drafted_at: datetime
    edited_at: datetime | None
    edited_by: str
    published_at: datetime | None
    published_by: str
    copies: int


class CopyOut(Schema):
    id: UUID
    organisation_id: UUID
    ticket: UUID
    number: str
    published_at: datetime


@router.get("/bridges", response=list[BridgeOut], summary="Bridges")
@paginate(Pages)
def bridges(request: HttpRequest, *, open: bool | None = None) -> Lazy[api.BridgeCard]:  # noqa: A002
    """The latest first. For the provider's staff."""
    return api.bridges(viewer_of(request), open=open)


@router.post("/bridges", response={201: CreatedOut}, summary="Open a bridge")
def open_bridge(request: HttpRequest, body: BridgeIn) -> Status[dict[str, UUID]]:
    """Its seats are filled at once; one that is closed opens again. Major incidents open theirs by themselves."""
    opened = api.open_by_hand(
        viewer_of(request), incident_id=body.incident_id, ticket_id=body.ticket_id, now=clock.now()
    )
    return Status(201, {"id": opened})


@router.get("/bridges/{bridge_id}", response=BridgeDetailOut, summary="One bridge")
def bridge(request: HttpRequest, bridge_id: UUID) -> api.BridgeDetail:
    """Who sits where, and when customers are promised news."""
    return api.bridge(viewer_of(request), bridge_id, now=clock.now())


@router.get("/bridges/{bridge_id}/timeline", response=list[ToldOut], summary="What happened, in order")
@paginate(Pages)
def timeline(request: HttpRequest, bridge_id: UUID) -> list[api.Told]:
    """What was measured, done on tickets, and written down, in the reader's language."""
    return api.timeline(viewer_of(request), bridge_id)


@router.post("/bridges/{bridge_id}/notes", response={204: None}, summary="Write something down")
def note(request: HttpRequest, bridge_id: UUID, body: NoteIn) -> Status[None]:
    """Nobody can change it afterwards. `helped` and `action` find their way into the report."""
    api.note(viewer_of(request), bridge_id, body.text, mark=body.mark, now=clock.now())
    return Status(204, None)


@router.put("/bridges/{bridge_id}/conference", response={204: None}, summary="Say where people talk")
def conference(request: HttpRequest, bridge_id: UUID, body: ConferenceIn) -> Status[None]:
    """A link to any conference; an empty one takes it away."""
    api.set_conference(viewer_of(request), bridge_id, body.url, now=clock.now())
    return Status(204, None)


@router.post("/bridges/{bridge_id}/updates", response={201: CreatedOut}, summary="Tell all customers how it stands")
def update(request: HttpRequest, bridge_id: UUID, body: UpdateIn) -> Status[dict[str, UUID]]:
    """One text for each language that they read; it stands on every ticket of the incident and answers their news clocks."""
    made = api.update(viewer_of(request), bridge_id, body.texts, now=clock.now())
    return Status(201, {"id": made})


@router.post("/bridges/{bridge_id}/close", response={204: None}, summary="Close a bridge")
def close(request: HttpRequest, bridge_id: UUID) -> Status[None]:
    """Its seats are free; its story stays. For the commander and managers."""
    api.close(viewer_of(request), bridge_id, now=clock.now())
    return Status(204, None)


@router.post("/bridges/{bridge_id}/seats/{seat}/take", response={204: None}, summary="Take a free seat")
def take(request: HttpRequest, bridge_id: UUID, seat: Seat) -> Status[None]:
    """One that nobody holds, or beside other experts."""
    api.take(viewer_of(request), bridge_id, seat, now=clock.now())
    return Status(204, None)


@router.post("/bridges/{bridge_id}/seats/{seat}/offer", response={204: None}, summary="Offer a seat to somebody")
def offer(request: HttpRequest, bridge_id: UUID, seat: Seat, body: SeatOfferIn) -> Status[None]:
    """Whoever holds it keeps it until the other accepts. The offer lapses after five minutes."""
    api.offer(viewer_of(request), bridge_id, seat, body.person_id, reason=body.reason, now=clock.now())
    return Status(204, None)


@router.post("/bridges/{bridge_id}/seats/{seat}/offer/accept", response={204: None}, summary="Accept a seat")
def accept(request: HttpRequest, bridge_id: UUID, seat: Seat) -> Status[None]:
    """For whom it is offered to."""
    api.accept(viewer_of(request), bridge_id, seat, now=clock.now())
    return Status(204, None)


@router.post("/bridges/{bridge_id}/seats/{seat}/offer/decline", response={204: None}, summary="Decline a seat")
def decline(request: HttpRequest, bridge_id: UUID, seat: Seat, body: ReasonIn) -> Status[None]:
    """With a reason, which whoever offered it reads."""
    api.decline(viewer_of(request), bridge_id, seat, reason=body.reason, now=clock.now())
    return Status(204, None)


@router.post("/bridges/{bridge_id}/seats/{seat}/offer/withdraw", response={204: None}, summary="Take an offer back")
def withdraw(request: HttpRequest, bridge_id: UUID, seat: Seat) -> Status[None]:
    """For its maker, the commander and managers."""
    api.withdraw(viewer_of(request), bridge_id, seat, now=clock.now())
    return Status(204, None)


@router.post("/bridges/{bridge_id}/seats/{seat}/leave", response={204: None}, summary="Leave a seat")
def leave(request: HttpRequest, bridge_id: UUID, seat: Seat) -> Status[None]:
    """One that others hold too; another is offered to somebody first."""
    api.leave(viewer_of(request), bridge_id, seat, now=clock.now())
    return Status(204, None)


@router.get("/bridge-seats", response=list[SourceOut], summary="Where people for seats are looked for")
def sources(request: HttpRequest) -> list[dict[str, str]]:
    """For the provider's staff."""
    found = api.sources_for(viewer_of(request))
    return [
        {"seat": seat, "schedule": each.schedule, "team": each.team, "role": each.role} for seat, each in found.items()
    ]


@router.put("/bridge-seats/{seat}", response={204: None}, summary="Look for people for a seat elsewhere")
def set_source(request: HttpRequest, seat: Seat, body: SourceIn) -> Status[None]:
    """It holds for bridges that open from now on. For managers."""
    api.set_source(viewer_of(request), seat, api.Source(body.schedule, body.team, body.role))
    return Status(204, None)


@router.get("/bridges/{bridge_id}/review", response=ReviewOut, summary="The report on an incident")
def review(request: HttpRequest, bridge_id: UUID) -> api.ReviewCard:
    """As it stands: a draft until it is published."""
    return api.review(viewer_of(request), bridge_id)


@router.post("/bridges/{bridge_id}/review", response={201: CreatedOut}, summary="Draft the report from the timeline")
def draft(request: HttpRequest, bridge_id: UUID) -> Status[dict[str, UUID]]:
    """In every language; a draft that was not published is written anew."""
    return Status(201, {"id": api.start(viewer_of(request), bridge_id, now=clock.now())})


@router.put("/bridges/{bridge_id}/review", response=ReviewOut, summary="Edit the report")
def edit(request: HttpRequest, bridge_id: UUID, body: ReviewIn) -> api.ReviewCard:
    """Until it is published."""
    viewer = viewer_of(request)
    actions = [api.ActionWanted(each.texts, each.owner_id, each.due_on) for each in body.actions]
    api.edit(viewer, bridge_id, body.texts, actions, now=clock.now())
    return api.review(viewer, bridge_id)


@router.post("/bridges/{bridge_id}/review/publish", response={204: None}, summary="Publish the report")
def publish(request: HttpRequest, bridge_id: UUID) -> Status[None]:
    """Every customer of the incident gets its copy, with what it did to that customer. For the commander and managers."""
    api.publish(viewer_of(request), bridge_id, now=clock.now())
    return Status(204, None)


@router.get("/reviews", response=list[CopyOut], summary="Reports on incidents that concern me")
@paginate(Pages)
def copies(request: HttpRequest) -> Lazy[api.CopyCard]:
    """The latest first. A customer sees its own copies."""
    return api.copies(viewer_of(request))


@router.get("/reviews/{copy_id}", response={200: str}, summary="One report as a PDF")
def copy(request: HttpRequest, copy_id: UUID, *, lang: Language = "en") -> HttpResponse:
    """In one of the two languages, as an `application/pdf`."""
    found = api.copy(viewer_of(request), copy_id, lang)
    return HttpResponse(written(found, "pdf"), content_type="application/pdf")
