"""How a stretch of time was judged: sealed days as they were sealed, the rest from history, exclusions laid over both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import numpy as np

from tallylight.contracts.api import Objective, Segment
from tallylight.sla.measured import Asked, Excluded, exclusions, fresh
from tallylight.sla.sealed import Run, SealedDays, sealed_days, with_figures
from tallylight.sla.slices import Bools, Slices, Verdict, Verdicts, minutes_within
from tallylight.sla.tally import Columns, Tally, needs_columns, overload_multiple, tally, tally_verdicts


@dataclass(frozen=True, slots=True)
class Judged:
    """An organisation's time, read once: what is sealed of it, what is taken out, and the instant up to which history counts."""

    organisation_id: UUID
    sealed: SealedDays
    excluded: list[Excluded]
    as_of: datetime

    @classmethod
    def between(cls, organisation_id: UUID, start: datetime, end: datetime, *, as_of: datetime) -> Judged:
        """`[start, end)`, with what is not sealed as history has it at `as_of`."""
        sealed, excluded = sealed_days(organisation_id, start, end), exclusions(organisation_id, start, end)
        return cls(organisation_id, sealed, excluded, as_of)

    def tally(self, objective: Objective, region: str, segment: Segment) -> Tally:
        """What the slices that start within `segment` count as under its contract. Raises HistoryAway."""
        if needs_columns(objective, segment.agreement):
            columns = Columns.of(self.slices(objective, region, segment))
            return tally(objective, columns, overload_multiple(segment.agreement.exclusions))
        return tally_verdicts(objective, self.verdicts(objective, region, segment))

    def verdicts(self, objective: Objective, region: str, segment: Segment) -> Verdicts:
        """One verdict a slice that starts within `segment`, in order. Raises HistoryAway."""
        until = min(segment.end, self.sealed.until)
        pieces: list[Run | Slices] = [
            *self.sealed.runs(objective.name, region, segment.start, until),
            *self._fresh(objective, region, segment),
        ]
        parts = [self.without_excluded(piece.verdicts, piece, region) for piece in pieces]
        return np.concatenate(parts) if parts else np.empty(0, np.int8)

    def slices(self, objective: Objective, region: str, segment: Segment) -> list[Slices]:
        """The same with figures, in stretches. Raises HistoryAway."""
        pieces = [*self.sealed_slices(objective, region, segment), *self._fresh(objective, region, segment)]
        return [replace(each, verdicts=self.without_excluded(each.verdicts, each, region)) for each in pieces]

    def sealed_slices(self, objective: Objective, region: str, segment: Segment) -> list[Slices]:
        """The sealed part with figures and the verdicts that were sealed; nothing is taken out of it."""
        until = min(segment.end, self.sealed.until)
        return with_figures(list(self.sealed.of(objective.name, region, segment.start, until)))

    def without_excluded(self, verdicts: Verdicts, piece: Run | Slices, region: str) -> Verdicts:
        """Verdicts on a piece, with what is taken out of the count laid over."""
        return laid_over(verdicts, self._out(piece, region))

    def _fresh(self, objective: Objective, region: str, segment: Segment) -> list[Slices]:
        start = max(segment.start, self.sealed.until)
        asked = Asked.of(self.organisation_id, objective, region, segment)
        return fresh(asked, start, segment.end, as_of=self.as_of) if start < segment.end else []

    def _out(self, piece: Run | Slices, region: str) -> Bools:
        spans = [(each.start_s, each.end_s) for each in self.excluded if each.region in ("", region)]
        return minutes_within(piece.start_s, len(piece), spans, slice_s=piece.slice_s)


def laid_over(verdicts: Verdicts, excluded: Bools) -> Verdicts:
    """An excluded slice stays excluded whatever was measured."""
    return np.where(excluded, np.int8(Verdict.EXCLUDED), verdicts)
