"""What can go wrong about who is asking."""

from __future__ import annotations

from tallylight.kernel.errors import Invalid, NotFound, Refused, gettext_noop


class RoleRequired(Refused):
    code = "role-required"
    title = gettext_noop("This needs another role (%(needed)s); yours is %(role)s.")


class OrganisationUnknown(NotFound):
    code = "organisation-unknown"
    title = gettext_noop("There is no organisation %(organisation)s.")


class NoOrganisation(Refused):
    code = "no-organisation"
    title = gettext_noop("This account belongs to no organisation.")


class AddressTaken(Invalid):
    code = "address-taken"
    title = gettext_noop("There is an account with the address %(email)s already.")
    advice = gettext_noop("Use another address, or sign in with this one.")


class NotYoursToAppoint(Refused):
    code = "not-yours-to-appoint"
    title = gettext_noop("You can't settle who signs for this organisation.")
    advice = gettext_noop("Ask somebody who signs for it already, or an administrator of the provider.")


class NoSuchSetting(Invalid):
    code = "no-such-setting"
    title = gettext_noop("We don't know this language or time zone.")
    advice = gettext_noop("Choose one of the list.")
