"""The file itself: a zip that every tool opens, made of the same bytes whenever it is made of the same facts. Pure."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Protocol

from tallylight.sla.chain import sha256

SCHEMA = "tallylight-evidence-v1"
#: The first instant a zip can name: when a file was packed says nothing.
_ALWAYS = (1980, 1, 1, 0, 0, 0)


class Signs(Protocol):
    """Whoever signs the manifest."""

    @property
    def public(self) -> str: ...

    def sign(self, octets: bytes) -> bytes: ...


def pack(facts: Mapping[str, Any], files: Mapping[str, bytes], signs: Signs) -> bytes:
    """The zip: `files`, a manifest with `facts` and every file's SHA-256, and the manifest's signature."""
    manifest = {
        "schema": SCHEMA,
        **facts,
        "key": {"algorithm": "Ed25519", "public": signs.public},
        "files": {name: sha256(files[name]) for name in sorted(files)},
    }
    octets = readable(manifest)
    signature = base64.b64encode(signs.sign(octets)) + b"\n"
    return _zip({"manifest.json": octets, "manifest.sig": signature, **files})


def readable(value: Any) -> bytes:
    """JSON for people, always the same."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _ALWAYS)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()
