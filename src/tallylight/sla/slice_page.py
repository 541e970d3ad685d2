"""Judged minutes one by one, made into cards only where somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import overload

import numpy as np

from tallylight.contracts.api import Objective
from tallylight.sla.measured import Excluded
from tallylight.sla.slices import Slices, Verdict


@dataclass(frozen=True, slots=True)
class SliceCard:
    """A judged minute. `figure` is the worst node's, in the objective's unit; None, like `node`, when unknown.

    `counts_as` is the verdict, or for an unknown minute what the contract says it counts as. `bound` is what the figure was held
    against. `exclusion` is the kind of exclusion that takes a minute out, `reason` why; both else empty.
    """

    at: datetime
    verdict: str
    counts_as: str
    figure: float | None
    bound: float
    sent: int
    node: str | None
    exclusion: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of minutes under one contract version."""

    objective: Objective
    judged: Slices


class SlicePage(Sequence[SliceCard]):
    """The minutes of all pieces in order of time, or only those of one verdict."""

    def __init__(self, pieces: list[Piece], excluded: list[Excluded], only: Verdict | None) -> None:
        self._pieces, self._excluded = pieces, excluded
        chosen = [np.flatnonzero((each.judged.verdicts == only) | (only is None)) for each in pieces]
        self._piece = np.repeat(np.arange(len(pieces)), [each.size for each in chosen])
        self._minute = np.concatenate(chosen)

    def __len__(self) -> int:
        return int(self._minute.size)

    @overload
    def __getitem__(self, index: int) -> SliceCard: ...

    @overload
    def __getitem__(self, index: slice) -> list[SliceCard]: ...

    def __getitem__(self, index: int | slice) -> SliceCard | list[SliceCard]:
        if isinstance(index, slice):
            places = zip(self._piece[index].tolist(), self._minute[index].tolist(), strict=True)
            return [self._card(self._pieces[piece], minute) for piece, minute in places]
        return self._card(self._pieces[int(self._piece[index])], int(self._minute[index]))

    def _card(self, piece: Piece, minute: int) -> SliceCard:
        judged, objective = piece.judged, piece.objective
        at_s = judged.start_s + judged.slice_s * minute
        out = next((each for each in self._excluded if each.start_s <= at_s < each.end_s), None)
        verdict, node = Verdict(int(judged.verdicts[minute])), int(judged.worst[minute])
        return SliceCard(
            at=datetime.fromtimestamp(at_s, UTC),
            verdict=verdict.word,
            counts_as=objective.unknown.value if verdict is Verdict.UNKNOWN else verdict.word,
            figure=round(float(judged.figures[minute]), 3) if node >= 0 else None,
            bound=objective.bound,
            sent=int(judged.sent[minute]),
            node=judged.nodes[node] if node >= 0 else None,
            exclusion=out.kind if out else "",
            reason=out.reason if out else "",
        )
