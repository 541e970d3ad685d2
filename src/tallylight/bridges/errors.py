"""What can go wrong on a bridge."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, NotFound, Refused, gettext_noop


class BridgeUnknown(NotFound):
    code = "bridge-unknown"
    title = gettext_noop("There is no such bridge.")


class BridgeAboutWhat(Invalid):
    code = "bridge-about-what"
    title = gettext_noop("A bridge is about one incident or one ticket.")
    advice = gettext_noop("Name the incident, or a ticket that belongs to none.")


class BridgeClosed(Conflict):
    code = "bridge-closed"
    title = gettext_noop("This bridge is closed.")
    advice = gettext_noop("Open it again if the incident goes on.")


class WordsNeeded(Invalid):
    code = "words-needed"
    title = gettext_noop("This needs words.")
    advice = gettext_noop("Say it in a sentence, at most 20,000 characters.")


class LanguageMissing(Invalid):
    code = "language-missing"
    title = gettext_noop("Customers of this incident read %(languages)s too.")
    advice = gettext_noop("Write the update in every language that is asked for; each customer gets its own.")


class LinkNotSafe(Invalid):
    code = "link-not-safe"
    title = gettext_noop("A conference link begins with https://.")
    advice = gettext_noop("Copy the whole link from the conference; leave it empty to take it away.")


class SeatHeld(Conflict):
    code = "seat-held"
    title = gettext_noop("%(person)s holds this seat.")
    advice = gettext_noop("Ask to have it offered to you; whoever holds it keeps it until you accept.")


class SeatOfferPending(Conflict):
    code = "seat-offer-pending"
    title = gettext_noop("This seat is offered to somebody already.")
    advice = gettext_noop("Wait for the answer, or take the offer back first.")


class SeatOfferOver(Conflict):
    code = "seat-offer-over"
    title = gettext_noop("This seat is not on offer.")
    advice = gettext_noop(
        "The offer was answered or taken back, or its time is over; the bridge shows who holds it now."
    )


class SeatNotForYou(Refused):
    code = "seat-not-for-you"
    title = gettext_noop("This is for whoever holds the seat, the commander and managers.")
    advice = gettext_noop("Ask one of them; the bridge shows who they are.")


class NotOnStaff(Invalid):
    code = "not-on-the-staff"
    title = gettext_noop("This person can't sit on a bridge.")
    advice = gettext_noop("Choose somebody of the provider's staff who can sign in.")


class SourceUnknown(Invalid):
    code = "seat-source-unknown"
    title = gettext_noop("There is no such schedule, team or role.")
    advice = gettext_noop("Name a schedule and a team by their short names, and a role of the provider's.")


class NoReport(NotFound):
    code = "no-incident-report"
    title = gettext_noop("There is no such report.")


class ReportPublished(Conflict):
    code = "incident-report-published"
    title = gettext_noop("This report is published and stays as it is.")
    advice = gettext_noop("Write to the customer on the ticket if something is to be added.")


class ReportNotReady(Conflict):
    code = "incident-report-not-ready"
    title = gettext_noop("The report has empty parts: %(parts)s.")
    advice = gettext_noop("Fill every part in both languages, then publish it.")
