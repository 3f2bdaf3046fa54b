"""Time inside the compiled code of a network, object by object, while it runs as it always does.

And time inside functions, likewise.

Brian2's own profile (`Network.run(profile=True)`) counts the dispatch of an object, about ten
microseconds of Python, as time of the object; with small layers that is most of it. Here the
module that Brian2 compiled for an object is replaced by one that looks at the clock before and
after, so that Python between the calls is what is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from unittest.mock import patch

from brian2.core.network import Network


class Module(Protocol):
    """What Brian2 needs of a compiled module."""

    def main(self, namespace: dict[str, Any]) -> Any: ...


@dataclass
class CompiledTimes:
    """Times of all runs so far.

    Parameters
    ----------
    clocks : dict of list
        By name of the Brian2 object: the clock before and after its first call, its second, ...
    """

    clocks: dict[str, list[float]] = field(default_factory=dict)

    @property
    def seconds(self) -> dict[str, float]:
        """Time inside by name of the Brian2 object."""
        return {
            name: sum(stamps[1::2]) - sum(stamps[::2])
            for name, stamps in self.clocks.items()
            if stamps
        }

    @property
    def compiled(self) -> float:
        """Time in compiled code."""
        return sum(self.seconds.values())

    @property
    def between(self) -> float:
        """Time from the first to the last call that was not spent in compiled code."""
        stamps = [each for each in self.clocks.values() if each]
        return max(each[-1] for each in stamps) - min(each[0] for each in stamps) - self.compiled


class _TimedModule:
    """A compiled module that notes the clock before and after its calls, and does little else."""

    def __init__(self, module: Module, clocks: list[float]) -> None:
        call, note, clock = module.main, clocks.append, time.perf_counter

        def main(namespace: dict[str, Any]) -> Any:
            note(clock())
            result = call(namespace)
            note(clock())
            return result

        self.main = main


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
def compiled_times(network: Network) -> Iterator[CompiledTimes]:
    """Measure the runs of a network that is already prepared.

    Parameters
    ----------
    network : Network
        On Brian2's runtime device with Cython.

    Yields
    ------
    CompiledTimes
        Adds up all runs.
    """
    times = CompiledTimes()
    replaced: list[tuple[Any, Module]] = []
    for obj in network.sorted_objects:
        for code in obj._code_objects:
            module = code.compiled_code["run"]
            if module is not None:
                replaced.append((code, module))
                code.compiled_code["run"] = _TimedModule(
                    module, times.clocks.setdefault(obj.name, [])
                )
    try:
        yield times
    finally:
        for code, module in replaced:
            code.compiled_code["run"] = module
