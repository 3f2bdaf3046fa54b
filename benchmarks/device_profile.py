"""What a batch moves on a device that compiles programs, and what is waited for, of both stages.

    python -m benchmarks.device_profile --recipe mnist-feedback --data-dir DATA --backend opencl

Bytes are counted between this process and the program of a stage; seconds are the program's own,
but for the exchange's: to write, to read, and to be woken up. The same batch is asked for again and
again: the first request also builds synapses and, on OpenCL, compiles kernels; what has not changed
is not moved to the device again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import psutil
import tyro

from benchmarks.child import peak_bytes
from benchmarks.chosen import Chosen
from benchmarks.reporting.tables import Cell, Table
from benchmarks.subject import train
from networks.devices import Backend, DeviceName
from networks.devices.programs.exchange import Exchange
from networks.devices.programs.standalone import StandaloneSimulator
from networks.stages.stage import Stage
from training.methods.spide import Spide

MOVED = (
    "stage", "batch", "sent MB", "sent whole MB", "a weight per synapse MB", "answered MB",
)  # fmt: skip
WAITED = (
    "stage", "batch", "to the device s", "steps s", "from the device s", "exchange s", "total s",
)  # fmt: skip


@dataclass(frozen=True)
class Options(Chosen):
    """Profile batches of a recipe on a device.

    Parameters
    ----------
    device, backend
        Where.
    batches
        How many requests of each stage.
    """

    device: DeviceName = "genn"
    backend: Backend = "opencl"
    batches: int = 2


def main() -> None:
    """Run the batches and print two tables."""
    for table in profile(tyro.cli(Options)):
        print(table.markdown())


def profile(options: Options) -> tuple[Table, Table]:
    """What the batches moved, and what was waited for."""
    recipe = options.changed(device=options.device, backend=options.backend)
    subject = train(recipe, options.data_dir, 0, spare=1)
    batch = subject.batch(0)
    method = Spide.build(subject.architecture, recipe, recipe.batch_size)
    moved: dict[str, list[tuple[Cell, ...]]] = {name: [] for name in method.stages}
    waited: dict[str, list[tuple[Cell, ...]]] = {name: [] for name in method.stages}
    for number in range(options.batches):
        method.set_parameters(subject.parameters)
        method.step(batch.images, batch.labels, batch.masks)
        for name, stage in method.stages.items():
            last = exchange_of(stage)
            sizes = (last.sent, last.whole, _weights(stage), last.answered)
            times = (last.to_device, last.steps, last.from_device, last.rest, last.total)
            moved[name].append((name, number, *(size / 1e6 for size in sizes)))
            waited[name].append((name, number, *times))
    settings = (
        f"{options.recipe} on {options.device}, {options.backend}: batches of {recipe.batch_size}, "
        f"T_F {recipe.forward_steps}, T_B {recipe.backward_steps}."
    )
    programs = ", ".join(f"{size / 1e9:.2f} GB" for size in _programs())
    memory = (
        f"Memory on the host: {programs} the programs, at its peak "
        f"{peak_bytes() / 1e9:.2f} GB the process that asks them."
    )
    return (
        Table("moved", MOVED, [*chain(*moved.values())], settings),
        Table("waited for", WAITED, [*chain(*waited.values())], memory),
    )


def exchange_of(stage: Stage) -> Exchange:
    """The last request of a stage."""
    simulator = stage.simulator
    if not isinstance(simulator, StandaloneSimulator):
        raise ValueError(
            f"device '{simulator.device}' has no program: use 'cpp_standalone' or 'genn'"
        )
    last = simulator.last_exchange
    assert last is not None
    return last


def _weights(stage: Stage) -> int:
    """Bytes of a weight for each synapse of the connections between layers."""
    objects = [each for connection in stage.synapses.values() for each in connection]
    return sum(each.connection.synapses for each in objects) * stage.dtype.itemsize


def _programs() -> Iterator[int]:
    """Resident bytes of the programs of the stages, in the order in which they were started."""
    for each in psutil.Process().children():
        yield each.memory_info().rss


if __name__ == "__main__":
    main()
