"""What people are told by mail: they were put on call, somebody asks to swap, an answer came, nobody will be on call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from tallylight.accounts.api import PersonCard, people
from tallylight.kernel.business_time import Span
from tallylight.notify import api as notify
from tallylight.oncall.models import Override, Schedule, Swap


def tell_cover(row: Override, *, by: str, now: datetime) -> None:
    """To whoever was put on call by somebody else."""
    _tell(row.person_id, "covered", f"oncall:override:{row.id}", row.schedule.slug, row.id, now=now, row=row, by=by)


def tell_swap_asked(row: Swap, *, now: datetime) -> None:
    """To whoever is asked."""
    key = f"oncall:swap:{row.id}:asked"
    _tell(row.other_id, "swap_asked", key, row.schedule.slug, row.id, now=now, row=row)


def tell_swap_settled(row: Swap, *, now: datetime) -> None:
    """To the other side of whoever settled it."""
    to = row.other_id if row.state == "withdrawn" else row.asked_by_id
    key = f"oncall:swap:{row.id}:{row.state}"
    _tell(to, "swap_settled", key, row.schedule.slug, row.id, now=now, row=row)


def tell_gaps(manager: PersonCard, found: Sequence[tuple[Schedule, Span]], *, key: str, now: datetime) -> None:
    """To a manager: when nobody will be on call."""
    page = f"{settings.PUBLIC_URL}/oncall"
    content = notify.compose("oncall/mail/gaps.txt", recipient(manager), gaps=found, page=page, first=found[0])
    notify.send(key, to=recipient(manager), content=content, now=now)


def recipient(person: PersonCard) -> notify.Recipient:
    """Somebody as a reader of mail."""
    return notify.Recipient(person.email, person.locale, person.timezone, person.name, person.id)


def _tell(person_id: UUID, template: str, key: str, slug: str, about: UUID, *, now: datetime, **facts: object) -> None:
    person = people([person_id]).get(person_id)
    if person is None:
        return
    page = f"{settings.PUBLIC_URL}/oncall/schedules/{slug}"
    content = notify.compose(f"oncall/mail/{template}.txt", recipient(person), page=page, **facts)
    notify.send(key, to=recipient(person), content=content, now=now, about=about)
