"""What can go wrong about nodes."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, NotFound, NotSignedIn, Refused, gettext_noop


class EnrolmentRefused(Refused):
    code = "enrolment-refused"
    title = gettext_noop("This enrolment token is not valid for node %(node)s (%(reason)s).")
    advice = gettext_noop("Ask an administrator for a new token: each works once, for one name, for a limited time.")


class NodeKeyRefused(NotSignedIn):
    code = "node-key-refused"
    title = gettext_noop("This node key is not known, or the node was retired.")
    advice = gettext_noop("Enrol the node again with a new token.")


class NodeUnknown(NotFound):
    code = "node-unknown"
    title = gettext_noop("There is no node %(node)s.")
    advice = gettext_noop("Known nodes: %(known)s.")


class RegionUnknown(NotFound):
    code = "region-unknown"
    title = gettext_noop("There is no region %(region)s.")
    advice = gettext_noop("Known regions: %(known)s.")


class DetourTaken(Conflict):
    code = "detour-taken"
    title = gettext_noop("Another drill is running on node %(node)s.")
    advice = gettext_noop("Wait until it is over; its lease ends at %(until)s at the latest.")
