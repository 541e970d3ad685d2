"""DingTalk, by a robot that is spoken to. https://open.dingtalk.com/document/orgapp/receive-message"""

from __future__ import annotations

from base64 import b64encode
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
    part,
    sha256_hmac,
    words,
)
from tallylight.channels.hooks.message import from_chat
from tallylight.channels.inbound import Contact, Inbound

CHANNEL = "dingtalk"
KEYS = ("app_secret",)
WITHIN = timedelta(hours=1)


def hear(hook: Hook, keys: Keys, *, now: datetime) -> Heard:
    """The signature is over the instant alone, so what is old is not believed. Raises HookNotGenuine, HookMalformed."""
    at, secret = hook.headers.get("timestamp", ""), keys["app_secret"]
    expect_fresh(at, per_second=1_000, within=WITHIN, now=now)
    expect_same(hook.headers.get("sign", ""), b64encode(sha256_hmac(secret, f"{at}\n{secret}".encode())).decode())
    said = as_object(hook.body)
    if not words(said, "msgId"):
        raise HookMalformed
    return Heard(raw=hook.body, external_id=words(said, "msgId"), chat=words(said, "conversationId"))


def read(raw: bytes) -> Inbound:
    """Raises HookMalformed."""
    said = as_object(raw)
    company = words(said, "senderCorpId", "chatbotCorpId")
    sender = Contact(f"{company}:{words(said, 'senderStaffId', 'senderId')}".lower(), words(said, "senderNick"))
    return from_chat(CHANNEL, words(said, "msgId"), sender, _text(said).strip(), _files(said))


def _text(said: dict[str, Any]) -> str:
    return words(part(said, "text"), "content") or "\n".join(words(each, "text") for each in _rich(said)).strip()


def _rich(said: dict[str, Any]) -> list[dict[str, Any]]:
    found = part(said, "content").get("richText")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _files(said: dict[str, Any]) -> list[str]:
    if said.get("msgtype") in ("text", "richText", None):
        return [words(each, "type") for each in _rich(said) if each.get("type")]
    return [words(part(said, "content"), "fileName") or words(said, "msgtype")]
