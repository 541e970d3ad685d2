"""Roles and ladder steps in words. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from django.utils.translation import gettext as _


def role_title(role: str) -> str:
    """A role as a heading."""
    return {
        "member": _("Member"),
        "agent": _("Support agent"),
        "engineer": _("Expert"),
        "manager": _("Manager"),
        "admin": _("Administrator"),
    }.get(role, role)


def role_name(role: str) -> str:
    """A role as it stands in a sentence."""
    return {
        "agent": _("the support agent"),
        "engineer": _("the expert"),
        "manager": _("the manager"),
        "admin": _("the administrator"),
    }.get(role, role)


def step_title(step: str) -> str:
    """A step of the ladder; a step that a contract names otherwise keeps its name."""
    return {
        "frontline": _("Frontline"),
        "expert": _("Expert"),
        "manager": _("Manager"),
        "key-account-manager": _("Key-account manager"),
        "direction": _("Direction"),
    }.get(step, step)
