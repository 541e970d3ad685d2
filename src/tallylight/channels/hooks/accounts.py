"""Accounts with services: the provider's bots and telephone numbers. Their keys are entered once and never shown again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from tallylight.accounts.api import Role, Viewer, audit, require, require_staff
from tallylight.channels.hooks.errors import HookAccountRefused, HookAccountTaken, HookAccountUnknown
from tallylight.channels.hooks.hook import Keys
from tallylight.channels.hooks.services import SERVICES, TITLES
from tallylight.channels.inbound import PHONE
from tallylight.channels.models import HookAccount
from tallylight.notify import api as notify

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
MOST_KEY, MOST_REPLY, MOST_LABEL = 500, 900, 100
#: Stands in the address for answers where the chat's own id goes.
CHAT = "{chat}"


@dataclass(frozen=True, slots=True)
class HookAccountCard:
    """An account as it may be shown. `url` is where the service calls us; `answers` by which service answers go, empty: by mail.

    `heard_at` and `refused_at` are when a call was last believed, and last not.
    """

    id: UUID
    name: str
    service: str
    label: str
    url: str
    answers: str
    heard_at: datetime | None
    refused_at: datetime | None


@dataclass(frozen=True, slots=True)
class HookAccountNew:
    """What an account is made of. `keys` by the service's names for them; `reply` an Apprise URL with `{chat}`, or empty."""

    name: str
    service: str
    label: str
    keys: Mapping[str, str]
    reply: str = ""


def hook_accounts(viewer: Viewer) -> list[HookAccountCard]:
    """All of them, by name. Raises RoleRequired."""
    require_staff(viewer)
    return [_card(each) for each in HookAccount.objects.order_by("name")]


@transaction.atomic
def add_hook_account(viewer: Viewer, new: HookAccountNew, *, now: datetime) -> HookAccountCard:
    """For managers. Raises RoleRequired, HookAccountRefused, HookAccountTaken."""
    require(viewer, Role.MANAGER)
    _expect_sound(new)
    try:
        with transaction.atomic():
            row = HookAccount.objects.create(
                name=new.name,
                service=new.service,
                label=new.label.strip(),
                keys_secret={name: new.keys[name].strip() for name in SERVICES[new.service].KEYS},
                reply_secret=new.reply.strip(),
                created_at=now,
                created_by_id=viewer.person_id,
            )
    except IntegrityError:
        raise HookAccountTaken(name=new.name) from None
    audit(viewer, "channels.account-added", new.name, service=new.service)
    return _card(row)


@transaction.atomic
def remove_hook_account(viewer: Viewer, account_id: UUID) -> None:
    """Calls for it are not believed any more; what it brought stays. For managers. Raises RoleRequired, HookAccountUnknown."""
    require(viewer, Role.MANAGER)
    row = HookAccount.objects.filter(pk=account_id).first()
    if row is None:
        raise HookAccountUnknown
    row.delete()
    audit(viewer, "channels.account-removed", row.name, service=row.service)


def named(name: str) -> HookAccount:
    """Raises HookAccountUnknown."""
    found = HookAccount.objects.filter(name=name[:63]).first()
    if found is None:
        raise HookAccountUnknown
    return found


def keys_of(row: HookAccount) -> Keys:
    """What the operator entered."""
    return Keys(row.keys_secret)


def room_of(name: str, chat: str, *, now: datetime) -> UUID | None:
    """Where answers to what was said in that chat go; None if the account is gone or answers go by mail."""
    row = HookAccount.objects.filter(name=name).first()
    if row is None or not row.reply_secret or not chat:
        return None
    try:
        return notify.keep_room(
            f"{row.pk}:{chat}", row.reply_secret.replace(CHAT, quote(chat, safe="")), label=row.label, now=now
        )
    except notify.EndpointRefused:
        return None


def _expect_sound(new: HookAccountNew) -> None:
    service = SERVICES.get(new.service)
    if service is None or not SLUG.fullmatch(new.name) or not 0 < len(new.label.strip()) <= MOST_LABEL:
        raise HookAccountRefused
    if any(not 0 < len(new.keys.get(key, "").strip()) <= MOST_KEY for key in service.KEYS):
        raise HookAccountRefused
    reply = new.reply.strip()
    if reply and (len(reply) > MOST_REPLY or not notify.is_deliverable(reply.replace(CHAT, "1234567890"))):
        raise HookAccountRefused


def _card(row: HookAccount) -> HookAccountCard:
    return HookAccountCard(
        id=row.pk,
        name=row.name,
        service=row.service,
        label=row.label,
        url=f"{settings.PUBLIC_URL}/hooks/{row.name}",
        answers=notify.service_of(row.reply_secret) if row.reply_secret else "",
        heard_at=row.heard_at,
        refused_at=row.refused_at,
    )


def bots() -> list[str]:
    """What the accounts are called in whose chats one can speak with us, with their services."""
    rows = HookAccount.objects.exclude(service__in=[name for name, each in SERVICES.items() if each.CHANNEL == PHONE])
    return [f"{each.label} ({TITLES[each.service]})" for each in rows.order_by("label")]
