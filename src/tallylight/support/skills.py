"""Who fits a ticket: by languages, skills and how many they have already. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: What a skill is called: small letters, digits and hyphens.
SKILL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody of the desk can do. No languages: any; `most`: tickets at once, None for no limit."""

    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a ticket asks for: its customer's language, and a skill (empty: none in particular)."""

    language: str = ""
    skill: str = ""


def speaks(profile: Profile | None, need: Need) -> bool:
    """Whether somebody can answer in the customer's language; of whom nothing is known can."""
    return profile is None or not profile.languages or not need.language or need.language in profile.languages


def knows(profile: Profile | None, need: Need) -> bool:
    """Whether somebody has the skill; of whom nothing is known has them all."""
    return profile is None or not need.skill or need.skill in profile.skills


def full(profile: Profile | None, pending: int) -> bool:
    """Whether somebody has as many tickets as they should."""
    return profile is not None and profile.most is not None and pending >= profile.most


def asked_for(words: str, known: Iterable[str]) -> str:
    """The skill that a text names as words of their own, the longest of several; empty if it names none that is `known`."""
    text = re.sub(r"[^a-z0-9]+", "-", words.lower())
    named = [each for each in known if f"-{each}-" in f"-{text.strip('-')}-"]
    return max(sorted(named), key=len, default="")
