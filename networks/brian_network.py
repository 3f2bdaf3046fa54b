"""A Brian2 network that is prepared once and run many times.

`Network.run` creates every code object anew, about 10 ms each, which costs more than a stage of
SPIDE itself. Nothing changes between the runs of a training but array values, so an unchanged
network here keeps its code objects, and runs them in a loop that does nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from brian2.core.base import BrianObject
from brian2.core.clocks import Clock
from brian2.core.network import Network
from brian2.units import ms

from networks.code_generation import BatchCodeObject

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
    """

    def __init__(self, slots: Sequence[str], clock: Clock) -> None:
        super().__init__(name="network*")
        self.schedule = list(slots)
        self._step_clock = clock
        self._prepared: list[tuple[int, str, int]] | None = None
        self._sorted: list[BrianObject] = []
        self._sorted_from: object = None

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
        current = [(id(obj), obj.when, obj.order) for obj in self.sorted_objects if obj.active]
        if current == self._prepared:
            self._stopped = False
            Network._globally_stopped = False
            return
        super().before_run(run_namespace)
        self._prepared = current

    def run_steps(self, steps: int, profile: bool = False) -> None:
        """Run `steps` steps from time zero.

        Parameters
        ----------
        steps : int
        profile : bool
            Whether to measure the time of each object (`profiling_info`), as Brian2 does.

        Raises
        ------
        KeyboardInterrupt
            If the run was stopped before its end. Brian2 turns Ctrl+C into a quiet stop; rates of
            a truncated stage must not be used.
        """
        self.t_ = 0.0
        objects = [obj for obj in self.sorted_objects if obj.active]
        try:
            if profile or any(obj.clock is not self._step_clock for obj in objects):
                self.run(steps * STEP, namespace={}, profile=profile)
            else:
                self._run_on_one_clock(objects, steps)
        except BaseException:
            self.after_run()  # or the spikes of the step that was cut short open the next run
            raise
        done = int(self._step_clock.variables["timestep"].get_value()[0])
        if done < steps or self._stopped or Network._globally_stopped:
            raise KeyboardInterrupt(f"the network was stopped after {done} of {steps} steps")

    def _run_on_one_clock(self, objects: Sequence[BrianObject], steps: int) -> None:
        """What `Network.run` does if nothing is asked of it but to run these objects.

        Reports, units, several clocks and log messages make a millisecond of every run and a
        quarter of every step there. Threads cannot share it: only one at a time has the
        interpreter.
        """
        self._clocks = {self._step_clock}
        self.before_run({})
        time, timestep = (
            self._step_clock.variables[name].get_value() for name in ("t", "timestep")
        )
        dt = self._step_clock.dt_
        calls = [call for obj in objects for call in _calls(obj)]
        Network._globally_running = True
        timestep[0], time[0] = 0, 0.0
        for step in range(steps):
            if self._stopped or Network._globally_stopped:
                break
            self.t_ = time[0]
            for call in calls:
                call()
            timestep[0] = step + 1
            time[0] = (step + 1) * dt
        Network._globally_running = False
        self.t_ = time[0]
        for obj in objects:
            obj.after_run()

    @staticmethod
    def step_clock(name: str) -> Clock:
        """A clock that ticks once per step."""
        return Clock(dt=STEP, name=name)


def _with_contained(obj: BrianObject) -> Iterator[BrianObject]:
    yield obj
    for each in obj.contained_objects:
        yield from _with_contained(each)


def _calls(obj: BrianObject) -> list[Callable[[], Any]]:
    """What an object does in a step; most objects only run their code."""
    if type(obj).run is BrianObject.run:
        return [
            code.call_of_a_step() if isinstance(code, BatchCodeObject) else code
            for code in obj._code_objects
        ]
    return [obj.run]
