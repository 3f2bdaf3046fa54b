"""How long an iteration takes, with the reading and augmenting of its batch."""

from __future__ import annotations

import time


class IterationClock:
    """A clock that begins when it is made."""

    def __init__(self) -> None:
        self._began, self._cpu_began = time.perf_counter(), time.process_time()

    @property
    def seconds(self) -> float:
        """By the clock, since then."""
        return time.perf_counter() - self._began

    @property
    def cpu_seconds(self) -> float:
        """Of all threads of the process, since then."""
        return time.process_time() - self._cpu_began
