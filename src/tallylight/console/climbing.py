"""Whom the next step of a ladder means, by name where that is known now."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tallylight.accounts import api as accounts
from tallylight.accounts.api import TeamUnknown
from tallylight.console.public import listed
from tallylight.console.roles import role_name
from tallylight.escalation.api import StepCard
from tallylight.oncall import api as oncall
from tallylight.oncall.api import ScheduleUnknown


def step_target(step: StepCard) -> str:
    """As it stands in a sentence: whoever will be on call at that instant, the team, the role, or the person's login."""
    return _on_call(step) or _team(step) or role_name(step.role) or step.person


def _on_call(step: StepCard) -> str:
    if not step.schedule:
        return ""
    try:
        found, schedule = oncall.on_call(step.schedule, step.due_at), oncall.schedule(step.schedule)
    except ScheduleUnknown:
        return ""
    if not found:
        return ""
    names = listed([each.person.name for each in found])
    return _("%(person)s (on call: %(schedule)s)") % {"person": names, "schedule": schedule.name}


def _team(step: StepCard) -> str:
    try:
        found = accounts.team(step.team) if step.team else None
    except TeamUnknown:
        return ""
    return _("team %(team)s") % {"team": found.name} if found and found.people else ""
