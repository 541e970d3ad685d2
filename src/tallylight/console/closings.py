"""What a ticket's page shows of its end: causes to choose from, how it went in the customer's eyes, where it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tallylight.accounts.api import Viewer
from tallylight.support.api import CAUSE_NAMES, Cause, SatisfactionCard, State, TicketDetail, cause_name


@dataclass(frozen=True, slots=True)
class EndView:
    """`causes` to close it with, if the viewer may; `cause` once it is closed; `asks` the customer how it went."""

    causes: list[tuple[str, str]]
    cause: str
    asks: bool
    answer: SatisfactionCard | None


def end_view(viewer: Viewer, detail: TicketDetail, *, now: datetime) -> EndView:
    """For both sides: staff close and read the answer, customers give it."""
    card, asked = detail.card, detail.satisfaction
    closes = viewer.is_provider and card.state is State.RESOLVED
    return EndView(
        causes=cause_choices() if closes else [],
        cause=cause_name(card.cause) if card.cause else "",
        asks=asked is not None and not viewer.is_provider and now <= asked.open_until,
        answer=asked if asked and asked.score else None,
    )


def cause_choices() -> list[tuple[str, str]]:
    """Every cause with its name."""
    return [(each.value, _(CAUSE_NAMES[each])) for each in Cause]


def score_choices() -> list[tuple[int, str]]:
    """From 5 down to 1, in words."""
    return [
        (5, _("5: very well")),
        (4, _("4: well")),
        (3, _("3: all right")),
        (2, _("2: badly")),
        (1, _("1: very badly")),
    ]
