"""The one place that makes chance. Everything random takes a generator, so that a run can be repeated from its seed."""

from __future__ import annotations

import random
import secrets

#: What makes chance; for annotations.
Chance = random.Random


def generator(seed: int | None = None) -> Chance:
    """A generator for jitter, phases and impairments: repeatable with a seed, otherwise seeded by the system."""
    return Chance(secrets.randbits(64) if seed is None else seed)
