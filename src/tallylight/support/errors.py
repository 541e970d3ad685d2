"""What can go wrong about tickets."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, NotFound, Refused, TooMany, gettext_noop


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


class NotTheOwner(Refused):
    code = "not-the-owner"
    title = gettext_noop("Ticket %(number)s is somebody else's to hand over.")
    advice = gettext_noop("Ask its owner or a manager.")


class ProfileRefused(Invalid):
    code = "profile-refused"
    title = gettext_noop("This can't be kept about somebody of the desk.")
    advice = gettext_noop(
        "Languages are en and zh-hans; a skill is small letters, digits and hyphens; the limit is from 0 to 1000 tickets."
    )


class ReasonNeeded(Invalid):
    code = "reason-needed"
    title = gettext_noop("This needs a reason.")
    advice = gettext_noop("Say in a sentence why; it stands in the ticket's story.")


class OfferPending(Conflict):
    code = "offer-pending"
    title = gettext_noop("Ticket %(number)s is offered to somebody already.")
    advice = gettext_noop("Wait for the answer, or take the offer back first.")


class OfferOver(Conflict):
    code = "offer-over"
    title = gettext_noop("Ticket %(number)s is not on offer.")
    advice = gettext_noop("The offer was answered or taken back, or its time is over; the ticket shows who has it now.")


class NotForYou(Refused):
    code = "not-for-you"
    title = gettext_noop("Ticket %(number)s is offered to somebody else.")
    advice = gettext_noop("Only whom it is offered to can answer.")


class CauseNeeded(Invalid):
    code = "cause-needed"
    title = gettext_noop("A ticket is closed with its cause.")
    advice = gettext_noop("Choose what it was; if it was something else, say so in a sentence.")


class NotAsked(Conflict):
    code = "not-asked"
    title = gettext_noop("Nobody has asked yet how it went with ticket %(number)s.")
    advice = gettext_noop("The question comes when the ticket is closed.")


class AnswerStands(Conflict):
    code = "answer-stands"
    title = gettext_noop("The answer about ticket %(number)s can't be given or changed any more.")
    advice = gettext_noop(
        "It can be given within 30 days and changed for 7; write on a ticket if there is more to say."
    )


class MergeRefused(Conflict):
    code = "merge-refused"
    title = gettext_noop("Ticket %(number)s can't be merged into that one.")
    advice = gettext_noop(
        "Both must be the same customer's, neither merged already, the other one still pending. "
        "What an incident opened stays: merge the other into it."
    )


class MergeOver(Conflict):
    code = "merge-over"
    title = gettext_noop("There is no merging of ticket %(number)s to undo.")
    advice = gettext_noop(
        "It can be undone within an hour, while the other ticket is pending; split messages off instead."
    )


class NothingToSplit(Conflict):
    code = "nothing-to-split"
    title = gettext_noop("These messages can't be split off from ticket %(number)s.")
    advice = gettext_noop("Choose messages of this ticket, at least one of them no note, and leave at least one.")


class NobodyForTask(Invalid):
    code = "nobody-for-task"
    title = gettext_noop("This person can't have a task.")
    advice = gettext_noop("Choose somebody of the provider's staff who can sign in.")


class TooManyTasks(Conflict):
    code = "too-many-tasks"
    title = gettext_noop("Ticket %(number)s has as many tasks as a ticket can have.")
    advice = gettext_noop("Do some first, or split messages off as tickets of their own.")


class TasksOpen(Conflict):
    code = "tasks-open"
    title = gettext_noop("Ticket %(number)s still has open tasks.")
    advice = gettext_noop("Do them, or say that it is closed all the same.")


class NothingToLink(Invalid):
    code = "nothing-to-link"
    title = gettext_noop("A ticket is linked with one other ticket or with one incident.")
    advice = gettext_noop("Name one of both, not the ticket itself; one ticket has at most 100 links.")


class NothingSaid(Invalid):
    code = "nothing-said"
    title = gettext_noop("There is nothing to send.")
    advice = gettext_noop("Write something, or choose a file.")


class CustomersAsk(Refused):
    code = "customers-ask"
    title = gettext_noop("Asking for escalation is for customers.")
    advice = gettext_noop("Jump to a step of the ladder instead, with your reason.")


class AskedLately(TooMany):
    code = "asked-lately"
    title = gettext_noop("Escalation of ticket %(number)s was asked for a short while ago.")
    advice = gettext_noop("The ticket shows whom it was brought to. You can ask again from %(at)s on.")
