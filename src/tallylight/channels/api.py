"""The door of `channels`: what came in, whose addresses are known, and where answers go."""

from __future__ import annotations

from tallylight.channels.answering import allowed as may_answer_by_itself
from tallylight.channels.answering import was_answered
from tallylight.channels.download import as_download
from tallylight.channels.errors import DropReasonNeeded, ItemSettled, ItemUnknown, PersonUnknown
from tallylight.channels.identity import confirm, likely, whose
from tallylight.channels.inbound import (
    MAIL,
    Automatic,
    Bounce,
    Contact,
    File,
    Inbound,
    Refusal,
    State,
    Why,
)
from tallylight.channels.inbox import (
    FileCard,
    ItemCard,
    ItemDetail,
    MailboxCard,
    belongs_to,
    drop,
    file_data,
    files_of,
    item,
    item_file,
    items,
    mailboxes,
    retry,
)
from tallylight.channels.placing import Taken, take_in
from tallylight.channels.store import ask_whose, ignore, routed, set_aside
from tallylight.channels.tokens import address_of, is_ours

__all__ = [
    "MAIL",
    "Automatic",
    "Bounce",
    "Contact",
    "DropReasonNeeded",
    "File",
    "FileCard",
    "Inbound",
    "ItemCard",
    "ItemDetail",
    "ItemSettled",
    "ItemUnknown",
    "MailboxCard",
    "PersonUnknown",
    "Refusal",
    "State",
    "Taken",
    "Why",
    "address_of",
    "as_download",
    "ask_whose",
    "belongs_to",
    "confirm",
    "drop",
    "file_data",
    "files_of",
    "ignore",
    "is_ours",
    "item",
    "item_file",
    "items",
    "likely",
    "mailboxes",
    "may_answer_by_itself",
    "retry",
    "routed",
    "set_aside",
    "take_in",
    "was_answered",
    "whose",
]
