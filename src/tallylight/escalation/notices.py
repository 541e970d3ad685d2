"""What a step says to whom it is brought."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation

from tallylight.accounts.api import PersonCard
from tallylight.contracts.api import Level
from tallylight.escalation.causes import Cause
from tallylight.escalation.ladder import Rung
from tallylight.escalation.matter import Matter
from tallylight.escalation.models import Escalation
from tallylight.escalation.words import cause_sentence, step_name
from tallylight.incidents.api import level_name
from tallylight.notify import api as notify

#: What the links in these messages allow.
ACKNOWLEDGE = "acknowledge"
LINK_LIFETIME = timedelta(days=2)
#: How long further matters of a major incident wait for the list of them all.
SOON = timedelta(seconds=30)
#: What somebody did to one ticket is not news about many.
RINGS_ALONE = (Cause.BY_HAND, Cause.ASKED, Cause.HANDED_BACK, Cause.SECOND_HAND_OVER, Cause.REOPENED)
KIND = 100


def notify_step(
    row: Escalation, matter: Matter, rung: Rung, following: Rung | None, person: PersonCard, *, now: datetime
) -> None:
    """Tell one person, once: what it is, whom it hurts, until when somebody must have it, and what happens otherwise."""
    to = notify.Recipient(person.email, person.locale, person.timezone, person.name, person.id)
    with translation.override(person.locale):
        level = str(level_name(matter.level))
        step, next_step = step_name(rung.name), step_name(following.name) if following else ""
        because = cause_sentence(rung.cause, by=rung.by, reason=rung.reason)
    content = notify.compose(
        "escalation/mail/step.txt",
        to,
        matter=matter,
        headline=matter.headline(person.locale),
        level=level,
        first=row.taken == 0 and not row.cause,
        handed_back=row.cause == Cause.HANDED_BACK,
        because=because,
        step=step,
        next_step=next_step,
        following=following,
        due_at=row.due_at,
        overdue=row.due_at <= now,
        now=now,
        link=f"{settings.PUBLIC_URL}/acknowledge/{_token(row, person, now=now)}",
        page=settings.PUBLIC_URL + matter.path,
    )
    key = f"escalation:{row.pk}:step:{row.taken}:{person.id}"
    page = settings.PUBLIC_URL + matter.path
    kind = _one_of_many(matter, rung)
    urgent = matter.level is Level.MAJOR  # only that rings in quiet hours
    if kind:
        window = SOON if urgent else notify.WINDOW
        notify.gather(
            kind,
            key,
            to=to,
            content=content,
            now=now,
            about=row.subject,
            page=page,
            channels=rung.channels,
            window=window,
            urgent=urgent,
            rings_once=True,
        )
    else:
        notify.send_by(rung.channels, key, to=to, content=content, now=now, about=row.subject, urgent=urgent)


def _one_of_many(matter: Matter, rung: Rung) -> str:
    """What the same step says of other matters of the incident; empty where this one is to ring by itself."""
    if not matter.incident or rung.cause in RINGS_ALONE:
        return ""
    return f"ladder:{matter.incident}:{matter.level.value}:{rung.name}"[:KIND]


def _token(row: Escalation, person: PersonCard, *, now: datetime) -> str:
    return notify.write_link(notify.Grant(ACKNOWLEDGE, row.subject, person.id, now + LINK_LIFETIME))
