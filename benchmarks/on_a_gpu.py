"""A GPU: GeNN's program against dense PyTorch on the same card, and what atomic additions change.

    python -m benchmarks.on_a_gpu --data-dir DATA --blocks 32 128

in the environment of GeNN. All run alternately in this process, on the same batches with the same
weights, from arrays on the host to gradients on the host. A GPU adds what arrives at a neuron in an
order that varies, so the same batch is asked for again and again, and once of the runtime device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
import tyro

from benchmarks.chosen import Chosen
from benchmarks.device_profile import exchange_of
from benchmarks.measuring.differences import count_differences, gradient_differences
from benchmarks.measuring.timing import Spread, rounds
from benchmarks.peers.dense_torch import DenseTorch
from benchmarks.reporting.tables import Cell, Table
from benchmarks.subject import Subject, train
from networks.devices import Backend
from networks.devices.genn.simulator import SideBySideGeNNSimulator
from training.methods.spide import Spide

SPEED = ("implementation", "images/s", "low", "high", "the first / this", "low ", "high ")
WAITED = (
    "block", "stage", "to the device s", "steps s", "from the device s", "exchange s", "total s",
)  # fmt: skip
AGAIN = (
    "compared with", "stage", "neurons", "counts that differ", "largest difference, spikes",
    "relative difference of the gradients",
)  # fmt: skip


@dataclass(frozen=True)
class Options(Chosen):
    """Measure a recipe on a GPU.

    Parameters
    ----------
    backend
        Of GeNN.
    torch_device
        Of the peer.
    blocks
        Threads of a block, for each of which a program is made.
    warmup_iterations
        Training iterations before anything is measured, on the runtime device.
    rounds
        Of all implementations, after one that is not counted.
    repetitions
        Of one batch.
    """

    backend: Backend = "cuda"
    torch_device: str = "cuda"
    blocks: tuple[int, ...] = (32,)
    warmup_iterations: int = 10
    rounds: int = 7
    repetitions: int = 5


def main() -> None:
    """Measure and print the tables."""
    for table in measure(tyro.cli(Options)):
        print(table.markdown(), flush=True)


def measure(options: Options) -> tuple[Table, Table, Table]:
    """Speed, what is waited for, and what differs from run to run."""
    recipe = options.changed(dtype="float32")
    subject = train(recipe, options.data_dir, options.warmup_iterations)
    programs = {block: _program(subject, options.backend, block) for block in options.blocks}
    speed, waited = _speed(subject, programs, options)
    return speed, waited, _again(subject, programs[options.blocks[0]], options.repetitions)


def _program(subject: Subject, backend: Backend, block: int) -> Spide:
    recipe = replace(subject.recipe, device="genn", backend=backend)
    usual = SideBySideGeNNSimulator.block
    SideBySideGeNNSimulator.block = block
    try:
        method = Spide.build(subject.architecture, recipe, recipe.batch_size)
        method.set_parameters(subject.parameters)
        for stage in method.stages.values():
            stage.prepare()
    finally:
        SideBySideGeNNSimulator.block = usual
    return method


def _speed(subject: Subject, programs: dict[int, Spide], options: Options) -> tuple[Table, Table]:
    architecture, config = subject.architecture, subject.recipe.two_stage
    runners: dict[str, Spide | DenseTorch] = {
        f"GeNN, blocks of {block}": program for block, program in programs.items()
    }
    for name, channels_last in (("dense PyTorch", False), ("dense PyTorch, channels last", True)):
        dense = DenseTorch(
            architecture, config, channels_last=channels_last, device=options.torch_device
        )
        dense.set_parameters(subject.parameters)
        runners[name] = dense

    def run(runner: Spide | DenseTorch, number: int) -> None:
        batch = subject.batch(number)
        runner.step(batch.images, batch.labels, batch.masks)

    times = rounds([partial(run, runner) for runner in runners.values()], options.rounds)
    samples = subject.recipe.batch_size
    rows: list[tuple[Cell, ...]] = []
    for index, name in enumerate(runners):
        rate = Spread.of([samples / each[index] for each in times])
        ratio = Spread.of([each[index] / each[0] for each in times])
        rows.append((name, *_cells(rate), *_cells(ratio)))
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    settings = (
        f"{options.recipe}, batches of {samples}, T_F {config.forward_steps}, T_B "
        f"{config.backward_steps}, GeNN on {options.backend}, PyTorch {torch.__version__} on "
        f"{options.torch_device}: {card}. Medians, smallest and largest of {options.rounds} rounds."
    )
    waited = []
    for block, program in programs.items():
        for name, stage in program.stages.items():
            last = exchange_of(stage)
            parts = (last.to_device, last.steps, last.from_device, last.rest, last.total)
            waited.append((block, name, *parts))
    return (
        Table("images per second", SPEED, rows, settings),
        Table("waited for", WAITED, waited, "The last round, by the programs' own clocks."),
    )


def _again(subject: Subject, program: Spide, repetitions: int) -> Table:
    batch = subject.batch(0)
    first, *others = (
        program.step(batch.images, batch.labels, batch.masks) for _ in range(repetitions + 1)
    )
    synchronous = replace(subject.recipe, propagation="synchronous")
    runtime = Spide.build(subject.architecture, synchronous, synchronous.batch_size)
    runtime.set_parameters(subject.parameters)
    exact = runtime.step(batch.images, batch.labels, batch.masks)
    rows: list[tuple[Cell, ...]] = []
    for label, results in (("itself", others), ("the runtime device, synchronous", [exact])):
        change = max(max(gradient_differences(first, each).values()) for each in results)
        for each in count_differences(first, results, subject.recipe.two_stage):
            rows.append((label, each.stage, each.neurons, each.differ, each.largest, change))
    note = (
        f"One batch, {repetitions} times again; counts that differ are means over the repetitions, "
        "the rest are the largest values. Gradients: of the parameter in which they differ most."
    )
    return Table("the same batch again", AGAIN, rows, note)


def _cells(spread: Spread) -> Sequence[Cell]:
    return spread.median, spread.low, spread.high


if __name__ == "__main__":
    main()
