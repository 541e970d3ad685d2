"""What can go wrong about what comes in."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, NotFound, gettext_noop


class ItemUnknown(NotFound):
    code = "item-unknown"
    title = gettext_noop("Nothing like this came in.")


class ItemSettled(Conflict):
    code = "item-settled"
    title = gettext_noop("This has found its place already.")
    advice = gettext_noop("Only what waits for a decision can be tried again or dropped.")


class DropReasonNeeded(Invalid):
    code = "drop-reason-needed"
    title = gettext_noop("Dropping something needs a reason.")
    advice = gettext_noop("Say in a sentence why nobody needs to read it.")


class PersonUnknown(Invalid):
    code = "person-unknown"
    title = gettext_noop("This address can't be given to that person.")
    advice = gettext_noop("Choose somebody of a customer who can sign in.")


class FileRefused(Invalid):
    code = "file-refused"
    title = gettext_noop("The file “%(name)s” is not taken.")
    advice = gettext_noop(
        "It has at most %(megabytes)s MB and is nothing that a computer runs. Put a program into an archive."
    )


class TooManyFiles(Invalid):
    code = "too-many-files"
    title = gettext_noop("These are too many files for one message.")
    advice = gettext_noop("Send at most %(most)s at a time.")
