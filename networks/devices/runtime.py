"""Brian2's own device: code compiled by Cython, simulated in this process."""

from __future__ import annotations

from contextlib import AbstractContextManager

from brian2.core.base import BrianObject
from brian2.core.operations import NetworkOperation
from brian2.groups.neurongroup import NeuronGroup

from networks.brian.active_device import own_device
from networks.devices.base import Simulator, WriteFrame
from networks.devices.huge_pages import move_to_huge_pages


class RuntimeSimulator(Simulator):
    """A network in this process; monitors may be added to it at any time."""

    device = "runtime"

    @classmethod
    def require(cls) -> None:
        """Only a compiler, which every network asks for."""

    def building(self) -> AbstractContextManager[None]:
        return own_device()

    def add(self, *objects: BrianObject) -> None:
        move_to_huge_pages(objects)
        super().add(*objects)

    def drive(self, group: NeuronGroup) -> None:
        super().drive(group)
        self._write_frame: WriteFrame | None = None
        # Before all else: an own neuron may hold a value that its equations make of the input, and
        # Brian2 computes it in this slot, too.
        self._present_frame = NetworkOperation(
            self._write, clock=self.clock, when="before_start", order=-1, name="present_frame"
        )
        self._present_frame.active = False
        self.network.add(self._present_frame)

    def prepare(self) -> None:
        self.network.samples = self.batch_size
        self.network.run_steps(0)

    def run(
        self,
        steps: int,
        samples: int,
        *,
        write_frame: WriteFrame | None = None,
        profile: bool = False,
    ) -> None:
        if self.driven is not None:
            self._write_frame = write_frame
            self._present_frame.active = write_frame is not None
        self.network.samples = samples
        self.network.run_steps(steps, profile=profile)

    def _write(self) -> None:
        assert self._write_frame is not None
        self._write_frame(int(self.clock.variables["timestep"].get_value()[0]))
