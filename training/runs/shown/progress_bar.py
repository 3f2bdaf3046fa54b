"""The progress bar: images, images/s, loss and accuracy so far."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from tqdm import tqdm


class ProgressBar:
    """A bar over the images of one pass; it vanishes at the end.

    Parameters
    ----------
    title : str
        What the pass is.
    total : int
        Images of the whole pass.
    initial : int
        Images done before, as when a run is resumed.
    shown : bool
        Whether there is something to see.

    Attributes
    ----------
    images : int
        Those that were counted since the bar began.
    """

    def __init__(self, title: str, total: int, initial: int = 0, shown: bool = True) -> None:
        # In a log file, a line every ten seconds stands in for the bar.
        # Without a standard error nothing can be shown.
        shown = shown and sys.stderr is not None
        terminal = shown and sys.stderr.isatty()
        self._bar = tqdm(
            desc=title,
            total=total,
            initial=initial,
            unit=" images",
            leave=False,
            disable=not shown,
            mininterval=0.2 if terminal else 10.0,
            delay=0.0 if terminal else 10.0,
        )
        self._began = time.perf_counter()
        self.images, self._loss, self._hits, self._seconds = 0, 0.0, 0.0, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()

    def advance(self, images: int, loss: float, hits: float) -> None:
        """Count a batch.

        Parameters
        ----------
        images : int
            Images of the batch.
        loss : float
            Sum of their losses.
        hits : float
            Number of those that were right.
        """
        self.images += images
        self._loss += loss
        self._hits += hits
        self._seconds = time.perf_counter() - self._began
        self._bar.set_postfix_str(self._averages(), refresh=False)
        self._bar.update(images)

    def __str__(self) -> str:
        """Loss, accuracy and speed of all images since the bar began."""
        return f"{self._averages()}, {self.images / max(self._seconds, 1e-9):,.0f} images/s"

    def _averages(self) -> str:
        count = max(1, self.images)
        return f"loss {self._loss / count:.3f}, accuracy {100 * self._hits / count:.2f} %"
