"""What can go wrong when a month is reported."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, NotFound, gettext_noop


class MonthNotOver(Conflict):
    code = "month-not-over"
    title = gettext_noop("%(month)s is not over yet.")
    advice = gettext_noop("Its report is made on the first of the next month. Look at the month to date until then.")


class NoSuchReport(NotFound):
    code = "no-such-report"
    title = gettext_noop("There is no such report.")
    advice = gettext_noop("Look at the list of reports.")
