"""The ladder's steps in words. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from django.utils.translation import gettext as _


def step_name(step: str) -> str:
    """A step as it stands in a sentence; one that a contract names otherwise keeps its name."""
    return {
        "frontline": _("frontline"),
        "expert": _("expert"),
        "expert-on-call": _("expert on call"),
        "manager": _("manager"),
        "key-account-manager": _("key-account manager"),
        "direction": _("direction"),
    }.get(step, step)
