"""What can go wrong about a service that calls us."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, NotFound, Refused, TooLarge, gettext_noop


class HookNotGenuine(Refused):
    code = "hook-not-genuine"
    title = gettext_noop("This call is not signed as the service signs its calls.")
    advice = gettext_noop(
        "Compare the keys of the account with those the service shows, and the clock of this machine."
    )


class HookMalformed(Invalid):
    code = "hook-malformed"
    title = gettext_noop("This call can't be read.")
    advice = gettext_noop("Send what the service documents; nothing was kept.")


class HookTooLarge(TooLarge):
    code = "hook-too-large"
    title = gettext_noop("This call is too large.")
    advice = gettext_noop("At most %(octets)s octets are taken.")


class HookAccountUnknown(NotFound):
    code = "hook-account-unknown"
    title = gettext_noop("There is no account of that name.")


class HookAccountTaken(Conflict):
    code = "hook-account-taken"
    title = gettext_noop("There is an account of the name “%(name)s” already.")
    advice = gettext_noop("Choose another name, or remove that one first.")


class HookAccountRefused(Invalid):
    code = "hook-account-refused"
    title = gettext_noop("This account can't be kept.")
    advice = gettext_noop(
        "It needs a name of small letters, digits and hyphens, a label, every key of its service, and an Apprise URL for answers "
        "or none."
    )


class AddressUnknown(NotFound):
    code = "address-unknown"
    title = gettext_noop("This is no address of yours.")
