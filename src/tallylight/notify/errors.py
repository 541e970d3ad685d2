"""What can go wrong about reaching somebody."""

from __future__ import annotations

from tallylight.kernel.errors import Invalid, NotFound, TooMany, gettext_noop


class EndpointRefused(Invalid):
    """The address is none that we can deliver to. It is a secret and therefore not among the facts."""

    code = "endpoint-refused"
    title = gettext_noop("This is no address that we can deliver to.")
    advice = gettext_noop(
        "Use an Apprise URL such as ntfys://host/topic; the list is at https://github.com/caronc/apprise."
    )


class EndpointUnknown(NotFound):
    code = "endpoint-unknown"
    title = gettext_noop("There is no such address of yours.")


class LinkRefused(Invalid):
    """A link from a message is not what we sent, or is meant for something else."""

    code = "link-refused"
    title = gettext_noop("This link is not valid.")
    advice = gettext_noop("Open the newest message and use its link, or sign in and act there.")


class LinkExpired(Invalid):
    code = "link-expired"
    title = gettext_noop("This link ended at %(expired_at)s.")
    advice = gettext_noop("Sign in and act there.")


class TooMuchEnclosed(Invalid):
    """Files that no mail can carry."""

    code = "too-much-enclosed"
    title = gettext_noop("A mail carries %(most)s octets of files at most; these are %(octets)s.")
    advice = gettext_noop("Send a link to the files instead.")


class NotSuppressed(NotFound):
    code = "not-suppressed"
    title = gettext_noop("There is no such suppression in force.")


class LimitUnknown(NotFound):
    code = "limit-unknown"
    title = gettext_noop("There is no such limit.")


class WaysRefused(Invalid):
    """An order of ways names what is none of the person's, or one of them twice."""

    code = "ways-refused"
    title = gettext_noop("This order names a way that is not yours, or one of them twice.")
    advice = gettext_noop("Name mail and the ids of your further addresses, each once; those you leave out come last.")


class QuietHoursRefused(Invalid):
    code = "quiet-hours-refused"
    title = gettext_noop("Quiet hours need a beginning and an end that differ.")
    advice = gettext_noop("Give both, or neither.")


class TooManyTrials(TooMany):
    code = "too-many-trials"
    title = gettext_noop("You sent %(most)s test messages within a minute.")
    advice = gettext_noop("Wait a minute, then try again.")


class MessageUnknown(NotFound):
    code = "message-unknown"
    title = gettext_noop("There is no such message of yours.")
