"""GeNN's code generation through brian2genn: a program for a GPU, or for one core of the CPU.

Every connection takes one step in GeNN, so propagation is synchronous. Populations hold one sample,
as on the C++ standalone device. On the CPU the program runs the samples of a batch one after the
other; a GPU runs them side by side (`side_by_side`).
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, ClassVar

from brian2.core.base import BrianObject
from brian2.core.clocks import Clock
from brian2.devices.device import reset_device, set_device
from brian2.groups.group import CodeRunner
from brian2.groups.neurongroup import NeuronGroup

from networks.brian.active_device import own_device, preferences
from networks.brian.network import STEP
from networks.devices.facts import Backend
from networks.devices.genn.compilation import compile_genn_project
from networks.devices.genn.installation import find_platform, require_genn
from networks.devices.genn.memory import LARGEST_BATCH
from networks.devices.programs.standalone import HEADERS, StandaloneSimulator
from networks.schedule import SYNCHRONOUS_SLOTS, Schedule

#: Preferences that brian2genn changes, and leaves changed, when its device is activated.
_PREFERENCES = {
    "codegen.generators.cpp.restrict_keyword": "__restrict",
    "codegen.loop_invariant_optimisations": False,
    "core.network.default_schedule": list(SYNCHRONOUS_SLOTS),
}


class GeNNSimulator(StandaloneSimulator):
    """A network as a program that GeNN generates for one core of the CPU."""

    device = "genn"
    # A name for its output folder and a duration, which is not used.
    command = ("./main", "spide", "0")
    backend: ClassVar[Backend] = "cpu"

    def __init__(self, stage: str, schedule: Schedule, batch_size: int) -> None:
        self._installations = require_genn(self.backend)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it imports pkg_resources, which warns of its end
            import brian2genn  # noqa: F401
        super().__init__(stage, schedule, batch_size)

    @classmethod
    def require(cls) -> None:
        super().require()
        require_genn(cls.backend)

    def _make_device(self) -> Any:
        from networks.devices.genn.device import BatchGeNNDevice

        return BatchGeNNDevice()

    def _make_clock(self) -> Clock:
        """brian2genn takes no other clock than the device's default one."""
        return self._device.defaultclock

    @contextmanager
    def building(self, **options: Any) -> Iterator[None]:
        with own_device(), preferences(_PREFERENCES):
            set_device(self._device, **{"build_on_run": False, **options})
            # Brian2 hands the step of one device's default clock on to the next device.
            users_step = self._device.defaultclock.dt
            self._device.defaultclock.dt = STEP
            try:
                yield
            finally:
                self._device.defaultclock.dt = users_step
                reset_device()

    def add(self, *objects: BrianObject) -> None:
        for each in objects:
            if isinstance(each, NeuronGroup) and (what := _before_spikes(each)):
                raise ValueError(
                    f"the neurons of '{each.name}' have {what}, which they cannot on device "
                    "'genn' (it adds spikes first): use leak=1 and other equations, or device "
                    "'cpp_standalone'"
                )
        super().add(*objects)

    def _baked_in(self) -> tuple[object, ...]:
        return (self.backend, *map(str, self._installations))

    def _build(self, folder: Path) -> Iterable[Path]:
        self._generate(folder)
        return compile_genn_project(folder, self.backend)

    def _generate(self, folder: Path) -> None:
        """Write the project."""
        if self.driven is not None:
            self._device.driven = self.driven.variables["I"]
        (precision,) = {
            group.variables["v"].dtype.type
            for group in self.network.objects
            if isinstance(group, NeuronGroup)
        }
        ours = {
            "core.default_float_dtype": precision,
            "devices.genn.connectivity": "SPARSE",
            # The program around GeNN's kernels: long, and nothing in it takes time but moving data.
            "codegen.cpp.extra_compile_args_gcc": ["-w", "-O1"],
        }
        options = {"compile": False, "run": False, "use_GPU": self.backend == "cuda"}
        with (
            self.building(build_on_run=True, directory=str(folder), **options),
            preferences(ours),
            redirect_stdout(io.StringIO()),
        ):
            self.network.run(STEP, namespace={})
        for header in {*HEADERS, self._device.header}:
            (folder / header.name).write_bytes(header.read_bytes())


def _before_spikes(neurons: NeuronGroup) -> str:
    """What of neurons must come before the spikes of a step arrive."""
    if neurons.state_updater.when != "groups":
        return "an equation that reads v"
    if neurons.subexpression_updater is not None:
        return "a subexpression that is constant over dt"
    if any(type(part) is CodeRunner for part in neurons.contained_objects):
        return "a leak or another update"
    return ""


class SideBySideGeNNSimulator(GeNNSimulator):
    """A network as a program whose batch is one model of GeNN.

    Attributes
    ----------
    block : int
        Threads of a block. GeNN adds without atomics within a block that a whole layer fits into,
        so a block must not be larger than what a GPU runs in step.
    """

    block: ClassVar[int] = 32

    def __init__(self, stage: str, schedule: Schedule, batch_size: int) -> None:
        if batch_size > LARGEST_BATCH:
            raise ValueError(
                f"the batch size is {batch_size}: GeNN runs fewer than {LARGEST_BATCH + 1} samples "
                f"side by side on backend '{self.backend}'; use a smaller one"
            )
        super().__init__(stage, schedule, batch_size)

    def _baked_in(self) -> tuple[object, ...]:
        return (*super()._baked_in(), self.batch_size, self.block)


class CudaGeNNSimulator(SideBySideGeNNSimulator):
    """A network as a program that GeNN generates for an NVIDIA GPU."""

    backend = "cuda"

    def _make_device(self) -> Any:
        from networks.devices.genn.side_by_side import CudaGeNNDevice

        return CudaGeNNDevice(self.block)


class OpenCLGeNNSimulator(SideBySideGeNNSimulator):
    """A network as a program that GeNN generates for what OpenCL finds."""

    backend = "opencl"

    def _make_device(self) -> Any:
        from networks.devices.genn.opencl_code import OpenCLGeNNDevice

        return OpenCLGeNNDevice(self.block)

    def _environment(self) -> dict[str, str]:
        return find_platform().environment
