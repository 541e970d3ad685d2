"""What the API takes and gives about tickets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tallylight.accounts.api import Instant, viewer_of
from tallylight.clocks.api import ClockSpan, Reading
from tallylight.contracts.api import Level
from tallylight.kernel import clock
from tallylight.support import api
from tallylight.support.causes import Cause
from tallylight.support.states import Promise, Related

WORDS = 20_000
REASON = 2000


class TicketOut(Schema):
    id: UUID
    number: str
    organisation_id: UUID
    customer: str
    incident: UUID | None
    headline: str
    level: Level
    state: str
    viewers: int
    owner_id: UUID | None
    owner: str
    opened_at: datetime
    due_promise: Promise | None
    due_at: datetime | None
    response_due_at: datetime | None
    resolution_due_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledged_via: str
    resolved_at: datetime | None
    closed_at: datetime | None
    rank_at: datetime | None
    rank_reason: str = ""
    language: str
    skill: str
    cause: Cause | None
    cause_words: str
    closed_by: str
    follows_id: UUID | None
    follows: str
    merged_into_id: UUID | None
    split_from_id: UUID | None

    @staticmethod
    def resolve_rank_reason(card: api.TicketCard | dict[str, Any]) -> str:
        """Why it stands where it stands in queues, in the reader's language."""
        return str(card["rank_reason"]) if isinstance(card, dict) else api.rank_reason(card)


class SpanOut(Schema):
    """A half-open stretch of time that counts or does not."""

    start: datetime
    end: datetime
    seconds: float
    counted: bool
    why: str
    reason: str


class ClockOut(Schema):
    """`elapsed_s` = `counted_s` + `excluded_s` = the sum of the spans, to the microsecond."""

    promise: str
    state: str
    started_at: datetime | None
    due_at: datetime | None
    answered_at: datetime | None
    target_s: float
    elapsed_s: float
    counted_s: float
    excluded_s: float
    remaining_s: float
    paused: bool
    breached: bool
    spans: list[SpanOut]


class FileOut(Schema):
    """A file that came along. `refusal` says why it was not kept; empty: it was."""

    id: UUID
    name: str
    media_type: str
    octets: int
    sha256: str
    refusal: str


class EntryOut(Schema):
    """`unverified`: it came from an address that nobody has said to be the customer's; only the staff reads it."""

    id: UUID
    at: datetime
    kind: str
    author: str
    channel: str
    internal: bool
    text: str
    files: list[FileOut]
    unverified: bool

    @staticmethod
    def resolve_files(entry: api.EntryCard) -> list[dict[str, Any]]:
        """What came along."""
        files: list[dict[str, Any]] = entry.facts.get("files", [])
        return files

    @staticmethod
    def resolve_unverified(entry: api.EntryCard) -> bool:
        """Whether nobody has said yet who wrote it."""
        return bool(entry.facts.get("unverified"))


class OfferOut(Schema):
    """A hand-over that waits for an answer; the ticket's owner stays until then. `back`: they had the ticket before."""

    id: UUID
    ticket_id: UUID
    number: str
    customer: str
    headline: str
    by: str
    to: str
    to_person_id: UUID | None
    team: str
    reason: str
    back: bool
    offered_at: datetime
    lapses_at: datetime


class SatisfactionOut(Schema):
    """What a customer was asked about a ticket, and the answer; `score` is from 1 to 5, null while there is none."""

    ticket_id: UUID
    number: str
    customer: str
    asked_at: datetime
    score: int | None
    words: str
    by: str
    answered_at: datetime | None
    open_until: datetime


class TaskOut(Schema):
    """Something to do about a ticket; `due_at` null: at any time, `done_at` null: not yet."""

    id: UUID
    ticket_id: UUID
    number: str
    headline: str
    title: str
    who_id: UUID
    who: str
    due_at: datetime | None
    done_at: datetime | None
    done_by: str


class RelationOut(Schema):
    """A link with another ticket or with an incident, read from the ticket asked about."""

    id: UUID
    seen: str
    ticket_id: UUID | None
    incident_id: UUID | None
    number: str
    headline: str


class TicketDetailOut(TicketOut):
    """`offer`, `hops` and `idle_s` are for the provider's staff, null for customers.

    `hops` counts hand-overs; `idle_s` is the time without a word or a deed of the owner's while the clocks ran.
    """

    clocks: list[ClockOut]
    entries: list[EntryOut]
    offer: OfferOut | None
    hops: int | None
    idle_s: float | None
    satisfaction: SatisfactionOut | None
    followed_by: list[UUID]
    tasks: list[TaskOut]
    links: list[RelationOut]


class TicketIn(Schema):
    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=WORDS)
    level: Level = Level.BASIC


