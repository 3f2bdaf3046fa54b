"""Images per second of ours against the peers, side by side.

All run alternately in this process, on the same batches with the same weights and all cores. The
ratio is that of neighbouring runs; of the dense peer's two memory formats the faster one counts,
round by round. `tests/benchmarks` shows that they compute what they claim. Brian2's explicit
`Synapses` hold every synapse of every image, so they get a batch that fits the memory, once.
"""

from __future__ import annotations

import statistics
from functools import partial

from benchmarks.bench import Bench
from benchmarks.measuring.timing import Spread, rounds, seconds
from benchmarks.peers.dense_torch import DenseTorch
from benchmarks.reporting.provenance import Provenance
from benchmarks.reporting.tables import Cell, Section, Table
from benchmarks.subject import Subject
from training.methods.surrogate import Surrogate
from training.parallel.over_cores import TwoStageTrainer

OURS = "ours"
DENSE = "dense PyTorch"
SURROGATE = "surrogate BPTT, PyTorch"
EXPLICIT = "explicit Synapses, Brian2"
COLUMNS = ("implementation", "batch", "images/s", "low", "high", "ours / this", "low ", "high ")

Runner = TwoStageTrainer | DenseTorch | Surrogate


def measure(bench: Bench) -> Section:
    """Run ours, both formats of both PyTorch peers, and explicit synapses."""
    subject = bench.subject
    architecture, config = subject.architecture, subject.recipe.two_stage
    batch_size, dtype = subject.recipe.batch_size, subject.recipe.dtype
    runners: dict[str, Runner] = {
        OURS: subject.trainer(),
        DENSE: DenseTorch(architecture, config),
        f"{DENSE}, channels last": DenseTorch(architecture, config, channels_last=True),
        SURROGATE: Surrogate(architecture, config, batch_size, dtype),
        f"{SURROGATE}, channels last": Surrogate(
            architecture, config, batch_size, dtype, channels_last=True
        ),
    }
    for runner in runners.values():
        runner.set_parameters(subject.parameters)
    times = rounds(
        [partial(_run, runner, subject) for runner in runners.values()], bench.effort.rounds
    )
    names = list(runners)
    rows = [
        _row(name, subject.recipe.batch_size, [each[index] for each in times], ours_over)
        for index, name in enumerate(names)
        for ours_over in [[each[index] / each[0] for each in times]]
    ]
    ours = statistics.median(each[0] for each in times) / subject.recipe.batch_size
    if bench.effort.explicit_samples:
        rows.append(_explicit(subject, bench.effort.explicit_samples, ours))
    dense = [index for index, name in enumerate(names) if name.startswith(DENSE)]
    ratio = Spread.of([min(each[index] for index in dense) / each[0] for each in times])
    cores = Provenance.here().cores
    note = (
        f"Medians, smallest and largest of {bench.effort.rounds} rounds, after "
        f"{bench.effort.warmup_iterations} training iterations. {EXPLICIT}: one run after one "
        "that is not counted."
    )
    return Section(
        headline(bench.name, ratio, cores),
        [
            Table("Images per second", COLUMNS, rows, note),
            Table(
                "Against the faster dense format",
                ("ratio", "low", "high", "cores"),
                [(ratio.median, ratio.low, ratio.high, cores)],
            ),
        ],
    )


def headline(name: str, ratio: Spread, cores: int) -> str:
    """The line that sums up the whole benchmark."""
    return f"{name}: {ratio.median:.1f}x dense ({ratio.low:.1f}-{ratio.high:.1f}), {cores} cores"


def _run(runner: Runner, subject: Subject, number: int) -> None:
    batch = subject.batch(number)
    runner.step(batch.images, batch.labels, batch.masks)


def _row(name: str, samples: int, times: list[float], ratios: list[float]) -> tuple[Cell, ...]:
    rate = Spread.of([samples / each for each in times])
    ratio = Spread.of(ratios)
    return (
        name, samples, rate.median, rate.low, rate.high, ratio.median, ratio.low, ratio.high,
    )  # fmt: skip


def _explicit(subject: Subject, samples: int, ours: float) -> tuple[Cell, ...]:
    """Seconds per image of ours against Brian2's own synapses."""
    trainer = TwoStageTrainer(
        subject.architecture, subject.recipe.two_stage, samples, synapses="explicit",
        dtype=subject.recipe.dtype,
    )  # fmt: skip
    trainer.set_parameters(subject.parameters)
    batch = subject.batch(0).first(samples)
    run = partial(trainer.step, batch.images, batch.labels, batch.masks)
    run()
    time = seconds(run)
    return (EXPLICIT, samples, samples / time, None, None, time / samples / ours, None, None)
