"""What a room above needs to place an item: the item's words, held so that it is placed once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallylight.accounts.api import Viewer
from tallylight.channels import store
from tallylight.channels.hooks.accounts import room_of
from tallylight.channels.identity import whose
from tallylight.channels.inbound import Inbound
from tallylight.channels.inbox import FileCard, files_of
from tallylight.channels.reading import inbound_of, own_ids
from tallylight.notify import api as notify


@dataclass(frozen=True, slots=True)
class Taken:
    """An item in hand. `author` is who wrote it, if we know; `about` what it may answer, the likeliest first.

    `account` and `chat` are where it was said, if that was a chat.
    """

    id: UUID
    read: Inbound
    author: Viewer | None
    about: tuple[UUID, ...]
    files: tuple[FileCard, ...]
    account: str = ""
    chat: str = ""

    def room(self, *, now: datetime) -> UUID | None:
        """Where answers to it go; None: by mail."""
        return room_of(self.account, self.chat, now=now)


def take_in(item_id: UUID) -> Taken | None:
    """The item, its row held until the transaction ends; None if it has its place already. Raises Unreadable."""
    row = store.take(item_id)
    if row is None:
        return None
    read = inbound_of(row)
    return Taken(
        row.pk, read, whose(row.channel, read.sender.address), _about(read), files_of(row.pk), **_where(row.envelope)
    )


def _where(envelope: dict[str, str]) -> dict[str, str]:
    return {name: envelope.get(name, "") for name in ("account", "chat")}


def _about(read: Inbound) -> tuple[UUID, ...]:
    """The conversation that its token names; what the mails of ours were about that it names; ids of ours that it names."""
    named = own_ids(read.references)[::-1]
    subjects = notify.subjects_of(named)
    found = [read.conversation, *(subjects.get(each, each) for each in named)]
    return tuple(dict.fromkeys(each for each in found if each is not None))
