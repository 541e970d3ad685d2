"""Feishu and Lark, by events over HTTP. https://open.feishu.cn/document/server-docs/event-subscription-guide/overview"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from tallylight.channels.hooks.crypt import BLOCK, decrypted, octets
from tallylight.channels.hooks.errors import HookMalformed
from tallylight.channels.hooks.hook import (
    Heard,
    Hook,
    Keys,
    as_object,
    expect_fresh,
    expect_same,
    json_answer,
    part,
    words,
)
from tallylight.channels.hooks.message import from_chat
from tallylight.channels.inbound import Contact, Inbound

CHANNEL = "feishu"
KEYS = ("encrypt_key", "verification_token")
#: What was not answered comes again for some hours, with an instant of its own each time.
WITHIN = timedelta(hours=1)
RECEIVED = "im.message.receive_v1"


def hear(hook: Hook, keys: Keys, *, now: datetime) -> Heard:
    """Everything is encrypted; the question whether the address is ours is not signed, but knows our token.

    Raises HookNotGenuine, HookMalformed.
    """
    said = _opened(words(as_object(hook.body), "encrypt"), keys["encrypt_key"])
    message = as_object(said)
    if message.get("type") == "url_verification":
        expect_same(words(message, "token"), keys["verification_token"])
        return json_answer(challenge=words(message, "challenge"))
    _expect_signed(hook, keys, now=now)
    head = part(message, "header")
    expect_same(words(head, "token"), keys["verification_token"])
    if not words(head, "event_id"):
        raise HookMalformed
    event = part(message, "event")
    if words(head, "event_type") != RECEIVED or part(event, "sender").get("sender_type") != "user":
        return Heard()
    return Heard(raw=said, external_id=words(head, "event_id"), chat=words(part(event, "message"), "chat_id"))


def read(raw: bytes) -> Inbound:
    """Raises HookMalformed."""
    said = as_object(raw)
    head, event = part(said, "header"), part(said, "event")
    person = words(part(part(event, "sender"), "sender_id"), "open_id")
    message = part(event, "message")
    sender = Contact(f"{words(head, 'tenant_key')}:{person}".lower())
    content = as_object(words(message, "content") or "{}")
    kind = words(message, "message_type")
    files = [] if kind in ("text", "post") else [words(content, "file_name") or kind]
    return from_chat(CHANNEL, words(head, "event_id"), sender, _plain(content, message), files)


def _expect_signed(hook: Hook, keys: Keys, *, now: datetime) -> None:
    at, nonce = hook.headers.get("x-lark-request-timestamp", ""), hook.headers.get("x-lark-request-nonce", "")
    expect_fresh(at, per_second=1, within=WITHIN, now=now)
    signed = f"{at}{nonce}{keys['encrypt_key']}".encode("utf-8", "replace") + hook.body
    expect_same(hook.headers.get("x-lark-signature", ""), hashlib.sha256(signed).hexdigest())


def _opened(sealed: str, key: str) -> bytes:
    data = octets(sealed)
    return decrypted(data[BLOCK:], hashlib.sha256(key.encode()).digest(), data[:BLOCK])


def _plain(content: dict[str, Any], message: dict[str, Any]) -> str:
    """The words; who is called stands there as `@_user_1` and is named beside. A post has lines of pieces."""
    text = words(content, "text") or "\n".join(_lines(content))
    for each in message.get("mentions") or []:
        if isinstance(each, dict) and words(each, "key"):
            text = text.replace(words(each, "key"), f"@{words(each, 'name')}")
    return text.strip()


def _lines(content: dict[str, Any]) -> list[str]:
    lines = content.get("content")
    pieces = (
        [[p for p in line if isinstance(p, dict)] for line in lines if isinstance(line, list)]
        if isinstance(lines, list)
        else []
    )
    return [words(content, "title"), *("".join(words(each, "text", "href") for each in line) for line in pieces)]
