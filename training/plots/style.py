"""The one look of all pictures: ``spide.mplstyle``, beside this file.

matplotlib is imported when something is drawn and not before: its import makes folders of its own,
which takes time and can fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("spide.mplstyle")
"""For `matplotlib.style.use`."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Of series, in the style's order. "C0" would be looked up when the figure is saved, perhaps in
another style than it was drawn in."""

POSITIVE, NEGATIVE = COLOURS[:2]
"""Colours of spikes, rates and potentials of either sign."""

REFERENCE = "black"
"""Colour of what theory says, beside what was simulated."""

QUIET = "0.65"
"""Colour of thresholds, zero lines and what else is there to compare with."""


_STYLING = RLock()
"""matplotlib has one style in a process."""


def use_style() -> None:
    """Draw everything from now on in the project's style, as notebooks do."""
    import matplotlib.style

    matplotlib.style.use(STYLE)


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the project's style within the context."""
    import matplotlib.style

    with matplotlib.style.context(STYLE):
        yield


@contextmanager
def styled_in_turn() -> Iterator[None]:
    """The same for pictures that runs draw, perhaps in several threads.

    One waits for the other, so no code of the user's may be within.
    """
    with _STYLING, styled():
        yield


@dataclass(frozen=True)
class Margins:
    """Where the axes of a figure are.

    Parameters
    ----------
    left, right, bottom, top : float
        Their outer edges, as shares of the figure's width and height.
    between : float
        The gap between two of them, as a share of an axes' width.
    """

    left: float
    right: float
    bottom: float
    top: float
    between: float


def panels(
    rows: int,
    columns: int,
    size: tuple[float, float],
    title: str = "",
    margins: Margins | None = None,
) -> tuple[Figure, list[Axes]]:
    """A figure that belongs to no window, and its axes row by row.

    The style of a line is chosen when it is drawn, so what is drawn belongs into `styled` too.

    Parameters
    ----------
    rows, columns : int
    size : tuple of float
        Width and height in inches.
    title : str
        Above all axes.
    margins : Margins, optional
        By default all texts are measured when the figure is saved, and given the room they need.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"figure.constrained_layout.use": margins is None}):
        figure = Figure(figsize=size)
    if margins is not None:
        figure.subplots_adjust(
            margins.left, margins.bottom, margins.right, margins.top, margins.between
        )
    if title:
        figure.suptitle(title, fontsize="medium")
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def as_png(figure: Figure, dpi: int = 150) -> bytes:
    """A figure as the content of a PNG file, by default fine enough for print."""
    content = BytesIO()
    figure.savefig(content, format="png", dpi=dpi)
    return content.getvalue()
