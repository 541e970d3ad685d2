"""Roles and ladder steps in words. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tallylight.escalation.api import step_name


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
    """A step of the ladder as a heading."""
    name = step_name(step)
    return name[:1].upper() + name[1:]
