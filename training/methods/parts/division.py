"""How a batch is divided among processes and threads.

No spike depends on it. The gradients of the parts are added up, though, and floating-point numbers
that are added up in another order give other last digits: from there on two trainings agree to
rounding, not bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Division:
    """Processes and threads that share a batch.

    Parameters
    ----------
    processes : int
    threads : int
        Of each process; programs, on compiled devices.

    Raises
    ------
    ValueError
        If there are none.
    """

    processes: int = 1
    threads: int = 1

    def __post_init__(self) -> None:
        for name in ("processes", "threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"there must be 1 or more {name}, not {getattr(self, name)}")

    def __str__(self) -> str:
        return f"{_counted(self.processes, 'process', 'es')} of {_counted(self.threads, 'thread')}"


def _counted(number: int, noun: str, plural: str = "s") -> str:
    return f"{number} {noun}{'' if number == 1 else plural}"
