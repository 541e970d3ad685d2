"""The key that signs evidence: Ed25519 (RFC 8032), made with the installation, changed on demand.

The private half is a secret of the installation (TALLY_HOME/secrets, 0600), the public halves of this key and of all before it
are rows, so that what an old key signed can be checked for as long as the records live.
"""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from tallylight.sla.models import EvidenceKey


@dataclass(frozen=True, slots=True)
class KeyCard:
    """A public key (64 hexadecimal digits), and how long it signed; `retired_at` None: it still does."""

    public: str
    made_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with the installation's key."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public half in 64 hexadecimal digits."""
        return self.key.public_key().public_bytes_raw().hex()

    def sign(self, octets: bytes) -> bytes:
        """The signature, 64 octets."""
        return self.key.sign(octets)


def signer(*, now: datetime) -> Signer:
    """The installation's signer, whose public half is published from now on."""
    found = Signer(_private(_path().read_text()))
    EvidenceKey.objects.get_or_create(public=found.public, defaults={"made_at": now})
    return found


@transaction.atomic
def rotate(*, now: datetime) -> KeyCard:
    """Put a new key in place of the one that signs; the old one stays published as retired, its private half is gone."""
    old = signer(now=now)
    new = _path().with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
    EvidenceKey.objects.filter(public=old.public).update(retired_at=now)
    row = EvidenceKey.objects.create(public=Signer(_private(new.read_text())).public, made_at=now)
    new.replace(_path())
    return _card(row)


def published(*, now: datetime) -> list[KeyCard]:
    """Every public key that ever signed here, the one that signs now first."""
    signer(now=now)
    return [_card(row) for row in EvidenceKey.objects.order_by("-made_at", "public")]


def _path() -> Path:
    return Path(settings.EVIDENCE_KEY_FILE)


def _private(text: str) -> Ed25519PrivateKey:
    """The key whose seed is the secret: 32 octets in unpadded base64url."""
    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(text + "="))


def _card(row: EvidenceKey) -> KeyCard:
    return KeyCard(row.public, row.made_at, row.retired_at)
