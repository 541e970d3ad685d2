"""What can go wrong when service is accounted for."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, NotFound, gettext_noop


class NoSuchMonth(Invalid):
    code = "no-such-month"
    title = gettext_noop("There is no month %(month)s.")
    advice = gettext_noop("Write year and month, such as 2026-11.")


class NothingPromised(NotFound):
    code = "nothing-promised"
    title = gettext_noop("No contract promised anything in that time.")
    advice = gettext_noop("Choose a time in which a contract was in force.")


class NoSuchObjective(NotFound):
    code = "no-such-objective"
    title = gettext_noop("The contract has no objective %(objective)s in %(region)s.")
    advice = gettext_noop("Look at the month's report for the objectives and regions that are promised.")


class SpanTooLong(Invalid):
    code = "span-too-long"
    title = gettext_noop("At most %(days)s days of slices are shown at once.")
    advice = gettext_noop("Ask for a shorter time.")


class BadExclusion(Invalid):
    code = "bad-exclusion"
    title = gettext_noop(
        "An exclusion ends after it begins, lasts at most %(days)s days, says why, and was not announced in the future."
    )
    advice = gettext_noop("Correct its times or write a reason, and send it again.")


class AnnouncedLater(Invalid):
    code = "announced-later"
    title = gettext_noop("The announcement lies in the future.")
    advice = gettext_noop("Announce it first; then take it out of the count.")


class KindNotAllowed(Conflict):
    code = "kind-not-allowed"
    title = gettext_noop("Contract %(number)s, in force at that time, does not allow exclusions of the kind %(kind)s.")
    advice = gettext_noop("It allows: %(allowed)s. Choose the kind that applies, or leave the slices in the count.")


class OverloadIsMeasured(Invalid):
    code = "overload-is-measured"
    title = gettext_noop("Slices above the agreed load are taken out by measurement; nobody asks for it.")
    advice = gettext_noop("Look at the month's report for how many were taken out, or choose the kind that applies.")


class NotAnnounced(Conflict):
    code = "not-announced"
    title = gettext_noop("By the contract, maintenance is announced at least %(hours)s hours before it begins.")
    advice = gettext_noop("Say when it was announced. Without that notice its slices stay in the count.")


class TooMuchMaintenance(Conflict):
    code = "too-much-maintenance"
    title = gettext_noop(
        "With this, maintenance would take %(hours)s hours out of %(month)s; the contract allows %(most)s."
    )
    advice = gettext_noop("Take out less, or leave the slices in the count.")


class NothingToClaim(Conflict):
    code = "nothing-to-claim"
    title = gettext_noop("Nothing of %(month)s can be claimed.")
    advice = gettext_noop("Look at the month: it says what becomes of its credit, and until when it can be claimed.")


class ChainBroken(Conflict):
    code = "chain-broken"
    title = gettext_noop("The chain of sealed days does not hold at link %(link)s: %(reason)s.")
    advice = gettext_noop("Somebody changed sealed records. Compare with the evidence files that were handed out.")


class NothingSealed(Conflict):
    code = "nothing-sealed"
    title = gettext_noop("No day of %(month)s is sealed yet.")
    advice = gettext_noop("A day is sealed two days after it ended. Ask again then.")


class BadMeasurement(Invalid):
    code = "bad-measurement"
    title = gettext_noop("Row %(row)s can't be taken: %(problem)s.")
    advice = gettext_noop("Nothing of this report was kept. Correct the row and send all of it again.")


class NotAsked(Invalid):
    code = "not-asked"
    title = gettext_noop(
        "Row %(row)s: no contract in force at that time judges %(metric)s of %(service)s in %(region)s by such slices."
    )
    advice = gettext_noop(
        "Compare service, region, metric, statistic and slice length with the objectives whose source is `reported`."
    )


class AlreadySealed(Conflict):
    code = "already-sealed"
    title = gettext_noop("Row %(row)s is of %(day)s, which is sealed.")
    advice = gettext_noop("A day is sealed two days after it ended and does not change any more. Leave out the row.")
