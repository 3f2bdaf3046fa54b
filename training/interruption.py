"""Ctrl+C (or a batch system's SIGTERM) as a request that is granted between two iterations.

Importing Brian2 installs a handler of its own, which cuts a running simulation short. Inside a
training that would be half a stage. Here the first signal is only noted: the loop finishes the
iteration it is in, saves, and leaves. A second signal interrupts at once, and what is left is the
last checkpoint.
"""

from __future__ import annotations

import signal
import sys
from signal import Signals
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (Signals.SIGINT, Signals.SIGTERM)
"""Those that are granted."""


class Interruption:
    """A context in which the first SIGINT or SIGTERM sets `requested`.

    Attributes
    ----------
    signal : Signals or None
        The signal that came, if one did.
    """

    def __init__(self) -> None:
        self.signal: Signals | None = None
        self._previous: dict[Signals, Any] = {}

    @property
    def requested(self) -> bool:
        """Whether to leave at the next opportunity."""
        return self.signal is not None

    @property
    def exit_status(self) -> int:
        """128 + the number of the signal, as a shell reports it; 0 if none came."""
        return 0 if self.signal is None else 128 + self.signal

    def __enter__(self) -> Self:
        for number in SIGNALS:
            self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.signal = Signals(number)
        print(
            "\nstopping after this iteration; once more to stop without saving",
            file=sys.stderr,
            flush=True,
        )
