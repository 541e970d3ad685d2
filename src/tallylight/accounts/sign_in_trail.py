"""Who signed in, signed out, or tried to: written to the audit trail as it happens."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from tallylight.accounts.models import AuditEntry, Person

#: As much of an address as is kept of an attempt that failed.
MOST_OF_AN_ADDRESS = 200


def listen() -> None:
    """Begin to write. Called once at start-up."""
    user_logged_in.connect(_signed_in, dispatch_uid="trail.signed-in")
    user_logged_out.connect(_signed_out, dispatch_uid="trail.signed-out")
    user_login_failed.connect(_failed, dispatch_uid="trail.failed")


def _signed_in(user: Person, **_facts: Any) -> None:
    AuditEntry.objects.create(person=user, action="accounts.sign-in", subject=user.email)


def _signed_out(user: Person | None, **_facts: Any) -> None:
    if user is not None:
        AuditEntry.objects.create(person=user, action="accounts.sign-out", subject=user.email)


def _failed(credentials: dict[str, Any], **_facts: Any) -> None:
    tried = str(credentials.get("username") or "").replace("\0", "")[:MOST_OF_AN_ADDRESS]
    AuditEntry.objects.create(action="accounts.sign-in-failed", subject=tried)
