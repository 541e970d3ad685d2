"""Words that several pages use. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tallylight.contracts.api import Level
from tallylight.escalation.api import join_sentences as join_sentences
from tallylight.support.api import State, TicketCard


def severity_word(level: Level) -> str:
    """A level in one word or two."""
    return {Level.BASIC: _("Basic"), Level.FAULT: _("Fault"), Level.MAJOR: _("Major fault")}[level]


def who_has_it(card: TicketCard) -> str:
    """Whose it is now."""
    if card.state is State.OPEN:
        if not card.owner:
            return _("Nobody has it yet.")
        return _("%(owner)s owns it and has not taken it in hand yet.") % {"owner": card.owner}
    if card.state is State.ACKNOWLEDGED:
        return _("%(owner)s has it in hand.") % {"owner": card.owner or card.acknowledged_by}
    if card.state is State.RESOLVED:
        return _("It is resolved. A reply from the customer opens it again.")
    return _("It is closed.")
