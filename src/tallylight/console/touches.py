"""What was lately written about incidents and tickets, and who may know."""

from __future__ import annotations

from datetime import datetime

from tallylight.bridges import api as bridges
from tallylight.console.live.audience import Touch
from tallylight.incidents import api as incidents
from tallylight.support import api as support


def touches_since(at: datetime) -> list[Touch]:
    """Everything written since `at`, cheaply: a few look-ups by id. An internal note and a bridge concern no customer."""
    stories = [Touch(each.id, "incidents", each.organisations, public=True) for each in incidents.written_since(at)]
    cases = [
        Touch(each.id, "tickets", frozenset() if each.internal else frozenset({each.organisation_id}))
        for each in support.written_since(at)
    ]
    marks = [Touch(each.id, "reads", frozenset({each.organisation_id})) for each in support.marked_since(at)]
    notes = [Touch(each, "bridges", frozenset()) for each in bridges.written_since(at)]
    return stories + cases + marks + notes
