"""What the thresholds are judged by: from the live window to one figure per (metric, window, node)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tallylight.alerts.evaluate import Readings
from tallylight.contracts.api import Metric
from tallylight.telemetry.api import LiveWindow, Paths, Reading, latency_ms, loss_pct, silence_ms

#: A node the hub took no batch of for this long (s) is silent.
SILENT_AFTER_S: Final = 5.0

Watched = tuple[Metric, int]  # and the window's width (s)


@dataclass(frozen=True, slots=True)
class Judge:
    """Figures come in the order of `watched`, and within it in the order of the window's node numbers.

    Nothing is said of windows that reach back to `floor_s` or before: for that time the hub itself was away.
    """

    watched: Sequence[Watched]
    floor_s: int

    def readings(self, window: LiveWindow, *, now_s: int) -> Readings:
        """Every figure as of about `now_s`."""
        unheard = window.unheard(now_s, after_s=SILENT_AFTER_S)
        widths = {width for _, width in self.watched}
        paths = {width: window.paths_over(width, end_s=now_s) for width in widths}
        figures = [self._reading(metric, width, paths[width], unheard) for metric, width in self.watched]
        if not figures:
            return Readings(np.empty(0), np.empty(0), np.empty(0, np.int64))
        return Readings(
            np.concatenate([figure.value for figure in figures]),
            np.concatenate([figure.samples for figure in figures]),
            np.concatenate([figure.at_s for figure in figures]).astype(np.int64),
        )

    def _reading(self, metric: Metric, width: int, paths: Paths, unheard: NDArray[np.bool_]) -> Reading:
        """A node that the hub does not hear is unknown, unless its peers testify that it is dead."""
        if metric is Metric.DEAD:
            reading = silence_ms(paths, unheard_by_hub=unheard)
            unknown = unheard & ~reading.says_dead
        else:
            reading = latency_ms(paths) if metric is Metric.LATENCY else loss_pct(paths)
            unknown = unheard
        return reading.without(unknown | (reading.at_s - width < self.floor_s))
