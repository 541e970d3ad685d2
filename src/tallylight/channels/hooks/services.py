"""The services whose calls we understand, by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from tallylight.channels.hooks import calls, dingtalk, feishu, slack, telegram, twilio, wecom
from tallylight.channels.hooks.hook import Heard, Hook, Keys
from tallylight.channels.inbound import Inbound


class Service(Protocol):
    """What every module of a service offers; `hear` raises HookNotGenuine and HookMalformed, `read` HookMalformed."""

    @property
    def CHANNEL(self) -> str: ...  # noqa: N802 - a module's constant

    @property
    def KEYS(self) -> tuple[str, ...]: ...  # noqa: N802

    def hear(self, hook: Hook, keys: Keys, *, now: datetime) -> Heard: ...

    def read(self, raw: bytes) -> Inbound: ...


SERVICES: Mapping[str, Service] = {
    "slack": slack,
    "telegram": telegram,
    "dingtalk": dingtalk,
    "wecom": wecom,
    "feishu": feishu,
    "twilio": twilio,
    "calls": calls,
}
#: What people call them; names are not translated.
TITLES = {
    "slack": "Slack",
    "telegram": "Telegram",
    "dingtalk": "DingTalk",
    "wecom": "WeCom",
    "feishu": "Feishu / Lark",
    "twilio": "Twilio",
    "calls": "JSON",
}
