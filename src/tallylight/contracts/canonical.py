"""The canonical form of a contract and the hash that pins it.

What is hashed: the parsed document as JSON by RFC 8785 (keys sorted, no white space, UTF-8), exactly as it was written, without
defaults filled in. Comments, layout, quoting and the order of keys change nothing; any other change, `15m` to `900s` included,
makes another version, because people sign what is written. The schema admits only text, whole numbers, true and false, and keys
of ASCII, for which sorted compact JSON and RFC 8785 are the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(document: dict[str, Any]) -> bytes:
    """The bytes that are hashed."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(document: dict[str, Any]) -> str:
    """The hash in 64 hexadecimal digits."""
    return hashlib.sha256(canonical(document)).hexdigest()
