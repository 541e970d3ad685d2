"""The text people sign, made from an agreement in English and Simplified Chinese, every number from the source."""

from __future__ import annotations

from tallylight.contracts.text.whole import agreement_text

__all__ = ["agreement_text"]
