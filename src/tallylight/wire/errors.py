"""What can be wrong with what a node sent."""

from __future__ import annotations

from tallylight.kernel.errors import Invalid, TooLarge, gettext_noop


class GarbledBatch(Invalid):
    """The octets are not a batch, or a column of it can't be a measurement. Facts: `reason`, `column` (or "")."""

    code = "garbled-batch"
    title = gettext_noop("This batch can't be read: %(reason)s.")
    advice = gettext_noop("Don't send it again. Check that the node runs a released version of the agent.")

    def __init__(self, *, reason: str, column: str = "") -> None:
        super().__init__(reason=reason, column=column)


class BatchTooLarge(TooLarge):
    """The batch passes a bound of `wire.doors`. Facts: `what`, `size`, `bound`."""

    code = "batch-too-large"
    title = gettext_noop("This batch has %(size)s %(what)s; %(bound)s are allowed.")
    advice = gettext_noop("Send fewer seconds in one batch.")

    def __init__(self, *, what: str, size: int, bound: int) -> None:
        super().__init__(what=what, size=size, bound=bound)


class GarbledMessage(Invalid):
    """A JSON message of the wire is not what its schema says. Facts: `message` (its type), `reason`."""

    code = "garbled-message"
    title = gettext_noop("This %(message)s can't be read: %(reason)s.")
    advice = gettext_noop("Check that both sides run released versions that fit each other.")

    def __init__(self, *, message: str, reason: str) -> None:
        super().__init__(message=message, reason=reason)
