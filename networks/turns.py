"""One thread after the other: an object that several threads use at once serves them in turn.

A run writes into the memory of the network that it runs on. A second run at the same time would
write into that of the first one, and what both give would be of neither.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class InTurn:
    """What has methods that are `in_turn`."""

    def __init__(self) -> None:
        self._turns: dict[int, AbstractContextManager[bool]] = {}

    @property
    def turn(self) -> AbstractContextManager[bool]:
        """The lock; within it, its thread may call other methods that are `in_turn`."""
        # One per process: a forked child has none of the threads that could release another's.
        return self._turns.setdefault(os.getpid(), threading.RLock())


Owner = TypeVar("Owner", bound=InTurn)


def in_turn(
    method: Callable[Concatenate[Owner, Arguments], Result],
) -> Callable[Concatenate[Owner, Arguments], Result]:
    """A method that waits until no other thread is in one of these methods of its object."""

    @wraps(method)
    def waiting(self: Owner, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with self.turn:
            return method(self, *args, **kwargs)

    return waiting
