"""Where the Brian2 objects of a stage live and run: one simulator per device.

A stage makes its groups and synapses inside ``with simulator.building():``, hands them over with
`Simulator.add`, and from then on writes inputs and weights into their arrays and reads spike
counts from them, ``group.variables["I"].get_value()``, as if they all lived in this process.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import ClassVar

from brian2.core.base import BrianObject
from brian2.core.clocks import Clock
from brian2.groups.neurongroup import NeuronGroup

from networks.brian.network import BrianNetwork
from networks.devices.facts import DeviceName
from networks.schedule import Schedule

#: Writes the current of one step, counted from 0, into the arrays of the group that is driven.
WriteFrame = Callable[[int], None]


class Simulator(ABC):
    """One Brian2 network on one device.

    Parameters
    ----------
    stage : str
        ``forward`` or ``backward``.
    schedule : Schedule
        When its layers act.
    batch_size : int
        Largest number of samples of one run.

    Attributes
    ----------
    network : BrianNetwork
    clock : Clock
        The clock of all objects.
    """

    #: Name of the device, as in `networks.devices.facts`.
    device: ClassVar[DeviceName]

    def __init__(self, stage: str, schedule: Schedule, batch_size: int) -> None:
        self.stage = stage
        self.schedule = schedule
        self.batch_size = batch_size
        self.driven: NeuronGroup | None = None
        with self.building():
            self.clock = self._make_clock()
            self.network = BrianNetwork(schedule.slots, self.clock)

    def _make_clock(self) -> Clock:
        return BrianNetwork.step_clock(f"{self.stage}_clock")

    @classmethod
    @abstractmethod
    def require(cls) -> None:
        """Refuse a machine that lacks what the device needs; nothing is compiled for it.

        Raises
        ------
        DeviceError, ValueError
            If something is missing or unfit.
        """

    @classmethod
    def copies_of(cls, batch_size: int) -> int:
        """How many samples of a batch a population simulates side by side."""
        return batch_size

    @property
    def copies(self) -> int:
        """Samples that a population simulates side by side; its arrays always hold the batch."""
        return self.copies_of(self.batch_size)

    @abstractmethod
    def building(self) -> AbstractContextManager[None]:
        """A context in which new Brian2 objects belong to this device; other threads wait.

        Raises
        ------
        ValueError
            While Brian2's device is the user's.
        """

    def add(self, *objects: BrianObject) -> None:
        """Put objects into the network."""
        self.network.put(*objects)

    def drive(self, group: NeuronGroup) -> None:
        """Say whose current ``I`` changes from step to step in runs with frames."""
        self.driven = group

    @abstractmethod
    def prepare(self) -> None:
        """Compile now what the first run would compile.

        Raises
        ------
        DeviceError
            If that fails.
        """

    @abstractmethod
    def run(
        self,
        steps: int,
        samples: int,
        *,
        write_frame: WriteFrame | None = None,
        profile: bool = False,
    ) -> None:
        """Run `steps` steps from time zero, from what the arrays hold to what they hold then.

        Parameters
        ----------
        steps : int
        samples : int
            Number of samples of the batch that are used.
        write_frame : callable, optional
            Called with the number of each step, to write the driven group's current.
        profile : bool
            Whether to keep Brian2's profile of the run.

        Raises
        ------
        ValueError
            If the device cannot do this.
        DeviceError
            If the compiled program fails.
        KeyboardInterrupt
            If the run was interrupted; the arrays hold nothing of use then.
        """

    def stop(self) -> None:
        """End a run that is going on in another thread."""
        self.network.stop()
