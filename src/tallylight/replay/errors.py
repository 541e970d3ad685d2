"""What can go wrong when a draft is replayed."""

from __future__ import annotations

from tallylight.kernel.errors import Invalid, gettext_noop


class NoSuchPeriod(Invalid):
    """The period can't be read. Facts: `period`."""

    code = "no-such-period"
    title = gettext_noop("There is no period %(period)s.")
    advice = gettext_noop(
        "Write a month (2026-10), months (2026-08..2026-10), dates (2026-10-05..2026-11-02) or last-90-days."
    )


class PeriodNotPast(Invalid):
    """The period begins after the present month. Facts: `period`."""

    code = "period-not-past"
    title = gettext_noop("Nothing of %(period)s has happened yet.")
    advice = gettext_noop("Choose a time that is past, at least in part.")


class PeriodTooLong(Invalid):
    """Facts: `months`, `bound`."""

    code = "period-too-long"
    title = gettext_noop("This touches %(months)s months; at most %(bound)s are replayed at once.")
    advice = gettext_noop("Choose a shorter period.")
