"""Exclusions as tests ask for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tallylight.contracts.api import ExclusionKind
from tallylight.sla.api import Use
from tallylight.sla.tests.conftest import DAY, MINUTE

#: Two of the four slow minutes, for a kind that needs neither notice nor limit.
TWO_MINUTES = Use(ExclusionKind.CUSTOMER, "ap-southeast", DAY + 5 * MINUTE, DAY + 7 * MINUTE, "their own firewall")


def use(**changes: Any) -> Use:
    """The two minutes, with changes."""
    return replace(TWO_MINUTES, **changes)