class WordsIn(Schema):
    text: str = Field(min_length=1, max_length=WORDS)


class AskIn(WordsIn):
    reason: str = Field(default="waiting-for-customer", max_length=64)


class ReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=REASON)


class AssignIn(ReasonIn):
    person_id: UUID


class OfferIn(ReasonIn):
    """To one person or to one team, by its slug."""

    person_id: UUID | None = None
    team: str = Field(default="", max_length=63)


class SenderIn(Schema):
    """Whose the address is: somebody of the ticket's customer."""

    person_id: UUID


class StepIn(ReasonIn):
    """`step` counts from 0 in the ticket's latest ladder, which GET /escalations shows; not needed to skip."""

    deed: api.Deed
    step: int | None = Field(default=None, ge=0, le=1000)


class SkillIn(Schema):
    skill: str = Field(max_length=63)


class ProfileIn(Schema):
    """No languages: any. `most`: tickets at once, null for no limit."""

    languages: list[str] = []
    skills: list[str] = []
    most: int | None = Field(default=None, ge=0, le=1000)


class DeskPersonOut(ProfileIn):
    """`known` is false where nothing is known of somebody, who then gets anything; `pending` counts their tickets."""

    person_id: UUID
    name: str
    role: str
    known: bool
    pending: int


class CreatedOut(Schema):
    id: UUID


class MergeIn(Schema):
    into: UUID


class SplitIn(Schema):
    """Messages and notes of the ticket by id, and what the new one is about."""

    entries: list[UUID] = Field(min_length=1, max_length=200)
    title: str = Field(min_length=1, max_length=200)


class SaidOut(CreatedOut):
    """`ticket_id`: where the words stand, which is another ticket if that one was over for too long."""

    ticket_id: UUID


class CloseIn(Schema):
    """`despite_tasks`: also with tasks that nobody has done."""

    cause: Cause
    words: str = Field(default="", max_length=REASON)
    despite_tasks: bool = False


class TaskIn(Schema):
    """`person_id`: yourself if it is left out."""

    title: str = Field(min_length=1, max_length=200)
    person_id: UUID | None = None
    due_at: Instant | None = None


class LinkIn(Schema):
    """Exactly one of `ticket_id` and `incident_id`."""

    how: Related = Related.RELATED
    ticket_id: UUID | None = None
    incident_id: UUID | None = None


class AnswerIn(Schema):
    score: int = Field(ge=1, le=5)
    words: str = Field(default="", max_length=REASON)


class DeskRulesShape(Schema):
    reopen_days: int = Field(ge=0, le=365)


def detail_out(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """A ticket whole, as the viewer may see it."""
    found = api.ticket(viewer_of(request), ticket_id, now=clock.now())
    card = {name: getattr(found.card, name) for name in found.card.__slots__}
    clocks = [clock_out(promise, reading) for promise, reading in found.clocks.items()]
    care = found.care
    return {
        **card,
        "rank_reason": api.rank_reason(found.card),
        "clocks": clocks,
        "entries": found.entries,
        "offer": found.offer,
        "hops": care.hops if care else None,
        "idle_s": care.idle.total_seconds() if care else None,
        "satisfaction": found.satisfaction,
        "tasks": found.tasks,
        "links": found.relations,
        "followed_by": [ticket_id for ticket_id, _number in found.followed_by],
    }


def desk_person_out(each: api.DeskPerson) -> dict[str, Any]:
    """Somebody at the desk."""
    profile = each.profile
    return {
        "person_id": each.person.id,
        "name": each.person.name,
        "role": each.person.role.value,
        "known": profile is not None,
        "languages": sorted(profile.languages) if profile else [],
        "skills": sorted(profile.skills) if profile else [],
        "most": profile.most if profile else None,
        "pending": each.pending,
    }


def clock_out(promise: Promise, reading: Reading) -> dict[str, Any]:
    """A clock as the API shows it."""
    return {
        "promise": promise.value,
        "state": reading.state.value,
        "started_at": reading.started_at,
        "due_at": reading.due_at,
        "answered_at": reading.answered_at,
        "target_s": reading.target.total_seconds(),
        "elapsed_s": reading.elapsed.total_seconds(),
        "counted_s": reading.counted.total_seconds(),
        "excluded_s": reading.excluded.total_seconds(),
        "remaining_s": reading.remaining.total_seconds(),
        "paused": reading.paused,
        "breached": reading.breached,
        "spans": [_span(each) for each in reading.spans],
    }


def _span(span: ClockSpan) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "seconds": span.length.total_seconds(),
        "counted": span.counted,
        "why": span.why.value,
        "reason": span.reason,
    }
