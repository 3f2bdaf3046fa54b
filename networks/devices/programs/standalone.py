"""Brian2's C++ standalone device: a compiled program without Python in the loop.

Populations hold one sample, and the generated ``main`` runs the samples of a batch one after the
other: the state and the synapses of one sample stay in the processor's cache, and the program
holds the synapses once, not once per sample. The number of steps and of samples, inputs, weights,
masks and all parameters of the neurons come with each request, so that one program serves them
all; what is compiled is the architecture.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from brian2.core.base import BrianObject
from brian2.core.variables import ArrayVariable
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.devices.device import reset_device, set_device
from numpy.typing import NDArray

from networks.brian.active_device import own_device
from networks.brian.code_generation import PROGRAM_CODE_OBJECTS
from networks.brian.names import SPIKES
from networks.brian.network import STEP
from networks.devices.base import Simulator, WriteFrame
from networks.devices.facts import DeviceName
from networks.devices.memory import Field, StateMemory, kind_of
from networks.devices.programs.build_cache import find_or_build
from networks.devices.programs.compilation import PRELUDE, compile_project
from networks.devices.programs.exchange import Exchange
from networks.devices.programs.fingerprint import fingerprint
from networks.devices.programs.program import Program
from networks.schedule import Schedule

_TEMPLATES = Path(__file__).resolve().parents[2] / "brian" / "templates"
HEADER = _TEMPLATES / "batch_program.h"
HEADERS = (HEADER, _TEMPLATES / "tape.h")
"""What every program includes; the first one includes the others."""


@dataclass(frozen=True)
class Rehearsal:
    """A run as its program would be asked for it.

    Parameters
    ----------
    steps : int
    fields : tuple of Field
        What the program holds, as its memory has them; a request sends the shared ones first, then
        those of each sample, and none of what spikes teach.
    """

    steps: int
    fields: tuple[Field, ...]


class StandaloneDevice(StateMemory, CPPStandaloneDevice):
    """C++ standalone with the states of a whole batch in this process."""

    own_code_objects = PROGRAM_CODE_OBJECTS


class StandaloneSimulator(Simulator):
    """A network as a C++ program."""

    device: ClassVar[DeviceName] = "cpp_standalone"
    #: How the program is called, in its folder.
    command: ClassVar[tuple[str, ...]] = ("./main",)

    def __init__(self, stage: str, schedule: Schedule, batch_size: int) -> None:
        self.require()
        self._device = self._make_device()
        self._device.batches = batch_size // self.copies_of(batch_size)
        self._program: Program | None = None
        self._rehearsals: list[Rehearsal] | None = None
        super().__init__(stage, schedule, batch_size)
        self._own = set(self.network.objects)

    @classmethod
    def require(cls) -> None:
        if os.name != "posix":
            raise ValueError(
                f"the device '{cls.device}' needs Linux or macOS: use 'runtime' on this system"
            )

    def _make_device(self) -> StandaloneDevice:
        return StandaloneDevice()

    @classmethod
    def copies_of(cls, batch_size: int) -> int:
        return 1

    def _passes(self, samples: int) -> int:
        """How many times the network runs for so many samples."""
        return -(-samples // self.copies)

    def _baked_in(self) -> tuple[object, ...]:
        """What a program depends on beside the network and Brian2."""
        return ()

    def _environment(self) -> dict[str, str]:
        """Variables that a program needs beside those of this process."""
        return {}

    @contextmanager
    def building(self) -> Iterator[None]:
        with own_device():
            set_device(self._device, build_on_run=False)
            try:
                yield
            finally:
                reset_device()

    def add(self, *objects: BrianObject) -> None:
        super().add(*objects)
        self._own = set(self.network.objects)

    def prepare(self) -> None:
        self._check_objects()
        if self._program is None:
            key = fingerprint(self.network, self._device, *self._baked_in())
            folder = find_or_build(key, self._build)
            self._program = Program(folder, self.command, self._environment())

    def run(
        self,
        steps: int,
        samples: int,
        *,
        write_frame: WriteFrame | None = None,
        profile: bool = False,
    ) -> None:
        if profile:
            raise ValueError(f"profile needs device 'runtime', not '{self.device}'")
        if self._rehearsals is not None:
            self._rehearsals.append(Rehearsal(steps, tuple(self._device.fields())))
            return
        self.prepare()
        assert self._program is not None
        memory, passes = self._device.memory, self._passes(samples)
        each, taught = self._device.of_each_sample(), self._device.taught()
        inputs = [v for variable, v in memory.items() if variable not in {*each, *taught}]
        inputs += [values[: passes * variable.size] for variable, values in each.items()]
        self._program.ask(
            [passes, steps, int(write_frame is not None)],
            inputs,
            [values[: passes * v.size] for v, values in each.items() if not v.constant]
            + list(taught.values()),
            () if write_frame is None else self._frames(write_frame, steps, passes),
        )

    def _frames(
        self, write_frame: WriteFrame, steps: int, passes: int
    ) -> Iterator[NDArray[np.floating]]:
        """The current of each step."""
        assert self.driven is not None
        current = self.driven.variables["I"]
        for step in range(steps):
            write_frame(step)
            yield self._device.memory[current][: passes * current.size]

    @contextmanager
    def rehearsing(self) -> Iterator[list[Rehearsal]]:
        """A context in which runs are noted and not made: who wants to make them learns how."""
        self._rehearsals = []
        try:
            yield self._rehearsals
        finally:
            self._rehearsals = None

    @property
    def memory(self) -> Mapping[ArrayVariable, NDArray[Any]]:
        """What requests carry and answers bring back."""
        return self._device.memory

    def write_sources(self, folder: Path) -> None:
        """Write the program's sources, and the numbers that it reads, for another compiler.

        A simulator that has written them does not run any more.
        """
        self._check_objects()
        self._generate(folder)

    @property
    def folder(self) -> Path | None:
        """Where the program is; None before it is built."""
        return None if self._program is None else self._program.folder

    @property
    def last_exchange(self) -> Exchange | None:
        """What the last run moved, and how long it took; None before the first one."""
        return None if self._program is None else self._program.last

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()

    def _check_objects(self) -> None:
        others = set(self.network.objects) - self._own
        if others:
            raise ValueError(
                f"'{min(each.name for each in others)}' cannot be added to a network on "
                f"'{self.device}': use device 'runtime' for monitors and operations"
            )

    def _build(self, folder: Path) -> Iterable[Path]:
        self._generate(folder)
        compile_project(folder)
        return [folder / "main", *(folder / "static_arrays").iterdir()]

    def _generate(self, folder: Path) -> None:
        with self.building():
            self.network.run(STEP, namespace={})
            self._loop_over_the_batch()
            self._device.headers.append(f'"{HEADER.name}"')
            self._device.build(directory=str(folder), compile=False, run=False)
        for header in HEADERS:
            (folder / header.name).write_bytes(header.read_bytes())
        (folder / "prelude.h").write_text(PRELUDE)

    def _loop_over_the_batch(self) -> None:
        """Let ``main`` run the network once per sample and request instead of once."""
        queue = self._device.main_queue
        (place,) = (i for i, (instruction, _) in enumerate(queue) if instruction == "run_network")
        network, lines = queue[place][1]
        kept = [
            line
            for line in lines
            if line.startswith((f"{network.name}.clear", f"{network.name}.add"))
        ]
        queue[place] = ("run_network", (network, [*kept, *self._batch_lines(network.name)]))
        self._device.insert_code("before_start", "spide::answers();")

    def _batch_lines(self, network: str) -> Iterator[str]:
        device = self._device
        yield "spide::Batch batch;"
        for variable, values in device.memory.items():
            name, kind = device.get_array_name(variable, access_data=False), kind_of(variable)
            if kind != "each":
                announced = "taught" if kind == "taught" else "shared"
                place = f"{name}.data()" if variable.dynamic else name
                size = f"{name}.size()" if variable.dynamic else f"{variable.size}"
                yield f"batch.{announced}({place}, {size}, {len(values)});"
            else:
                output = "false" if variable.constant else "true"
                yield f"batch.each({name}, {variable.size}, {output});"
        groups = {variable.owner.name: variable.owner for variable in device.memory}.values()
        # Synapses have it too, as a reference to that of the neurons that fire.
        spaces = {each.variables.get(SPIKES): None for each in groups}
        for space in filter(None, spaces):
            yield f"batch.spikes({device.get_array_name(space)}, {space.size - 1});"
        if self.driven is not None:
            driven = self.driven.variables["I"]
            yield f"batch.driven({device.get_array_name(driven)}, {driven.size});"
        # Brian2's own loop over steps asks several clocks and the system's in each of them.
        dt = float(STEP)
        t, timestep = (device.get_array_name(self.clock.variables[v]) for v in ("t", "timestep"))
        yield f"""
        while (batch.receive())
        {{
            for (size_t sample = 0; sample < batch.samples(); sample++)
            {{
                batch.begin(sample);
                for (size_t step = 0; step < batch.steps(); step++)
                {{
                    if (batch.frames())
                        batch.present(sample, step);
                    {t}[0] = step * {dt!r};
                    {timestep}[0] = step;
                    for (size_t k = 0; k < {network}.objects.size(); k++)
                        if ({network}.objects[k].second)
                            {network}.objects[k].second();
                }}
                batch.end(sample);
            }}
            batch.steps_done();
            batch.answer();
        }}
        _Exit(0);
        """
