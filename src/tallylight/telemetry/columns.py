"""A batch's columns as numpy arrays: no copy, no loop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallylight.wire.batch import HostColumns, PathColumns, ViewerColumns

Table = PathColumns | HostColumns | ViewerColumns


def arrays(table: Table) -> dict[str, NDArray[Any]]:
    """Every column of `table` by name."""
    return {name: np.frombuffer(getattr(table, name), dtype) for name, dtype in table.DTYPES.items()}


def sums_of_runs(flat: NDArray[Any], lengths: NDArray[Any]) -> NDArray[np.float64]:
    """The sum of each run, runs of `lengths` following each other in `flat`."""
    totals = np.concatenate(([0.0], np.cumsum(flat, dtype=np.float64)))
    ends = np.cumsum(lengths, dtype=np.int64)
    sums: NDArray[np.float64] = totals[ends] - totals[ends - lengths.astype(np.int64)]
    return sums
