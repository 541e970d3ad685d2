"""Why an agent can't go on, each with the exit code of its process (after sysexits.h)."""

from __future__ import annotations

from typing import ClassVar

from tallylight.kernel.errors import Conflict, Invalid, Refused, TallyError, Unavailable, gettext_noop


class AgentError(TallyError):
    """The agent ends with `exit_code`."""

    exit_code: ClassVar[int] = 70


class TokenMissing(AgentError, Invalid):
    """This node has not enrolled, and there is no token to do it with. Facts: `node`, `state`."""

    code = "token-missing"
    exit_code = 78
    title = gettext_noop("Node %(node)s has not enrolled yet, and was given no enrolment token.")
    advice = gettext_noop("Ask an administrator for a token and start again with --token-file.")


class WrongState(AgentError, Conflict):
    """The state folder is another node's. Facts: `node`, `other`, `state`."""

    code = "wrong-state"
    exit_code = 78
    title = gettext_noop("The folder %(state)s belongs to node %(other)s, not to %(node)s.")
    advice = gettext_noop("Give every node a state folder of its own.")


class StateUnusable(AgentError, Unavailable):
    """The state folder can't be written, or another agent holds it. Facts: `state`, `reason`."""

    code = "state-unusable"
    exit_code = 73
    title = gettext_noop("The folder %(state)s can't be used: %(reason)s.")
    advice = gettext_noop("Stop the other agent, or make the folder writable for this one.")


class AddressUnusable(AgentError, Unavailable):
    """A listening address can't be bound. Facts: `address`, `reason`."""

    code = "address-unusable"
    exit_code = 71
    title = gettext_noop("The address %(address)s can't be used: %(reason)s.")
    advice = gettext_noop("Choose an address of this machine and a port that is free.")


class HubRefused(AgentError, Refused):
    """The hub will not have this node: its token or its key is not good. Facts: `node`, `hub`, `reason`."""

    code = "hub-refused"
    exit_code = 77
    title = gettext_noop("The hub at %(hub)s refuses node %(node)s: %(reason)s")
    advice = gettext_noop("Ask an administrator for a new enrolment token and start again with --token-file.")


class HubUnreachable(AgentError, Unavailable):
    """The hub did not answer, or not as a hub does. Facts: `hub`, `reason`."""

    code = "hub-unreachable"
    exit_code = 69
    title = gettext_noop("The hub at %(hub)s can't be reached: %(reason)s.")
    advice = gettext_noop("Check the address and that the hub runs. Nothing was lost: start again when it does.")
