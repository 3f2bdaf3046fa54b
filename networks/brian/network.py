"""A Brian2 network that is prepared once and run many times.

``Network.run`` creates every code object anew, about 10 ms each, which costs more than a stage of
SPIDE itself. Nothing changes between the runs of a training but array values, so an unchanged
network here keeps its code objects, and runs them in a loop that does nothing else: a compiled
one, or one in Python if something must run there (monitors, operations, explicit synapses).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from brian2.core.base import BrianObject, BrianObjectException
from brian2.core.clocks import Clock
from brian2.core.network import Network
from brian2.core.operations import NetworkOperation
from brian2.monitors.ratemonitor import PopulationRateMonitor
from brian2.monitors.spikemonitor import EventMonitor
from brian2.monitors.statemonitor import StateMonitor
from brian2.units import ms
from numpy.typing import NDArray

from networks.brian.active_device import own_device
from networks.brian.code_generation import BatchCodeObject, CompiledSteps
from networks.brian.code_generation.errors import CompilationError

#: What users may add to a network. Groups and synapses are the network's own.
_ADDED = (NetworkOperation, EventMonitor, PopulationRateMonitor, StateMonitor)

#: Length of a step. The dynamics are defined step by step; the unit only labels time axes.
STEP = 1 * ms


class BrianNetwork(Network):
    """A `Network` that keeps its code objects from run to run.

    Parameters
    ----------
    slots : sequence of str
        Brian2's schedule, see `networks.schedule`.
    clock : Clock
        The clock of all objects.

    Attributes
    ----------
    samples : int
        How many of a batch are simulated in the run that is going on, or were in the last one.
    object_seconds : dict of float or None
        Time inside the compiled code of each object, added up over all runs, by name. None unless
        it is set to a dict; only runs without Python in their steps are measured.
    """

    def __init__(self, slots: Sequence[str], clock: Clock) -> None:
        super().__init__(name="network*")
        self.schedule = list(slots)
        self.samples = 0
        self._step_clock = clock
        self.object_seconds: dict[str, float] | None = None
        self._prepared: _Prepared | None = None
        self._sorted: list[BrianObject] = []
        self._sorted_from: object = None

    def add(self, *objs: Any) -> None:
        """Add monitors and network operations.

        Raises
        ------
        ValueError
            For operations that tick with Brian2's default clock, which is no step. For other
            objects: time begins at zero in every run, but spikes on their way and what such objects
            prepare for a run would be those of the run before.
        """
        for obj in objs:
            if isinstance(obj, Mapping):
                self.add(*obj.values())
            elif isinstance(obj, Iterable) and not isinstance(obj, BrianObject):
                self.add(*obj)
            elif not isinstance(obj, _ADDED):
                raise ValueError(
                    f"'{getattr(obj, 'name', obj)}' is of the type {type(obj).__name__}: this "
                    "network takes monitors and network operations; give input as images, one "
                    "frame per step, or as a change that an operation makes"
                )
            elif isinstance(obj, NetworkOperation) and _ticks_otherwise(obj.clock):
                raise ValueError(
                    f"the operation '{obj.name}' has Brian2's default clock, which ticks every "
                    f"{obj.clock.dt}, and a step takes {STEP}: make it with dt=1*ms, or with "
                    "clock=layer.clock"
                )
            else:
                self.put(obj)

    def restore(self, *args: Any, **options: Any) -> None:
        """Refuse to bring back a part of a network.

        Raises
        ------
        ValueError
            Always: the synapses would have their old weights again, and what is computed outside
            of Brian2 (the input of layer 1, biases, the readout) would keep the new ones.
        """
        raise ValueError(
            "restore() would bring back the weights of the synapses, but not those of the input, "
            "biases and readout: keep dict(stage.weights) and write it with set_parameters"
        )

    def put(self, *objs: BrianObject) -> None:
        """Add objects that the network consists of, which count as used from now on.

        Brian2 takes objects for forgotten that are deleted before their first run; networks that
        are built and never run are no mistake, and neither are those whose compiled program is
        found on disk, which Brian2 never prepares. Nor are they in any other network: Brian2's
        ``run()`` takes all objects that the caller has names for, but for these.
        """
        super().add(*objs)
        for obj in objs:
            obj._network = self.id
            obj.add_to_magic_network = False

    @property
    def sorted_objects(self) -> list[BrianObject]:
        """All objects in the order in which they act; Brian2 sorts them whenever it is asked."""
        current = (
            self.schedule,
            [(obj, obj.when, obj.order) for top in self.objects for obj in _with_contained(top)],
        )
        if current != self._sorted_from:
            self._sorted, self._sorted_from = super().sorted_objects, current
        return self._sorted

    def before_run(self, run_namespace: Mapping[str, Any]) -> None:
        """Prepare the run; an unchanged network is already prepared."""
        self._prepare(self._acting(), run_namespace)

    def _acting(self) -> list[BrianObject]:
        return [obj for obj in self.sorted_objects if obj.active]

    def _prepare(self, objects: list[BrianObject], run_namespace: Mapping[str, Any]) -> _Prepared:
        prepared = self._prepared
        # Sorted anew, into another list, if a slot or an order has changed.
        if prepared is None or prepared.sorted is not self._sorted or prepared.objects != objects:
            with own_device():
                try:
                    super().before_run(run_namespace)
                except BrianObjectException as error:  # names objects that a user does not know
                    if isinstance(error.__cause__, CompilationError):
                        raise error.__cause__ from None
                    raise
            prepared = self._prepared = _Prepared(objects, self._sorted)
        self._stopped = False
        Network._globally_stopped = False
        return prepared

    def run_steps(self, steps: int, profile: bool = False) -> None:
        """Run `steps` steps from time zero.

        Parameters
        ----------
        steps : int
        profile : bool
            Whether to measure the time of each object (``profiling_info``), as Brian2 does.

        Raises
        ------
        ValueError
            If there is something to compile while Brian2's device is not that of this process.
        KeyboardInterrupt
            If the run was stopped before its end. Brian2 turns Ctrl+C into a quiet stop; rates of
            a truncated stage must not be used.
        """
        self.t_ = 0.0
        objects = self._acting()
        try:
            if profile or any(obj.clock is not self._step_clock for obj in objects):
                with own_device():
                    self.run(steps * STEP, namespace={}, profile=profile)
            else:
                self._run_on_one_clock(objects, steps)
        except BaseException:
            self.after_run()  # or the spikes of the step that was cut short open the next run
            raise
        finally:
            Network._globally_running = False  # while it is set, Brian2 keeps Ctrl+C to itself
        done = int(self._step_clock.variables["timestep"].get_value()[0])
        if done < steps or self._is_stopped():
            raise KeyboardInterrupt(f"the network was stopped after {done} of {steps} steps")

    def _run_on_one_clock(self, objects: list[BrianObject], steps: int) -> None:
        """What ``Network.run`` does if nothing is asked of it but to run these objects.

        Reports, units, several clocks and log messages make a millisecond of every run and a
        quarter of every step there. Threads cannot share it: only one at a time has the
        interpreter.
        """
        self._clocks = {self._step_clock}
        prepared = self._prepare(objects, {})
        time, timestep = (
            self._step_clock.variables[name].get_value() for name in ("t", "timestep")
        )
        Network._globally_running = True
        timestep[0], time[0] = 0, 0.0
        if prepared.steps is None:
            self._run_in_python(objects, steps, timestep, time)
        else:
            dt = self._step_clock.dt_
            while timestep[0] < steps and not self._is_stopped():
                prepared.steps.run(timestep, time, dt, steps, self.object_seconds)
        self.t_ = time[0]
        for obj in prepared.endings:
            obj.after_run()

    def _is_stopped(self) -> bool:
        return bool(self._stopped or Network._globally_stopped)

    def _run_in_python(
        self,
        objects: Sequence[BrianObject],
        steps: int,
        timestep: NDArray[np.int64],
        time: NDArray[np.float64],
    ) -> None:
        calls = [call for obj in objects for call in _calls(obj)]
        for step in range(steps):
            if self._is_stopped():
                break
            self.t_ = time[0]
            for call in calls:
                call()
            timestep[0] = step + 1
            time[0] = (step + 1) * self._step_clock.dt_

    @staticmethod
    def step_clock(name: str) -> Clock:
        """A clock that ticks once per step."""
        return Clock(dt=STEP, name=name)


@dataclass(frozen=True)
class _Prepared:
    """A network whose objects are ready to run.

    Every access to an object costs a visit to memory that the run itself has pushed out of the
    cache, so what can be known beforehand is not asked of all objects in every run.

    Parameters
    ----------
    objects : list of BrianObject
        Those that act, in order.
    sorted : list of BrianObject
        All objects, in order.
    """

    objects: list[BrianObject]
    sorted: list[BrianObject]

    @cached_property
    def steps(self) -> CompiledSteps | None:
        """The steps of all objects, on the runtime device; None if one of them needs Python."""
        bound = _bound_steps(self.objects)
        return None if bound is None else CompiledSteps(bound)

    @cached_property
    def endings(self) -> list[BrianObject]:
        """The objects that do something after a run."""
        return [obj for obj in self.objects if _ends(obj)]


def _ticks_otherwise(clock: Clock) -> bool:
    """Whether it is the clock that objects have for which none was chosen, and not as a step."""
    return clock.name == "defaultclock" and bool(clock.dt != STEP)


def _with_contained(obj: BrianObject) -> Iterator[BrianObject]:
    yield obj
    for each in obj.contained_objects:
        yield from _with_contained(each)


def _bound_steps(objects: Iterable[BrianObject]) -> dict[str, tuple[int, bytes]] | None:
    """The compiled steps of all objects that do something, by name; None if one needs Python."""
    found: dict[str, tuple[int, bytes]] = {}
    for obj in objects:
        codes = [code for code in obj._code_objects if code.compiled_code["run"] is not None]
        steps = [code.bound_step() for code in codes if isinstance(code, BatchCodeObject)]
        if type(obj).run is not BrianObject.run or len(codes) > 1 or len(steps) < len(codes):
            return None
        for step in steps:
            if step is None:
                return None
            found[obj.name] = step
    return found


def _ends(obj: BrianObject) -> bool:
    """Whether an object does something after a run."""
    return type(obj).after_run is not BrianObject.after_run or any(
        not isinstance(code, BatchCodeObject) or code.compiled_code["after_run"] is not None
        for code in obj._code_objects
    )


def _calls(obj: BrianObject) -> list[Callable[[], Any]]:
    """What an object does in a step; most objects only run their code."""
    if type(obj).run is BrianObject.run:
        return [
            code.call_of_a_step() if isinstance(code, BatchCodeObject) else code
            for code in obj._code_objects
        ]
    return [obj.run]
