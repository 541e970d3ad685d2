"""What can go wrong about tickets."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, NotFound, gettext_noop


class TicketUnknown(NotFound):
    code = "ticket-unknown"
    title = gettext_noop("There is no such ticket.")


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
