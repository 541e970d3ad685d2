"""What can go wrong about who is on call."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, NotFound, Refused, gettext_noop


class ScheduleUnknown(NotFound):
    code = "schedule-unknown"
    title = gettext_noop("There is no on-call schedule %(schedule)s.")


class ScheduleNameTaken(Conflict):
    code = "schedule-name-taken"
    title = gettext_noop("There is an on-call schedule %(schedule)s already.")
    advice = gettext_noop("Give the new schedule another short name.")


class NoSuchZone(Invalid):
    code = "no-such-zone"
    title = gettext_noop("There is no time zone %(zone)s.")
    advice = gettext_noop("Write it as the IANA time zone database does, such as Asia/Singapore.")


class NotOnStaff(Invalid):
    code = "not-on-staff"
    title = gettext_noop("Only the provider's people who can sign in are put on call.")
    advice = gettext_noop("Name one of them.")


class NobodyInTurn(Invalid):
    code = "nobody-in-turn"
    title = gettext_noop("A layer needs somebody who takes turns.")
    advice = gettext_noop("Name at least one person.")


class EndsBeforeStart(Invalid):
    code = "ends-before-start"
    title = gettext_noop("This ends before it begins.")
    advice = gettext_noop("Name an end that comes after the start.")


class IsPast(Invalid):
    code = "is-past"
    title = gettext_noop("That time is over; who was on call then stays as it was.")
    advice = gettext_noop("Name a time that is still to come.")


class WindowTooLong(Invalid):
    code = "window-too-long"
    title = gettext_noop("This asks for more than %(days)s days.")
    advice = gettext_noop("Ask for less at a time.")


class HoursUnreadable(Invalid):
    code = "hours-unreadable"
    title = gettext_noop("The hours of %(day)s can't be read.")
    advice = gettext_noop("Write them in order, such as 09:00-12:30, 13:30-18:00; the end of the day is 24:00.")


class HolidaysUnknown(Invalid):
    code = "holidays-unknown"
    title = gettext_noop("We know no public holidays of %(place)s.")
    advice = gettext_noop("Name a country by its ISO 3166-1 code, such as SG, and a part of it by its ISO 3166-2 code.")


class NotYourCover(Refused):
    code = "not-your-cover"
    title = gettext_noop("You can put yourself on call, but not somebody else.")
    advice = gettext_noop("Ask a manager to do it, or ask the other one to swap.")


class NotOnCallThen(Conflict):
    code = "not-on-call-then"
    title = gettext_noop("%(person)s is not on call in that time.")
    advice = gettext_noop("Look at the schedule again and name a time in which they are.")


class SwapsOverlap(Invalid):
    code = "swaps-overlap"
    title = gettext_noop("The two times of a swap overlap.")
    advice = gettext_noop("Name times that lie apart.")


class SwapsWithOneself(Invalid):
    code = "swaps-with-oneself"
    title = gettext_noop("A swap needs somebody else.")
    advice = gettext_noop("Name the one who takes your shift.")


class SwapSettled(Conflict):
    code = "swap-settled"
    title = gettext_noop("This request was answered or taken back already.")
    advice = gettext_noop("Ask anew if it is still needed.")


class SwapOverdue(Conflict):
    code = "swap-overdue"
    title = gettext_noop("The time of this swap has begun, so it can't be accepted any more.")
    advice = gettext_noop("Ask for a time that is still to come.")


class CalendarUnreadable(Invalid):
    code = "calendar-unreadable"
    title = gettext_noop("This is not a calendar that we can read.")
    advice = gettext_noop("Send the text of an iCalendar file (RFC 5545).")
