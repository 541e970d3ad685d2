"""Enrolment: a one-time token becomes a node key."""

from __future__ import annotations

import threading
from random import Random  # noqa: TID251 - the type only: generators come from kernel.chance

import structlog

from tallylight.edge import identity
from tallylight.edge.backoff import Backoff
from tallylight.edge.errors import HubRefused, HubUnreachable, TokenMissing, WrongState
from tallylight.edge.hub import Answer, Hub
from tallylight.edge.identity import Identity
from tallylight.edge.settings import EdgeSettings
from tallylight.edge.version import AGENT
from tallylight.kernel import clock
from tallylight.kernel.errors import TallyError
from tallylight.wire import doors
from tallylight.wire.plan import EnrolReply, EnrolRequest, from_json, to_json

log = structlog.get_logger("tallylight.edge")


def identify(settings: EdgeSettings, *, generator: Random, stopping: threading.Event) -> Identity:
    """Who this node is: as it enrolled before, or by enrolling now, with the token if that is new.

    Raises TokenMissing, WrongState, StateUnusable, HubRefused when the token is not good, and HubUnreachable when the
    hub was not there for `settings.patience_s`.
    """
    known = identity.load(settings.state)
    if known is not None and known.node != settings.name:
        raise WrongState(node=settings.name, other=known.node, state=str(settings.state))
    token = settings.token
    if known is not None and (token is None or identity.token_digest(token) == known.token_digest):
        return known
    if token is None:
        raise TokenMissing(node=settings.name, state=str(settings.state))
    reply = _enrol(settings, token, Backoff(generator), stopping)
    enrolled = Identity(
        node=settings.name,
        key=reply.key,
        hub=settings.hub,
        token_digest=identity.token_digest(token),
        plan=reply.plan,
    )
    identity.save(settings.state, enrolled)
    log.info("enrolled", node=reply.node, hub=settings.hub, peers=len(reply.plan.peers))
    return enrolled


def _enrol(settings: EdgeSettings, token: str, backoff: Backoff, stopping: threading.Event) -> EnrolReply:
    request = EnrolRequest(
        token=token,
        name=settings.name,
        agent=AGENT,
        host=settings.public_host,
        stamp_port=settings.stamp_port,
        viewer_port=settings.viewer_port,
    )
    deadline = clock.monotonic() + settings.patience_s
    hub = Hub(settings.hub)
    try:
        while True:
            wait_s = None
            try:
                answer = hub.post(doors.ENROL_PATH, to_json(request), {"Content-Type": doors.JSON_TYPE})
                if answer.status == 200:
                    return _read(answer, hub)
                wait_s = _judge(answer, settings)
                wrong: TallyError = HubUnreachable(hub=settings.hub, reason=answer.reason)
            except HubUnreachable as unreachable:
                wrong = unreachable
            wait_s = backoff.next_s(wait_s)
            if clock.monotonic() + wait_s > deadline:
                raise wrong
            log.warning("the hub can't be reached yet", next_s=round(wait_s, 2), **wrong.facts)
            if stopping.wait(wait_s):
                raise wrong
    finally:
        hub.close()


def _read(answer: Answer, hub: Hub) -> EnrolReply:
    try:
        return from_json(answer.body, EnrolReply)
    except TallyError as wrong:
        raise HubUnreachable(hub=hub.base, reason=str(wrong)) from wrong


def _judge(answer: Answer, settings: EdgeSettings) -> float | None:
    """The pause that the hub asks for; raises HubRefused when no pause will help."""
    if answer.status < 500 and answer.status != 429:
        raise HubRefused(hub=settings.hub, node=settings.name, reason=answer.reason)
    return answer.retry_after_s
