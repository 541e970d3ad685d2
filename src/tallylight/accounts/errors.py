"""What can go wrong about who is asking."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, NotFound, Refused, gettext_noop


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


class TeamUnknown(NotFound):
    code = "team-unknown"
    title = gettext_noop("There is no team %(team)s.")


class TeamNameTaken(Conflict):
    code = "team-name-taken"
    title = gettext_noop("There is a team %(team)s already.")
    advice = gettext_noop("Give the new team another short name.")


class TeamInUse(Conflict):
    code = "team-in-use"
    title = gettext_noop("Something is kept under the name of team %(team)s.")
    advice = gettext_noop("Take everybody out of it instead; it then reaches nobody.")


class NotOnOurSide(Invalid):
    code = "not-on-our-side"
    title = gettext_noop("Teams are of the provider's people who can sign in.")
    advice = gettext_noop("Name one of them.")
