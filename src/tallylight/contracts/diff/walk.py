"""From two agreements to the differences between them, by the table of clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import ChangeKind
from tallylight.contracts.diff.clauses import CLAUSES, Leaf, Part, Parts, Rule, Unjudged
from tallylight.contracts.diff.effect import Effect


@dataclass(frozen=True, slots=True)
class Place:
    """One step of the way to a clause: the label of a part and, where there are several, which one."""

    label: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One clause that is not the same.

    `path` is dotted, such as `support[fault].response`; `places` lead to it in words. `old` or `new` is None where the clause, or
    the whole part, is not there. `whole` says that a part came or went. `kind` None: wording only, which needs no notice.
    `owner` is what the clause belongs to, for its unit.
    """

    path: str
    places: tuple[Place, ...]
    effect: Effect
    kind: ChangeKind | None
    old: Any
    new: Any
    unit: str = ""
    whole: bool = False
    owner: Any = None


def differences(old: Agreement, new: Agreement) -> list[Difference]:
    """Every clause in which `new` is not as `old`, in the order of the agreement. Empty exactly when they promise the same."""
    return list(_inside(old, new, "", ()))


def _inside(old: Any, new: Any, path: str, places: tuple[Place, ...]) -> Iterator[Difference]:
    """Two parts of one kind, clause by clause."""
    for name, rule in CLAUSES[type(old)].items():
        was, becomes = getattr(old, name), getattr(new, name)
        if not isinstance(rule, Unjudged) and not _same(was, becomes):
            yield from _clause(rule, (was, becomes), (old, new), f"{path}.{name}".lstrip("."), places)


def _same(old: Any, new: Any) -> bool:
    """Whether two values say the same; lists in whatever order."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(each in new for each in old) and all(each in old for each in new)
    return bool(old == new)


def _clause(
    rule: Rule, values: tuple[Any, Any], owners: tuple[Any, Any], path: str, places: tuple[Place, ...]
) -> Iterator[Difference]:
    match rule:
        case Leaf():
            effect = rule.judge(*values, *owners)
            kind = rule.gone if rule.gone and effect is not Effect.BETTER else rule.kind
            here = (*places, Place(rule.label))
            yield Difference(path, here, effect, kind, *values, unit=rule.unit, owner=owners[1])
        case Part():
            yield from _part(rule, *values, path, (*places, Place(rule.label)))
        case Parts():
            yield from _parts(rule, *values, path, places)


def _parts(
    rule: Parts, old: Sequence[Any], new: Sequence[Any], path: str, places: tuple[Place, ...]
) -> Iterator[Difference]:
    was, becomes = _by_key(old, rule), _by_key(new, rule)
    for key in dict.fromkeys((*was, *becomes)):
        here = (*places, Place(rule.label, key))
        yield from _part(rule, was.get(key), becomes.get(key), f"{path}[{key}]", here)


def _by_key(items: Sequence[Any], rule: Parts) -> dict[str, Any]:
    seen: Counter[str] = Counter()
    found: dict[str, Any] = {}
    for each in items:
        key = rule.key(each)
        seen[key] += 1
        found[key if seen[key] == 1 else f"{key} ({seen[key]})"] = each
    return found


def _part(rule: Part | Parts, old: Any, new: Any, path: str, places: tuple[Place, ...]) -> Iterator[Difference]:
    """A part that came, went, or changed inside."""
    if old is not None and new is not None:
        yield from _inside(old, new, path, places)
        return
    effect = rule.added if old is None else rule.added.opposite
    kind = rule.gone if rule.gone and old is not None else rule.kind
    yield Difference(path, places, effect, kind, old, new, whole=True)
