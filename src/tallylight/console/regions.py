"""Regions' names in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language

from tallylight.fleet import api as fleet


def region_names() -> dict[str, str]:
    """Every region's name by its code."""
    language = get_language() or "en"
    return {region.code: region.name(language) for region in fleet.regions()}
