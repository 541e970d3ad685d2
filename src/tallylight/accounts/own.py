"""What people settle about their own account: tokens, language, time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import available_timezones

from django.db import transaction

from tallylight.accounts.errors import NoSuchSetting
from tallylight.accounts.models import LANGUAGES, ApiToken, Person
from tallylight.accounts.roles import Viewer
from tallylight.accounts.services import audit
from tallylight.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class TokenCard:
    """A bearer token, without the token."""

    id: UUID
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def alive(self, at: datetime) -> bool:
        """Whether it opens anything at `at`."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def tokens_of(viewer: Viewer) -> list[TokenCard]:
    """The tokens the viewer made, the latest first."""
    rows = ApiToken.objects.visible_to(viewer).filter(person_id=viewer.person_id).order_by("-created_at")
    return [TokenCard(row.id, row.label, row.created_at, row.expires_at, row.revoked_at) for row in rows]


@transaction.atomic
def revoke_token(viewer: Viewer, token_id: UUID, *, now: datetime) -> None:
    """Make a token of the viewer's useless from now on. Harmless when repeated. Raises NotFound."""
    mine = ApiToken.objects.visible_to(viewer).filter(person_id=viewer.person_id, id=token_id)
    if not mine.exists():
        raise NotFound
    if mine.filter(revoked_at=None).update(revoked_at=now):
        audit(viewer, "accounts.revoke-token", str(token_id))


def set_preferences(viewer: Viewer, *, locale: str, timezone: str) -> None:
    """The language and time zone the viewer reads in. Raises NoSuchSetting."""
    if locale not in dict(LANGUAGES) or timezone not in available_timezones():
        raise NoSuchSetting
    Person.objects.filter(id=viewer.person_id).update(locale=locale, timezone=timezone)
