"""Twilio, by a call's status callback. https://www.twilio.com/docs/usage/security#validating-requests"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime
from urllib.parse import parse_qsl

from tallylight.channels.hooks.errors import HookMalformed
from tallylight.channels.hooks.hook import Heard, Hook, Keys, expect_same, storable
from tallylight.channels.hooks.message import LONGEST_CALL_S, from_call, number, web_address
from tallylight.channels.inbound import PHONE, Call, CallEnd, Inbound

CHANNEL = PHONE
KEYS = ("auth_token",)
MOST_FIELDS = 100
ENDS = {
    "completed": CallEnd.ANSWERED,
    "busy": CallEnd.MISSED,
    "no-answer": CallEnd.MISSED,
    "failed": CallEnd.MISSED,
    "canceled": CallEnd.MISSED,
}


def hear(hook: Hook, keys: Keys, *, now: datetime) -> Heard:  # noqa: ARG001 - Twilio signs no instant; its calls have ids
    """The signature is over our address as Twilio knows it, and what it says. Raises HookNotGenuine, HookMalformed."""
    said = _fields(hook.body)
    signed = hook.url + "".join(f"{name}{said[name]}" for name in sorted(said))
    expected = b64encode(hmac.digest(keys["auth_token"].encode(), signed.encode(), hashlib.sha1)).decode()
    expect_same(hook.headers.get("x-twilio-signature", ""), expected)
    if said.get("CallStatus") not in ENDS:
        return Heard()
    return Heard(
        raw=hook.body, external_id=storable(f"{said.get('CallSid', '')}:{said['CallStatus']}"), chat=_call(said).number
    )


def read(raw: bytes) -> Inbound:
    """Raises HookMalformed."""
    said = _fields(raw)
    return from_call(CHANNEL, storable(said.get("CallSid", "")), _call(said))


def _call(said: dict[str, str]) -> Call:
    if said.get("CallStatus") not in ENDS:
        raise HookMalformed
    ours = said.get("Direction", "").startswith("outbound")
    seconds = said.get("CallDuration", "")
    return Call(
        end=ENDS[said["CallStatus"]],
        ours=ours,
        number=number(said.get("To" if ours else "From", "")),
        seconds=min(int(seconds), LONGEST_CALL_S)
        if seconds.isascii() and seconds.isdigit() and len(seconds) < 9
        else 0,
        recording=web_address(storable(said.get("RecordingUrl", ""))),
    )


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HookMalformed from None
    return dict(pairs)
