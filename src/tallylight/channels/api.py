"""The door of `channels`: what came in, whose addresses are known, and where answers go."""

from __future__ import annotations

from tallylight.channels.answering import allowed as may_answer_by_itself
from tallylight.channels.answering import was_answered
from tallylight.channels.download import as_download
from tallylight.channels.errors import DropReasonNeeded, FileRefused, ItemSettled, ItemUnknown, PersonUnknown
from tallylight.channels.hooks.accounts import (
    HookAccountCard,
    HookAccountNew,
    add_hook_account,
    bots,
    hook_accounts,
    remove_hook_account,
)
from tallylight.channels.hooks.errors import (
    AddressUnknown,
    HookAccountRefused,
    HookAccountTaken,
    HookAccountUnknown,
    HookMalformed,
    HookNotGenuine,
    HookTooLarge,
)
from tallylight.channels.hooks.linking import LinkedCard, linked_to, new_code, unlink
from tallylight.channels.hooks.services import SERVICES
from tallylight.channels.hooks.services import TITLES as SERVICE_TITLES
from tallylight.channels.identity import confirm, likely, whose
from tallylight.channels.inbound import (
    MAIL,
    PHONE,
    Automatic,
    Bounce,
    Call,
    CallEnd,
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
from tallylight.channels.uploads import Upload, keep_uploads

__all__ = [
    "MAIL",
    "PHONE",
    "SERVICES",
    "SERVICE_TITLES",
    "AddressUnknown",
    "Automatic",
    "Bounce",
    "Call",
    "CallEnd",
    "Contact",
    "DropReasonNeeded",
    "File",
    "FileCard",
    "FileRefused",
    "HookAccountCard",
    "HookAccountNew",
    "HookAccountRefused",
    "HookAccountTaken",
    "HookAccountUnknown",
    "HookMalformed",
    "HookNotGenuine",
    "HookTooLarge",
    "Inbound",
    "ItemCard",
    "ItemDetail",
    "ItemSettled",
    "ItemUnknown",
    "LinkedCard",
    "MailboxCard",
    "PersonUnknown",
    "Refusal",
    "State",
    "Taken",
    "Upload",
    "Why",
    "add_hook_account",
    "address_of",
    "as_download",
    "ask_whose",
    "belongs_to",
    "bots",
    "confirm",
    "drop",
    "file_data",
    "files_of",
    "hook_accounts",
    "ignore",
    "is_ours",
    "item",
    "item_file",
    "items",
    "keep_uploads",
    "likely",
    "linked_to",
    "mailboxes",
    "may_answer_by_itself",
    "new_code",
    "remove_hook_account",
    "retry",
    "routed",
    "set_aside",
    "take_in",
    "unlink",
    "was_answered",
    "whose",
]
