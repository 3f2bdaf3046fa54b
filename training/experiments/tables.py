"""Tables: rows of texts and numbers, written as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xarray import DataArray

Cell = str | float | None


@dataclass(frozen=True)
class Table:
    """A table.

    Parameters
    ----------
    columns : tuple of str
    rows : sequence of tuple
        None is a cell that was not measured.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]

    def markdown(self) -> str:
        """The table for readers, numbers with two decimals."""
        lines = [self.columns, ("---",) * len(self.columns), *self.rows]
        return "\n".join("| " + " | ".join(map(_shown, line)) + " |" for line in lines) + "\n"

    def csv(self) -> str:
        """The table for programs, numbers as they are."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()


def mean_and_spread(accuracies: DataArray) -> str | None:
    """Mean, standard deviation and best of the seeds in per cent, as the paper has them.

    None if no seed is complete. Of a single seed there is no deviation.
    """
    values = 100 * np.asarray(accuracies, float).ravel()
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    if len(values) == 1:
        return f"{values[0]:.2f}% (1 run)"
    return f"{values.mean():.2f}%±{values.std(ddof=1):.2f}% ({values.max():.2f}%)"


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
