"""Why a ticket stands where it stands in a queue, in words of the active language and time zone. Pure but for these."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.escalation.api import lasting
from tallylight.incidents.api import level_name
from tallylight.support import entries
from tallylight.support.cards import TicketCard
from tallylight.support.states import PROMISE_NAMES


def rank_reason(card: TicketCard) -> str:
    """Whole: what is due when, and for what it is served earlier; empty for a ticket that owes nothing."""
    if card.due_at is None or card.due_promise is None:
        return ""
    due = {"promise": _(PROMISE_NAMES[card.due_promise]), "at": entries.moment(card.due_at.isoformat())}
    return _joined([_("%(promise)s due %(at)s") % due, *_leads(card)])


def rank_leads(card: TicketCard) -> str:
    """For what it is served earlier than it is due; empty if for nothing."""
    return _joined(list(_leads(card)))


def _leads(card: TicketCard) -> Iterator[str]:
    rank = card.rank
    if rank is None:
        return
    if rank.for_viewers:
        crowd = {"length": _length(rank.for_viewers), "viewers": number_format(card.viewers, force_grouping=True)}
        yield (
            ngettext(
                "%(length)s earlier for %(viewers)s viewer", "%(length)s earlier for %(viewers)s viewers", card.viewers
            )
            % crowd
        )
    if rank.for_level:
        named = {"length": _length(rank.for_level), "level": level_name(card.level)}
        yield _("%(length)s earlier for %(level)s") % named
    if rank.for_credit:
        share = number_format(card.credit_at_stake.normalize())
        yield _("%(length)s earlier for %(share)s%% of credit at stake") % {
            "length": _length(rank.for_credit),
            "share": share,
        }


def _length(length: timedelta) -> str:
    return lasting(length.total_seconds())


def _joined(parts: list[str]) -> str:
    return ("；" if (get_language() or "en").startswith("zh") else "; ").join(parts)
