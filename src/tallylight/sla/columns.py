"""Slices as the texts that are sealed: verdicts as letters, what was measured as a table (CSV). Pure.

Texts, so that every tool opens them and a hash needs no explanation; they compress to next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import repeat

import numpy as np

from tallylight.sla.slices import Floats, Ints, Slices, Verdict, Verdicts

#: A verdict's letter, by its number: unknown, good, bad, and x for excluded by a rule of the contract.
LETTERS = "ugbx"
HEAD = "at,figure,sent,node\n"
#: Where users were counted: the share of them that a bad slice hit, and the load; empty where unknown.
HEAD_WITH_USERS = "at,figure,sent,node,affected,load\n"

_CODES = np.frombuffer(LETTERS.encode(), np.uint8)
_VERDICTS = np.full(256, -1, np.int8)
_VERDICTS[_CODES] = [verdict.value for verdict in Verdict]

#: Customers share what was measured of a region, so that few tables are written for many of them.
SHARED = 4_096


def letters(verdicts: Verdicts) -> str:
    """One letter a slice."""
    return _CODES[verdicts].tobytes().decode("ascii")


def verdicts_of(text: bytes) -> Verdicts:
    """The verdicts that letters stand for. Raises ValueError for any other octet."""
    verdicts = _VERDICTS[np.frombuffer(text, np.uint8)]
    if verdicts.size and verdicts.min() < 0:
        raise ValueError("a verdict is one of the letters u, g, b and x")
    return verdicts


def series_text(judged: Slices) -> str:
    """What was measured, a row a slice: its start, the figure it is judged by, packets sent, and the node it is of.

    Two columns more where users or load are known. Numbers are written with as many digits as it takes to read the same number
    again; a slice nobody measured has none.
    """
    users = not np.isnan(judged.affected).all() or bool((judged.load >= 0).any())
    return _series_text(
        judged.start_s,
        judged.slice_s,
        judged.nodes,
        judged.figures.tobytes(),
        judged.worst.tobytes(),
        judged.sent.tobytes(),
        (judged.affected.tobytes(), judged.load.tobytes()) if users else None,
    )


@lru_cache(maxsize=SHARED)
def _series_text(
    start_s: int,
    slice_s: int,
    nodes: tuple[str, ...],
    figures: bytes,
    worst: bytes,
    sent: bytes,
    users: tuple[bytes, bytes] | None,
) -> str:
    rows = zip(
        np.frombuffer(figures, np.float64).tolist(),
        np.frombuffer(sent, np.int64).tolist(),
        np.frombuffer(worst, np.int64).tolist(),
        _user_cells(users) if users else repeat(""),
        strict=False,
    )
    return (HEAD_WITH_USERS if users else HEAD) + "".join(
        f"{instant(start_s + slice_s * i)},{figure!r},{count},{nodes[node]}{more}\n"
        if node >= 0
        else f"{instant(start_s + slice_s * i)},,0,{more}\n"
        for i, (figure, count, node, more) in enumerate(rows)
    )


def _user_cells(users: tuple[bytes, bytes]) -> Iterator[str]:
    affected, load = np.frombuffer(users[0], np.float64).tolist(), np.frombuffer(users[1], np.int64).tolist()
    for share, amount in zip(affected, load, strict=True):
        yield f",{'' if math.isnan(share) else repr(share)},{'' if amount < 0 else amount}"


def series_of(text: str, *, verdicts: Verdicts, start_s: int, slice_s: int) -> Slices:
    """Slices again, from a series and its verdicts."""
    head, _, body = text.partition("\n")
    width = head.count(",") + 1
    cells = (
        body[:-1].replace("\n", ",").split(",") if body else []
    )  # in one go: a month of a contract is a million cells
    figures, sent, worst = cells[1::width], cells[2::width], cells[3::width]
    nodes = tuple(name for name in dict.fromkeys(worst) if name)
    index = {name: i for i, name in enumerate(nodes)} | {"": -1}
    affected, load = _users(cells, width) if f"{head}\n" == HEAD_WITH_USERS else _nobody(len(sent))
    return Slices(
        start_s=start_s,
        slice_s=slice_s,
        nodes=nodes,
        verdicts=verdicts,
        figures=_floats(figures),
        worst=np.array([index[name] for name in worst], np.int64),
        sent=np.array(list(map(int, sent)), np.int64),
        affected=affected,
        load=load,
    )


def _users(cells: list[str], width: int) -> tuple[Floats, Ints]:
    return _floats(cells[4::width]), np.array([int(cell or -1) for cell in cells[5::width]], np.int64)


def _nobody(slices: int) -> tuple[Floats, Ints]:
    """Where nobody was counted."""
    return np.full(slices, np.nan), np.full(slices, -1, np.int64)


def _floats(cells: list[str]) -> Floats:
    return np.array([float(cell) if cell else math.nan for cell in cells], np.float64)


def instant(unix_s: int) -> str:
    """A whole second as RFC 3339 in UTC: 2026-11-01T00:00:00Z."""
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(at: datetime) -> str:
    """An instant as RFC 3339 in UTC with all its digits; whole seconds have none after the point."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def unix_s(text: str) -> int:
    """The second an instant of ours names."""
    return int(datetime.fromisoformat(text).timestamp())
