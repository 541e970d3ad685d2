"""Calls told by any switchboard, in a plain form of ours: JSON, signed with a secret.

    POST /hooks/NAME
    X-Tallylight-Timestamp: 1764033000
    X-Tallylight-Signature: hex of HMAC-SHA-256 over timestamp, ".", body

    {"id": "c-1", "number": "+4930901820", "direction": "in" | "out", "status": "answered" | "missed",
     "seconds": 61, "recording": "https://…", "note": "…"}

`id`, `number`, `direction` and `status` are needed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tallylight.channels.hooks.errors import HookMalformed
from tallylight.channels.hooks.hook import (
    Heard,
    Hook,
    Keys,
    as_object,
    expect_fresh,
    expect_same,
    sha256_hmac,
    words,
)
from tallylight.channels.hooks.message import LONGEST_CALL_S, from_call, number, web_address
from tallylight.channels.inbound import PHONE, Call, CallEnd, Inbound

CHANNEL = PHONE
KEYS = ("secret",)
WITHIN = timedelta(minutes=5)


def hear(hook: Hook, keys: Keys, *, now: datetime) -> Heard:
    """Raises HookNotGenuine, HookMalformed."""
    at = hook.headers.get("x-tallylight-timestamp", "")
    expect_fresh(at, per_second=1, within=WITHIN, now=now)
    signature = sha256_hmac(keys["secret"], f"{at}.".encode() + hook.body).hex()
    expect_same(hook.headers.get("x-tallylight-signature", ""), signature)
    read_ = read(hook.body)
    return Heard(raw=hook.body, external_id=read_.message_id, chat=read_.sender.address)


def read(raw: bytes) -> Inbound:
    """Raises HookMalformed."""
    said = as_object(raw)
    if not words(said, "id"):
        raise HookMalformed
    return from_call(CHANNEL, words(said, "id"), _call(said))


def _call(said: dict[str, Any]) -> Call:
    direction, seconds = said.get("direction"), said.get("seconds", 0)
    if direction not in ("in", "out") or said.get("status") not in tuple(CallEnd):
        raise HookMalformed
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= LONGEST_CALL_S:
        raise HookMalformed
    return Call(
        end=CallEnd(said["status"]),
        ours=direction == "out",
        number=number(words(said, "number")),
        seconds=seconds,
        recording=web_address(words(said, "recording")),
        note=words(said, "note").strip(),
    )
