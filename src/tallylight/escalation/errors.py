"""What can go wrong about ladders."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, gettext_noop


class NoLadder(Conflict):
    code = "no-ladder"
    title = gettext_noop("No ladder runs for this ticket.")
    advice = gettext_noop(
        "It was stopped or went to its end, or no contract names one. Repeat a step, or call people yourself."
    )


class NoSuchStep(Invalid):
    code = "no-such-step"
    title = gettext_noop("The ladder has no such step for this.")
    advice = gettext_noop("Jump to a step that is still to come; repeat one that was taken. The ticket lists both.")


class NothingAfter(Conflict):
    code = "nothing-after"
    title = gettext_noop("This is the last step of the ladder, so it can't be skipped.")
    advice = gettext_noop("Nobody would be left to go to. Take the ticket in hand instead.")
