from __future__ import annotations

import pytest

from tallylight.wire.errors import GarbledMessage
from tallylight.wire.plan import Ack, EnrolReply, Peer, Plan, from_json, to_json

PLAN = Plan(version=7, peers=[Peer(name="fra-1", host="192.0.2.7", port=862, mode="authenticated", key_b64="c2VjcmV0")])


@pytest.mark.parametrize(
    "message", [PLAN, Ack(sequence=4, plan_version=7, plan=PLAN), EnrolReply(node="sin-1", key="k", plan=PLAN)]
)
def test_a_message_comes_back_as_it_was_sent(message: Plan | Ack | EnrolReply) -> None:
    assert from_json(to_json(message), type(message)) == message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"version":"seven"}',
        b'{"version":1,"pps":0}',
        b'{"version":1,"peers":[{"name":"a","host":"h","port":65536}]}',
        b'{"version":1,"peers":[{"name":"a","host":"h","port":1,"mode":"secret"}]}',
    ],
)
def test_a_plan_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(GarbledMessage) as refused:
        from_json(body, Plan)
    assert refused.value.facts["message"] == "Plan"
