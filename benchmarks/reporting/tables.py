"""What a section of the benchmark gives: tables, and one line that sums them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """Named rows of figures.

    Parameters
    ----------
    name : str
        Unique within a section.
    columns : sequence of str
        With their units.
    rows : sequence of sequence
        As many cells each as there are columns; None where nothing was measured.
    note : str
        How to read it.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of '{self.name}' has {len(row)} cells: {row}")

    def numbers(self, column: str) -> list[float]:
        """The figures of one column; NaN where nothing was measured."""
        index = list(self.columns).index(column)
        return [_number(row[index]) for row in self.rows]

    def texts(self, column: str) -> list[str]:
        """The words of one column."""
        index = list(self.columns).index(column)
        return [str(row[index]) for row in self.rows]

    def markdown(self) -> str:
        """The table with its note, as Markdown."""
        lines = [
            f"**{self.name}**",
            "",
            f"| {' | '.join(self.columns)} |",
            f"|{'---|' * len(self.columns)}",
            *(f"| {' | '.join(map(shown, row))} |" for row in self.rows),
        ]
        if self.note:
            lines += ["", self.note]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Section:
    """What one section measured.

    Parameters
    ----------
    headline : str
        One line.
    tables : sequence of Table
    """

    headline: str
    tables: Sequence[Table]


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else float("nan")


def shown(cell: Cell) -> str:
    """A value as tables and pictures write it: three digits, and no exponent from 1000 on."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
    return str(cell)
