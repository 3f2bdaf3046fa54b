"""Time inside the compiled code of a network, object by object, while it runs as it always does.

And time inside functions, likewise.

Brian2's own profile (`Network.run(profile=True)`) counts the dispatch of an object, about ten
microseconds of Python, as time of the object; with small layers that is most of it. Here the
compiled loop over steps looks at the clock after every call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from networks.brian.network import BrianNetwork


@dataclass
class CompiledTimes:
    """Times of all runs so far.

    Parameters
    ----------
    seconds : dict of float
        Time inside by name of the Brian2 object.
    runs : list of float
        Seconds of every run from its first to its last step, with what Brian2 does around it.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    runs: list[float] = field(default_factory=list)

    @property
    def compiled(self) -> float:
        """Time in compiled code."""
        return sum(self.seconds.values())

    @property
    def between(self) -> float:
        """Time of the runs that was not spent in compiled code."""
        return sum(self.runs) - self.compiled


@contextmanager
def time_inside(*functions: tuple[object, str]) -> Iterator[list[float]]:
    """Measure functions where they are called.

    Parameters
    ----------
    *functions : tuple of (object, str)
        Modules or classes, and what the functions are called in them.

    Yields
    ------
    list of float
        The seconds of every call so far.
    """
    times: list[float] = []

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                times.append(time.perf_counter() - began)

        return call

    with ExitStack() as stack:
        for owner, name in functions:
            stack.enter_context(patch.object(owner, name, timed(getattr(owner, name))))
        yield times


@contextmanager
def compiled_times(network: BrianNetwork) -> Iterator[CompiledTimes]:
    """Measure the runs of a network that is already prepared.

    Parameters
    ----------
    network : BrianNetwork
        On Brian2's runtime device, with nothing but compiled code in its steps.

    Yields
    ------
    CompiledTimes
        Adds up all runs.
    """
    with time_inside((network, "run_steps")) as runs:
        times = CompiledTimes(runs=runs)
        network.object_seconds = times.seconds
        try:
            yield times
        finally:
            network.object_seconds = None
