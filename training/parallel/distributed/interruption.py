"""A signal to any of several processes, as a request that all grant after the same batch.

A process that left by itself would keep the others waiting for ever. So a signal is only a vote;
the votes of all processes are added up with the results of every batch, and what has any is
requested, of all processes alike.

torchrun hands a signal on to processes that may have received it already, as when a batch system
signals every process of a job: unlike in one process, the second signal changes nothing.
"""

from __future__ import annotations

import sys
from signal import Signals
from types import FrameType, TracebackType

import numpy as np
from numpy.typing import NDArray

from training.interruption import SIGNALS, Interruption


class SharedInterruption(Interruption):
    """A context in which a signal to any process sets `requested` in all, at the next `agree`.

    Parameters
    ----------
    tells : bool
        Whether this process tells the user that it has noted a signal.
    """

    def __init__(self, tells: bool) -> None:
        super().__init__()
        self._tells = tells
        self._noted: set[int] = set()

    @property
    def votes(self) -> NDArray[np.float64]:
        """For SIGINT and for SIGTERM, 1 if this process has received it, otherwise 0."""
        return np.array([float(number in self._noted) for number in SIGNALS])

    def agree(self, votes: NDArray[np.float64]) -> None:
        """Request the interruption if there are votes for it.

        Parameters
        ----------
        votes : array, shape (2,)
            Sums of the `votes` of all processes.
        """
        for number, count in zip(SIGNALS, votes, strict=True):
            if count and self.signal is None:
                self.signal = number

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # After an error this process ends, and has its reason to tell. torchrun's signal, which
        # comes within a tenth of a second of another one's end, must not be faster.
        if kind is None:
            super().__exit__(kind, error, traceback)
        self._tells = False

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._tells and not self._noted:
            print("\nstopping after this iteration", file=sys.stderr, flush=True)
        self._noted.add(Signals(number))
