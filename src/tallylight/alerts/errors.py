"""What can go wrong about alerts."""

from __future__ import annotations

from tallylight.kernel.errors import NotFound, gettext_noop


class AlertUnknown(NotFound):
    """Facts: `alert`."""

    code = "alert-unknown"
    title = gettext_noop("There is no such alert.")
    advice = gettext_noop("Look it up in the list of alerts.")
