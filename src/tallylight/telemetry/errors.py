"""What can go wrong about telemetry."""

from __future__ import annotations

from tallylight.kernel.errors import Invalid, NotFound, Refused, TooMany, Unavailable, gettext_noop


class WrongNode(Refused):
    """The batch speaks for another node than its key. Facts: `claimed`, `node`."""

    code = "wrong-node"
    title = gettext_noop("This batch speaks for %(claimed)s, its key is that of %(node)s.")
    advice = gettext_noop("Give the node its own state folder, or enrol it again.")


class ClockOff(Invalid):
    """The node's clock is too far from the hub's. Facts: `offset_s` (hub less node), `bound_s`."""

    code = "clock-off"
    title = gettext_noop("The node's clock differs by %(offset_s)s s from the hub's; at most %(bound_s)s s are taken.")
    advice = gettext_noop("Set the node's clock (NTP). Its measurements are taken again from then on.")


class RowsOutOfTime(Invalid):
    """Rows lie in the future or further back than history reaches. Facts: `table`, `age_s`."""

    code = "rows-out-of-time"
    title = gettext_noop("A row of %(table)s is %(age_s)s s old, which can't be placed.")
    advice = gettext_noop("Don't send it again. Rows from the future or older than two days are not taken.")


class BodyTooSlow(Unavailable):
    """The rest of a request's body did not come in time."""

    code = "body-too-slow"
    title = gettext_noop("The rest of this request did not arrive.")
    advice = gettext_noop("Send it again.")


class NodeTooBusy(TooMany):
    """The node sends faster than its share."""

    code = "node-too-busy"
    title = gettext_noop("This node sends more batches than its share.")
    advice = gettext_noop("Send the same batch again after the time given in Retry-After.")


class HubTooBusy(TooMany):
    """More batches wait to become durable than the hub holds in memory."""

    code = "hub-too-busy"
    title = gettext_noop("The hub has more batches waiting than it holds in memory.")
    advice = gettext_noop("Send the same batch again after the time given in Retry-After.")


class NotDurable(Unavailable):
    """The batch could not be written to disk. Facts: `reason`."""

    code = "not-durable"
    title = gettext_noop("The hub can't write to its disk (%(reason)s).")
    advice = gettext_noop("Keep the batch and send it again after the time given in Retry-After.")


class RecordsAway(Unavailable):
    """PostgreSQL did not answer in time. Facts: `reason`."""

    code = "records-away"
    title = gettext_noop("Records can't be read at this moment (%(reason)s).")
    advice = gettext_noop("Nothing was lost. Try again in a few seconds.")


class HistoryAway(Unavailable):
    """ClickHouse did not answer in time. Facts: `reason`."""

    code = "history-away"
    title = gettext_noop("History can't be read at this moment (%(reason)s).")
    advice = gettext_noop("Nothing is lost. Try again in a few seconds.")


class HubAway(Unavailable):
    """The hub did not answer in time. Facts: `reason`."""

    code = "hub-away"
    title = gettext_noop("The hub does not answer (%(reason)s).")
    advice = gettext_noop("Nodes keep what they measure and send it when the hub is back.")


class SpanTooWide(Invalid):
    """More points than one answer holds. Facts: `points`, `bound`."""

    code = "span-too-wide"
    title = gettext_noop("This asks for %(points)s points; at most %(bound)s are given at once.")
    advice = gettext_noop("Ask for a shorter span or a wider step.")


class NoSuchDoor(NotFound):
    """The hub has no such address."""

    code = "no-such-door"
