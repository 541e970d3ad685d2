"""Files that somebody hands over directly: the same limits as for those that come by mail, told at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction

from tallylight.channels.errors import FileRefused, TooManyFiles
from tallylight.channels.inbox import FileCard
from tallylight.channels.mail.files import MEDIA_TYPE, MOST_OCTETS, refusal_of, safe_name
from tallylight.channels.models import StoredFile
from tallylight.kernel.ids import new_id

#: Files of one message.
MOST_UPLOADS = 5


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is handed over: `octets` is how long it is, `read` gives its contents once it is known to be wanted."""

    name: str
    media_type: str
    octets: int
    read: Callable[[], bytes]


def keep_uploads(uploads: Iterable[Upload]) -> list[FileCard]:
    """Keep these files, all or none. Raises FileRefused, TooManyFiles."""
    uploads = list(uploads)
    if len(uploads) > MOST_UPLOADS:
        raise TooManyFiles(most=MOST_UPLOADS)
    for place, each in enumerate(uploads):
        if refusal_of(safe_name(each.name), each.octets, place):
            raise FileRefused(name=safe_name(each.name)[:100], megabytes=MOST_OCTETS // 1_000_000)
    with transaction.atomic():
        return [_keep(each, place) for place, each in enumerate(uploads)]


def _keep(upload: Upload, place: int) -> FileCard:
    data = upload.read()
    sha256 = hashlib.sha256(data).hexdigest()
    StoredFile.objects.bulk_create([StoredFile(sha256=sha256, data=data)], ignore_conflicts=True)
    media_type = upload.media_type.lower()
    named = media_type if MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
    return FileCard(new_id(), safe_name(upload.name) or f"file-{place + 1}", named, len(data), sha256, "")
