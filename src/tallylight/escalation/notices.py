"""What a step says to whom it is brought."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation

from tallylight.accounts.api import PersonCard
from tallylight.contracts.api import Level
from tallylight.escalation.ladder import Rung
from tallylight.escalation.matter import Matter
from tallylight.escalation.models import Escalation
from tallylight.escalation.words import step_name
from tallylight.incidents.api import level_name
from tallylight.notify import api as notify

#: What the links in these messages allow.
ACKNOWLEDGE = "acknowledge"
#: Why a matter comes up again: its owner gave it back to people who had it before.
HANDED_BACK = "handed-back"
LINK_LIFETIME = timedelta(days=2)


def notify_step(
    row: Escalation, matter: Matter, rung: Rung, following: Rung | None, person: PersonCard, *, now: datetime
) -> None:
    """Tell one person, once: what it is, whom it hurts, until when somebody must have it, and what happens otherwise."""
    to = notify.Recipient(person.email, person.locale, person.timezone, person.name, person.id)
    with translation.override(person.locale):
        level = str(level_name(matter.level))
        step, next_step = step_name(rung.name), step_name(following.name) if following else ""
    content = notify.compose(
        "escalation/mail/step.txt",
        to,
        matter=matter,
        headline=matter.headline(person.locale),
        level=level,
        first=row.taken == 0 and not row.cause,
        handed_back=row.cause == HANDED_BACK,
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
    urgent = matter.level is Level.MAJOR  # only that rings in quiet hours
    notify.send_by(rung.channels, key, to=to, content=content, now=now, about=row.subject, urgent=urgent)


def _token(row: Escalation, person: PersonCard, *, now: datetime) -> str:
    return notify.write_link(notify.Grant(ACKNOWLEDGE, row.subject, person.id, now + LINK_LIFETIME))
