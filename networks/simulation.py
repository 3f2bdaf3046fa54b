"""Where and how the networks are simulated: one record, checked once and carried whole.

It is known without waiting for Brian2. What a device can do are facts of the device
(`networks.devices.facts`); nobody else compares names of devices.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Annotated, Literal, TypedDict, get_args

import numpy as np

from networks.devices.facts import (
    Backend,
    DeviceFacts,
    DeviceName,
    LearningRule,
    PropagationChoice,
    Realised,
    SynapsesChoice,
    check_learning,
    facts_of,
    realised,
)
from networks.records.typed_fields import Interval, check_fields

FloatingPoint = Literal["float32", "float64"]

DEFAULT_BACKEND: Backend = "cuda"

MOST_THREADS = 1024
"""Each has networks of its own, which take their time to build: more are a mistake."""


class SimulationOptions(TypedDict, total=False):
    """The fields of `Simulation` as keywords, for those who call one function."""

    device: DeviceName
    backend: Backend
    synapses: SynapsesChoice
    propagation: PropagationChoice
    dtype: FloatingPoint
    learning: LearningRule
    threads: int


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Where and how networks are simulated.

    Parameters
    ----------
    device : {"runtime", "cpp_standalone", "genn"}
        Where Brian2 runs the networks: compiled by Cython, in this process, or as programs that
        Brian2 or GeNN generates.
    backend : {"cuda", "opencl", "cpu"}
        What the device genn generates code for; other devices have no such choice.
    synapses : {"auto", "shared", "explicit"}
        One kernel for all positions and samples, or Brian2's Synapses, one entry per connection;
        auto is the first that the device offers.
    propagation : {"auto", "sequential", "synchronous"}
        Whether spikes pass through all layers within a step, or every connection takes one step;
        auto is sequential where the device can do it, which genn cannot.
    dtype : {"float32", "float64"}
        Floating-point type of membrane potentials and weights.
    learning : {"rates", "spikes"}
        Whether gradients are products of the rates of both stages, or what every spike of stage 2
        teaches the synapses that it runs along; they differ by rounding.
    threads : int
        Threads (programs, on compiled devices) that a batch is spread over; 0 for as many as torch
        uses, fewer for small networks, and for 1 where a GPU takes a batch as a whole, which allows
        no more. They change no spike, but the order in which gradients are added up.

    Raises
    ------
    ValueError
        If a value does not exist, or the device cannot do what is asked of it.
    """

    device: DeviceName = "runtime"
    backend: Backend = DEFAULT_BACKEND
    synapses: SynapsesChoice = "auto"
    propagation: PropagationChoice = "auto"
    dtype: FloatingPoint = "float32"
    learning: LearningRule = "rates"
    threads: Annotated[int, Interval(least=0, most=MOST_THREADS)] = 0

    def __post_init__(self) -> None:
        if self.dtype not in get_args(FloatingPoint):
            raise ValueError(f"the dtype is '{self.dtype}': it must be 'float32' or 'float64'")
        check_fields(self, "threads")
        _ = self.realised  # its own checks
        if self.backend != DEFAULT_BACKEND and not self.facts.has_backends:
            raise ValueError(
                f"backend is '{self.backend}', and the device '{self.device}' has no choice of "
                "backends: leave backend out, or use device 'genn'"
            )
        if self.dtype == "float64" and self.backend in self.facts.single_precision:
            raise ValueError(
                f"the dtype is 'float64': device '{self.device}' adds spikes in float32 only on "
                f"backend '{self.backend}' (its atomic additions of float64 are wrong); use dtype "
                "'float32', or another backend"
            )
        check_learning(self.device, self.learning)
        if self.undivided and self.threads > 1:
            raise ValueError(
                f"threads is {self.threads}: backend '{self.backend}' of device '{self.device}' "
                "simulates a whole batch at once, in one program; use threads 1, or leave threads "
                "out"
            )

    def check_leak(self, leak: float) -> None:
        """Refuse a leak on a device whose neurons cannot leak.

        Raises
        ------
        ValueError
            If it is not 1 there.
        """
        if leak != 1 and not self.facts.leaks:
            raise ValueError(
                f"leak is {leak}, and neurons cannot leak on device '{self.device}', which adds "
                "spikes before the leak: use leak 1, or device 'cpp_standalone'"
            )

    def check_batch(self, batch_size: int) -> None:
        """Refuse more threads than a batch has samples.

        Raises
        ------
        ValueError
            If some would have nothing to do.
        """
        if self.threads > batch_size:
            raise ValueError(
                f"threads is {self.threads}, more than the {batch_size} images of a batch that "
                f"they share: use at most {batch_size} threads, or a larger batch size"
            )

    @property
    def realised(self) -> Realised:
        """What "auto" is on this device."""
        return realised(self.device, self.synapses, self.propagation, self.backend)

    @property
    def numpy_dtype(self) -> np.dtype[np.floating]:
        """The floating-point type as NumPy's."""
        return np.dtype(self.dtype)

    @property
    def facts(self) -> DeviceFacts:
        """What the device can do."""
        return facts_of(self.device)

    @property
    def undivided(self) -> bool:
        """Whether a whole batch is simulated at once, not spread over threads."""
        return self.backend in self.facts.undivided

    @classmethod
    def of(cls, simulation: Simulation | None, options: SimulationOptions) -> Simulation:
        """A record, with the fields that are given as keywords in place of its own.

        Raises
        ------
        TypeError
            If there is no such field.
        ValueError
            As for the record itself.
        """
        known = [field.name for field in fields(Simulation)]
        for name in options:
            if name not in known:
                raise TypeError(f"there is no option '{name}': there are {', '.join(known)}")
        if simulation is not None and not isinstance(simulation, Simulation):
            raise ValueError(
                f"the simulation is of the type {type(simulation).__name__}: give a "
                "spide.Simulation, or its fields by name, such as device='runtime'"
            )
        return replace(simulation or cls(), **options)
