"""WeCom, by an application's callback. https://developer.work.weixin.qq.com/document/path/90930 and …/path/90968 (encryption)"""

from __future__ import annotations

import hashlib
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tallylight.channels.hooks.crypt import decrypted, octets
from tallylight.channels.hooks.errors import HookMalformed, HookNotGenuine
from tallylight.channels.hooks.hook import Heard, Hook, Keys, expect_same
from tallylight.channels.hooks.message import from_chat
from tallylight.channels.inbound import Contact, Inbound

CHANNEL = "wecom"
KEYS = ("token", "encoding_aes_key", "corp_id")
#: Before what is said stand 16 octets of chance and its length in four.
CHANCE, LENGTH, PADDED_TO = 16, 4, 32


def hear(hook: Hook, keys: Keys, *, now: datetime) -> Heard:  # noqa: ARG001 - a message is told by its id, not by its hour
    """A GET proves that the address is ours, a POST brings something. Raises HookNotGenuine, HookMalformed."""
    if hook.method == "GET":
        return Heard(answer=_opened(hook, keys, hook.query.get("echostr", "")).decode("utf-8", "replace"))
    said = _opened(hook, keys, _text(_parsed(hook.body), "Encrypt"))
    message = _parsed(said)
    number = _text(message, "MsgId")
    if _text(message, "MsgType") == "event" or not number:
        return Heard()
    return Heard(raw=said, external_id=number, chat=_text(message, "FromUserName"))


def read(raw: bytes) -> Inbound:
    """Raises HookMalformed."""
    message = _parsed(raw)
    sender = Contact(f"{_text(message, 'ToUserName')}:{_text(message, 'FromUserName')}".lower())
    kind = _text(message, "MsgType")
    files = [] if kind == "text" else [_text(message, "Title") or kind]
    return from_chat(CHANNEL, _text(message, "MsgId"), sender, _text(message, "Content").strip(), files)


def _opened(hook: Hook, keys: Keys, sealed: str) -> bytes:
    """What was encrypted, if it was signed with our token, and is for our company."""
    signed = sorted([keys["token"], hook.query.get("timestamp", ""), hook.query.get("nonce", ""), sealed])
    signature = hashlib.sha1("".join(signed).encode("utf-8", "replace")).hexdigest()  # noqa: S324 - the service's choice
    expect_same(hook.query.get("msg_signature", ""), signature)
    key = octets(keys["encoding_aes_key"] + "=")
    if len(key) != PADDED_TO:
        raise HookNotGenuine
    plain = decrypted(octets(sealed), key, key[:CHANCE], padded_to=PADDED_TO)[CHANCE:]
    end = LENGTH + int.from_bytes(plain[:LENGTH])
    expect_same(plain[end:].decode("utf-8", "replace"), keys["corp_id"])
    return plain[LENGTH:end]


def _parsed(body: bytes) -> Element:
    try:
        found: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError):
        raise HookMalformed from None
    return found


def _text(of: Element, name: str) -> str:
    return of.findtext(name) or ""
