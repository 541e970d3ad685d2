"""What can go wrong about a drill."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Invalid, Unavailable, gettext_noop


class DrillMisspelt(Invalid):
    code = "drill-misspelt"
    title = gettext_noop("%(given)s is not a usable %(what)s.")
    advice = gettext_noop("Write it like %(example)s.")


class DrillOutOfBounds(Invalid):
    code = "drill-out-of-bounds"
    title = gettext_noop("A drill can't have %(what)s %(given)s.")
    advice = gettext_noop("Choose between %(least)s and %(most)s.")


class NodeInTrouble(Conflict):
    code = "node-in-trouble"
    title = gettext_noop("Node %(node)s is in trouble already: %(trouble)s.")
    advice = gettext_noop("A drill starts from a healthy node. Wait for recovery, or choose another node.")


class TrafficNotSeen(Unavailable):
    code = "traffic-not-seen"
    title = gettext_noop("No traffic of node %(node)s came through the drill's relay within %(seconds)s s.")
    advice = gettext_noop("See whether its edge agent and the hub are running: `tally status`.")


class DrillInterrupted(Conflict):
    code = "drill-interrupted"
    title = gettext_noop("The drill was interrupted; the node has its own way back.")
    advice = gettext_noop("Start it again when you like.")
