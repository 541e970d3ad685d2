"""Which pages a reader finds in the top bar. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tallylight.accounts.api import Viewer


@dataclass(frozen=True, slots=True)
class Entry:
    """A place to go: its address, its name, the keys that lead there."""

    path: str
    name: object
    keys: str

    def holds(self, path: str) -> bool:
        """Whether `path` lies at or below this place."""
        return path == self.path or (self.path != "/" and path.startswith(self.path + "/"))


WALL = Entry("/wall", _("Wall"), "g w")
DESK = Entry("/desk", _("Desk"), "g d")
ONCALL = Entry("/oncall", _("On call"), "g o")
INCIDENTS = Entry("/incidents", _("Incidents"), "g i")
TICKETS = Entry("/tickets", _("Tickets"), "g t")
SERVICE = Entry("/service", _("Service"), "g s")
CONTRACT = Entry("/contract", _("Contract"), "g c")
STATUS = Entry("/status", _("Status"), "g p")
MAILBOX = Entry("/mailbox", _("Mailbox"), "g m")
HOME = Entry("/", _("Overview"), "g h")
CONTRACTS = Entry("/contract", _("Contracts"), "g c")


def entries(viewer: Viewer | None, *, demo: bool) -> tuple[Entry, ...]:
    """The places open to `viewer`; the mailbox is there in a demo only."""
    if viewer is None:
        return (STATUS,)
    if viewer.is_provider:
        staff = (WALL, DESK, ONCALL, INCIDENTS, TICKETS, SERVICE, CONTRACTS, STATUS)
        return (*staff, MAILBOX) if demo else staff
    return (HOME, INCIDENTS, TICKETS, SERVICE, CONTRACT, STATUS)
