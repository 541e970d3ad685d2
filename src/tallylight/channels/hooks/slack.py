"""Slack, by its Events API. https://docs.slack.dev/authentication/verifying-requests-from-slack/ and …/apis/events-api/"""

from __future__ import annotations

import html
import re
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
    json_answer,
    part,
    sha256_hmac,
    words,
)
from tallylight.channels.hooks.message import from_chat
from tallylight.channels.inbound import Contact, Inbound

CHANNEL = "slack"
KEYS = ("signing_secret",)
WITHIN = timedelta(minutes=5)
#: `<https://x|shown>`, `<@U123>`, `<#C123|general>`, `<!here>`.
MARKED = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


def hear(hook: Hook, keys: Keys, *, now: datetime) -> Heard:
    """Raises HookNotGenuine, HookMalformed."""
    at = hook.headers.get("x-slack-request-timestamp", "")
    expect_fresh(at, per_second=1, within=WITHIN, now=now)
    signature = sha256_hmac(keys["signing_secret"], f"v0:{at}:".encode() + hook.body).hex()
    expect_same(hook.headers.get("x-slack-signature", ""), f"v0={signature}")
    said = as_object(hook.body)
    if said.get("type") == "url_verification":
        return json_answer(challenge=words(said, "challenge"))
    event, event_id = part(said, "event"), words(said, "event_id")
    if not event_id:
        raise HookMalformed
    if not _by_a_person(event):
        return Heard()
    return Heard(raw=hook.body, external_id=event_id, chat=words(event, "channel"))


def read(raw: bytes) -> Inbound:
    """Raises HookMalformed."""
    said = as_object(raw)
    event = part(said, "event")
    sender = Contact(f"{words(said, 'team_id')}:{words(event, 'user')}".lower())
    files = [words(each, "name", "id") for each in event.get("files") or [] if isinstance(each, dict)]
    return from_chat(CHANNEL, words(said, "event_id"), sender, _plain(words(event, "text")), files)


def _by_a_person(event: dict[str, Any]) -> bool:
    """Programs carry a `bot_id`; a `subtype` tells of everything but new words, which may come with files."""
    new_words = event.get("subtype") in (None, "file_share", "thread_broadcast")
    return event.get("type") in ("message", "app_mention") and new_words and not event.get("bot_id") and "user" in event


def _plain(text: str) -> str:
    """Without Slack's marks: what is linked is said beside its address, who is called is left out."""

    def shown(found: re.Match[str]) -> str:
        kind, target, label = found.groups()
        if kind == "@":
            return f"@{label}" if label else ""
        if kind:
            return f"{kind if kind == '#' else '@'}{label or target}"
        return f"{label} ({target})" if label and label != target else target

    return html.unescape(MARKED.sub(shown, text)).strip()
