"""What can go wrong about tickets."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, NotFound, Refused, gettext_noop


class TicketUnknown(NotFound):
    code = "ticket-unknown"
    title = gettext_noop("There is no such ticket.")


class CustomersOnly(Refused):
    code = "customers-only"
    title = gettext_noop("Tickets are opened by customers.")
    advice = gettext_noop("Answer on a ticket of the customer, or have the customer open one.")


class TicketClosed(Conflict):
    code = "ticket-closed"
    title = gettext_noop("Ticket %(number)s is closed.")
    advice = gettext_noop("Open a new ticket and name this one in it.")


class NotResolved(Conflict):
    code = "not-resolved"
    title = gettext_noop("Ticket %(number)s is not resolved yet.")
    advice = gettext_noop("Resolve it first, with an explanation for the customer.")


class NobodyToOwn(Invalid):
    code = "nobody-to-own"
    title = gettext_noop("This person can't own a ticket.")
    advice = gettext_noop("Choose somebody of the provider's staff who can sign in.")


class PauseNotAgreed(Conflict):
    code = "pause-not-agreed"
    title = gettext_noop("The contract of ticket %(number)s knows no pause for this reason.")
    advice = gettext_noop("Ask in a reply instead; the clocks go on meanwhile.")
