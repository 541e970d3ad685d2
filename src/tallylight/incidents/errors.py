"""What can go wrong about incidents."""

from __future__ import annotations

from tallylight.kernel.errors import NotFound, gettext_noop


class IncidentUnknown(NotFound):
    code = "incident-unknown"
    title = gettext_noop("There is no such incident.")
