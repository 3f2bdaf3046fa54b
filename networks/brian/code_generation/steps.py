"""The loop over steps, compiled.

A step of a layer takes some ten microseconds. A loop in Python costs little of that by itself, but
it holds the interpreter's lock between all calls, and with a network per core one waits for the
other: a thread that has to wait is woken up later than the other needed the lock. Here the compiled
functions of all objects are called in a compiled loop, which needs the lock once in a while only,
for signals.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from brian2.codegen.cpp_prefs import get_compiler_and_args
from numpy.typing import NDArray

from networks.brian.code_generation.modules import module_cache

#: Seconds after which the interpreter may look for signals, such as Ctrl+C, and other threads.
SLICE = 0.1


@cache
def _compiled() -> Any:
    compiler, arguments = get_compiler_and_args()
    source = files("networks.brian").joinpath("templates", "steps.pyx").read_text()
    return module_cache().create_extension(
        source, compiler=compiler, extra_compile_args=arguments, owner_name="steps"
    )


class CompiledSteps:
    """The steps of some code objects, one after the other in each step.

    Parameters
    ----------
    bound : dict of (int, bytes)
        Each code object's `BatchCodeObject.bound_step`, by name of the Brian2 object.
    """

    def __init__(self, bound: Mapping[str, tuple[int, bytes]]) -> None:
        self._run = (
            _compiled().run
        )  # here and not in `run`, so that preparing a network compiles it
        self._names = list(bound)
        self._bound = list(bound.values())

    def run(
        self,
        timestep: NDArray[np.int64],
        time: NDArray[np.float64],
        dt: float,
        steps: int,
        seconds: dict[str, float] | None = None,
    ) -> None:
        """Go on until step `steps` or for about `SLICE` seconds, whichever comes first.

        Parameters
        ----------
        timestep, time : array, shape (1,)
            Of the clock: number of the next step and when it begins; both are advanced.
        dt : float
            Seconds of a step.
        steps : int
        seconds : dict of float, optional
            The time of each object, by name, is measured and added here.
        """
        measured = None if seconds is None else np.zeros(len(self._bound))
        address = 0 if measured is None else measured.ctypes.data
        self._run(
            self._bound, timestep.ctypes.data, time.ctypes.data, dt, steps, SLICE, address
        )  # fmt: skip
        if seconds is not None and measured is not None:
            for name, each in zip(self._names, measured, strict=True):
                seconds[name] = seconds.get(name, 0.0) + float(each)
