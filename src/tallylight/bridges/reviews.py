"""Use cases of the report on an incident: draft it from the timeline, edit it, publish it to every customer it hurt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, Viewer
from tallylight.bridges import lines
from tallylight.bridges.about import About, about
from tallylight.bridges.drafting import draft, own_impact
from tallylight.bridges.errors import NoReport, NotOnStaff, ReportNotReady, ReportPublished, WordsNeeded
from tallylight.bridges.models import Action, Bridge, Copy, Review
from tallylight.bridges.opening import MOST_WORDS, expect_commander, held
from tallylight.bridges.states import PART_NAMES, Mark, Part
from tallylight.bridges.story import shared_story, story
from tallylight.support import api as support

MOST_ACTIONS = 50
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True, slots=True)
class ActionWanted:
    """Something to be done: what, by language, who does it, and by when (None: no day is set)."""

    texts: Mapping[str, str]
    owner_id: UUID
    due_on: date | None = None


@transaction.atomic
def start(viewer: Viewer, bridge_id: UUID, *, now: datetime) -> UUID:
    """Draft the report from what is known now; a draft that was not published yet is written anew.

    Raises RoleRequired, BridgeUnknown, ReportPublished.
    """
    bridge = held(viewer, bridge_id)
    matter = about(bridge)
    texts: dict[str, dict[str, str]] = {}
    for code in LANGUAGES:
        with translation.override(code):
            texts[code] = {part.value: text for part, text in _drafted(bridge, matter).items()}
    row = Review.objects.filter(bridge=bridge).first() or Review(bridge=bridge)
    if row.published_at:
        raise ReportPublished
    row.texts, row.drafted_at, row.edited_at, row.edited_by_id = texts, now, None, None
    row.save()
    _keep_actions(row, _noted(bridge, viewer))
    return row.pk


@transaction.atomic
def edit(
    viewer: Viewer,
    bridge_id: UUID,
    texts: Mapping[str, Mapping[Part, str]],
    actions: Sequence[ActionWanted],
    *,
    now: datetime,
) -> None:
    """Write its parts and actions anew; parts that are not named stay.

    Raises RoleRequired, BridgeUnknown, NoReport, ReportPublished, WordsNeeded, NotOnStaff.
    """
    row = _editable(held(viewer, bridge_id))
    for code in LANGUAGES:
        for part, text in texts.get(code, {}).items():
            if len(text) > MOST_WORDS:
                raise WordsNeeded
            row.texts.setdefault(code, {})[part.value] = text.strip()
    row.edited_at, row.edited_by_id = now, viewer.person_id
    row.save()
    _keep_actions(row, actions)


@transaction.atomic
def publish(viewer: Viewer, bridge_id: UUID, *, now: datetime) -> None:
    """Give every customer of the matter its copy, on its ticket and by mail. It stays as it is from then on.

    For the commander and managers. Raises RoleRequired, BridgeUnknown, NoReport, ReportPublished, ReportNotReady, SeatNotForYou.
    """
    bridge = held(viewer, bridge_id)
    row = _editable(bridge)
    expect_commander(viewer, bridge)
    empty = [_(PART_NAMES[part]) for part in Part if any(not row.texts.get(code, {}).get(part) for code in LANGUAGES)]
    if empty:
        raise ReportNotReady(parts=", ".join(empty))
    row.published_at, row.published_by_id = now, viewer.person_id
    row.save()
    matter = about(bridge)
    for ticket in matter.tickets:
        impact = support.in_every_language(lambda ticket=ticket: own_impact(ticket, matter))  # type: ignore[misc]
        Copy.objects.create(
            organisation_id=ticket.organisation_id,
            review=row,
            ticket=ticket.id,
            number=ticket.number,
            impact=impact,
            published_at=now,
        )
    lines.write(bridge, lines.Kind.PUBLISHED, now, key="", author=viewer.person_id, by=viewer.name)
    _hand_out_soon(row)


def _drafted(bridge: Bridge, matter: About) -> dict[Part, str]:
    return draft(matter, shared_story(bridge, matter), story(bridge, matter))


def _noted(bridge: Bridge, viewer: Viewer) -> list[ActionWanted]:
    """What notes ask to have done: whoever drafts the report answers for it until somebody else is named."""
    rows = bridge.lines.filter(mark=Mark.ACTION).order_by("at", "id")[:MOST_ACTIONS]
    return [ActionWanted(dict.fromkeys(LANGUAGES, row.text), row.author_id or viewer.person_id) for row in rows]


def _editable(bridge: Bridge) -> Review:
    row = Review.objects.select_for_update().filter(bridge=bridge).first()
    if row is None:
        raise NoReport
    if row.published_at:
        raise ReportPublished
    return row


def _keep_actions(row: Review, actions: Sequence[ActionWanted]) -> None:
    found = accounts.people({each.owner_id for each in actions})
    if len(actions) > MOST_ACTIONS or any(len(text) > MOST_WORDS for each in actions for text in each.texts.values()):
        raise WordsNeeded
    if any(each.owner_id not in found or found[each.owner_id].role is Role.MEMBER for each in actions):
        raise NotOnStaff
    if any(not text.strip() for each in actions for text in each.texts.values()):
        raise WordsNeeded
    row.actions.all().delete()
    Action.objects.bulk_create(
        Action(review=row, place=place, texts=dict(each.texts), owner_id=each.owner_id, due_on=each.due_on)
        for place, each in enumerate(actions)
    )


def _hand_out_soon(row: Review) -> None:
    from tallylight.bridges.jobs import hand_out_soon

    hand_out_soon(row.pk)
