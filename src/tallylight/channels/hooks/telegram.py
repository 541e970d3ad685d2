"""Telegram, by a bot's webhook. https://core.telegram.org/bots/api#setwebhook and #update"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tallylight.channels.hooks.errors import HookMalformed
from tallylight.channels.hooks.hook import Heard, Hook, Keys, as_object, expect_same, part, words
from tallylight.channels.hooks.message import from_chat
from tallylight.channels.inbound import Contact, Inbound

CHANNEL = "telegram"
KEYS = ("secret_token",)
#: What a message may hold beside words; each is told by its kind.
FILES = ("document", "photo", "video", "voice", "audio", "animation", "sticker", "video_note")


def hear(hook: Hook, keys: Keys, *, now: datetime) -> Heard:  # noqa: ARG001 - there is no instant in it
    """An update comes once for each `update_id`, however often it is sent. Raises HookNotGenuine, HookMalformed."""
    expect_same(hook.headers.get("x-telegram-bot-api-secret-token", ""), keys["secret_token"])
    update = as_object(hook.body)
    number = words(update, "update_id")
    if not number:
        raise HookMalformed
    message = _message(update)
    sender = part(message, "from")
    if not sender or sender.get("is_bot"):
        return Heard()
    return Heard(raw=hook.body, external_id=number, chat=words(part(message, "chat"), "id"))


def read(raw: bytes) -> Inbound:
    """Raises HookMalformed."""
    update = as_object(raw)
    message = _message(update)
    person = part(message, "from")
    name = " ".join(each for each in (words(person, "first_name"), words(person, "last_name")) if each)
    sender = Contact(words(person, "id"), name or words(person, "username"))
    files = [words(part(message, kind), "file_name") or kind for kind in FILES if message.get(kind)]
    return from_chat(CHANNEL, words(update, "update_id"), sender, words(message, "text", "caption").strip(), files)


def _message(update: dict[str, Any]) -> dict[str, Any]:
    return part(update, "message") or part(update, "edited_message")
