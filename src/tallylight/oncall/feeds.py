"""Calendar feeds: an address, signed and revocable, that a person's own programs read without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tallylight.accounts.api import PersonCard, Role, Viewer, audit, people, require_staff
from tallylight.kernel.errors import NotFound
from tallylight.oncall.cards import Shift, schedule_row, shifts_in, shifts_of_person
from tallylight.oncall.ical import Entry, written
from tallylight.oncall.models import Feed

AHEAD = timedelta(days=183)
SALT = "tallylight.oncall.feeds"


@dataclass(frozen=True, slots=True)
class FeedCard:
    """A feed and its address. `schedule` is a schedule's name; empty for the person's own shifts."""

    id: UUID
    schedule: str
    address: str
    made_at: datetime


def feeds_of(viewer: Viewer) -> list[FeedCard]:
    """The viewer's feeds that work, the oldest first."""
    rows = Feed.objects.filter(person_id=viewer.person_id, revoked_at=None).select_related("schedule")
    return [_card(each) for each in rows.order_by("made_at", "id")]


@transaction.atomic
def make_feed(viewer: Viewer, slug: str | None, *, now: datetime) -> FeedCard:
    """An address of the schedule with that slug, or of the viewer's own shifts. One that works already is given again.

    Raises RoleRequired, ScheduleUnknown.
    """
    require_staff(viewer)
    schedule = schedule_row(slug) if slug else None
    row, fresh = Feed.objects.get_or_create(
        person_id=viewer.person_id, schedule=schedule, revoked_at=None, defaults={"made_at": now}
    )
    if fresh:
        audit(viewer, "oncall.make-feed", str(row.id), schedule=slug or "")
    return _card(row)


@transaction.atomic
def revoke_feed(viewer: Viewer, feed_id: UUID, *, now: datetime) -> None:
    """Make a feed of the viewer's answer nobody from now on. Harmless when repeated. Raises NotFound."""
    mine = Feed.objects.filter(id=feed_id, person_id=viewer.person_id)
    if not mine.exists():
        raise NotFound
    if mine.filter(revoked_at=None).update(revoked_at=now):
        audit(viewer, "oncall.revoke-feed", str(feed_id))


def feed(token: str, *, now: datetime) -> bytes:
    """What a feed's address answers: shifts from the start of last month to half a year ahead, in its reader's language.

    Raises NotFound for a token that we did not sign, one that was revoked, and one of somebody who works here no more.
    """
    row = Feed.objects.filter(id=_id_in(token), revoked_at=None).select_related("schedule").first()
    reader = people([row.person_id]).get(row.person_id) if row else None
    if row is None or reader is None or reader.role is Role.MEMBER:
        raise NotFound
    start, end = _window(now)
    if row.schedule is not None:
        shifts, name = shifts_in(row.schedule, start, end), row.schedule.name
    else:
        shifts, name = shifts_of_person(row.person_id, start, end), reader.name
    with translation.override(reader.locale):
        title = _("On call: %(name)s") % {"name": name}
        told = (each for each in shifts if each.who or each.end > now)  # a gap that is over helps nobody
        return written(title, (_entry(each, reader) for each in told), now=now)


def _window(now: datetime) -> tuple[datetime, datetime]:
    """Its edges move seldom, so that programs see a long shift change once a month and not at each reading."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = first + AHEAD
    return (first - timedelta(days=1)).replace(day=1), last + timedelta(days=31)


def _entry(shift: Shift, reader: PersonCard) -> Entry:
    who, facts = shift.who, {"schedule": shift.schedule.name}
    if who is None:
        summary = _("Nobody is on call: %(schedule)s") % facts
    elif who.person.id == reader.id:
        summary = _("You are on call: %(schedule)s") % facts
    else:
        summary = _("%(person)s is on call: %(schedule)s") % {**facts, "person": who.person.name}
    holder = who.person.id if who else "nobody"
    return Entry(
        uid=f"{shift.schedule.id}-{shift.start:%Y%m%dT%H%M%SZ}-{holder}@tallylight",
        start=shift.start,
        end=shift.end,
        summary=summary,
        description=who.why if who else "",
    )


def _card(row: Feed) -> FeedCard:
    address = f"{settings.PUBLIC_URL}/api/v1/on-call/feeds/{Signer(salt=SALT).sign(row.id.hex)}/calendar.ics"
    return FeedCard(row.id, row.schedule.name if row.schedule else "", address, row.made_at)


def _id_in(token: str) -> UUID:
    try:
        return UUID(hex=Signer(salt=SALT).unsign(token))
    except (BadSignature, ValueError):
        raise NotFound from None
