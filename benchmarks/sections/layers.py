"""Per stage and layer: time of every part next to the least that the hardware needs for it.

Times are those of one share alone (`benchmarks.measuring.share_times`), bounds those of
`benchmarks.measuring.bounds` at the bandwidth measured in the same run: from the first cache for
kernels, for neurons from a working set of the size of what their layer moves in a step (reading or
copying, whichever is faster). The second table says what is not compiled code.
"""

from __future__ import annotations

import statistics

import torch

from benchmarks.bench import Bench
from benchmarks.measuring.bandwidth import BEYOND_CACHES, FIRST_LEVEL, Bandwidth, measure_bandwidth
from benchmarks.measuring.share_times import SYNAPSES, PartTime, ShareTimes, measure_share
from benchmarks.measuring.timing import seconds
from benchmarks.reporting.tables import Cell, Section, Table
from benchmarks.subject import Subject
from training.parallel.partition import number_of_workers, samples_per_part, split
from training.parallel.threads import one_torch_thread
from training.runs.learner import Learner
from training.updates.optimiser import Optimiser

PARTS = ("stage", "layer", "part", "ms", "%", "bound ms", "time / bound", "events", "1e9 events/s")


def measure(bench: Bench) -> Section:
    """Measure one part of a batch alone, the bandwidth, and whole iterations on all cores."""
    subject, batch = bench.subject, bench.recipe.batch_size
    simulation = subject.recipe.simulation
    shares = number_of_workers(subject.architecture, batch, simulation, torch.get_num_threads())
    samples = samples_per_part(subject.architecture, batch, shares, simulation)
    times = measure_share(subject, samples, batch, bench.effort.share_runs)
    sets = {part.traffic.working_set for part in times.parts} - {0}
    measured = measure_bandwidth(*sorted({FIRST_LEVEL, BEYOND_CACHES, *sets}))
    bandwidths = {each.size: each for each in measured}
    rows = [_row(part, times, bandwidths) for part in times.parts]
    bound = sum(_bound(part, bandwidths) for part in times.parts)
    rows.append(
        ("1+2", "all", "compiled", *_figures(times.compiled, times), 1e3 * bound,
         times.compiled / bound, None, None)
    )  # fmt: skip
    iteration = _iteration(subject, bench.effort.runs)
    parts = len(split(batch, shares, samples))
    alone = (times.in_runs + times.between_runs) / times.total
    needed = parts * (times.compiled + times.torch_products)
    outside = 1 - needed / (shares * iteration)
    return Section(
        f"compiled code takes {times.compiled / bound:.1f} times the hardware's bound; Python is "
        f"{100 * alone:.1f} % of a share alone; {100 * outside:.1f} % of an iteration on "
        f"{shares} cores is not explained by compiled code",
        [
            Table(
                "Parts of a stage", PARTS, rows,
                f"{samples} of {batch} images on one core, the fastest of "
                f"{bench.effort.share_runs} runs; % of the time of the share.",
            ),
            _share_table(times),
            _iteration_table(times, parts, shares, iteration),
            _bandwidth_table(measured),
        ],
    )  # fmt: skip


def _bound(part: PartTime, bandwidths: dict[int, Bandwidth]) -> float:
    if part.part == SYNAPSES:
        return part.traffic.bytes / bandwidths[FIRST_LEVEL].read
    found = bandwidths[part.traffic.working_set]
    return part.traffic.bytes / max(found.read, found.copy)


def _figures(time: float, times: ShareTimes) -> tuple[float, float]:
    return 1e3 * time, 100 * time / times.total


def _row(part: PartTime, times: ShareTimes, bandwidths: dict[int, Bandwidth]) -> tuple[Cell, ...]:
    bound = _bound(part, bandwidths)
    events = part.traffic.events
    return (
        part.stage, part.layer, part.part, *_figures(part.seconds, times), 1e3 * bound,
        part.seconds / bound if bound else None, events or None,
        events / part.seconds / 1e9 if events else None,
    )  # fmt: skip


def _share_table(times: ShareTimes) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (name, *_figures(time, times))
        for name, time in (
            ("compiled code of both stages", times.compiled),
            ("in the runs, outside compiled code", times.in_runs),
            ("between runs: masks, copies, rates, loss", times.between_runs),
            ("products in torch: input, readout, weight gradients", times.torch_products),
            ("total", times.total),
        )
    ]
    return Table(
        "One share alone", ("what", "ms", "%"), rows, f"{times.samples} images on one core."
    )


def _iteration_table(times: ShareTimes, parts: int, shares: int, iteration: float) -> Table:
    capacity = shares * iteration
    compiled, products = parts * times.compiled, parts * times.torch_products
    rows: list[tuple[Cell, ...]] = [
        ("compiled code of both stages, as alone", 1e3 * compiled, 100 * compiled / capacity),
        ("products in torch, as alone", 1e3 * products, 100 * products / capacity),
        (
            "the rest",
            1e3 * (capacity - compiled - products),
            100 * (1 - (compiled + products) / capacity),
        ),
        (f"iteration, {shares} cores x {1e3 * iteration:.0f} ms", 1e3 * capacity, 100.0),
    ]
    note = (
        "A whole training iteration: dropout masks, writing weights, both stages, gradients, SGD "
        "and norm restriction. The rest is Python, code that runs on one core only, waiting, and "
        "what the cores lose to each other when both run."
    )
    return Table("One iteration on all cores", ("what", "core ms", "%"), rows, note)


def _bandwidth_table(measured: list[Bandwidth]) -> Table:
    rows = [(each.size / 1e6, each.read / 1e9, each.copy / 1e9) for each in measured]
    note = "One core. Copying counts bytes read and bytes written."
    return Table("Bandwidth", ("working set MB", "read GB/s", "copy GB/s"), rows, note)


def _iteration(subject: Subject, runs: int) -> float:
    """Median time of a whole training iteration."""
    trainer = subject.trainer()
    recipe = subject.recipe
    momentum = {name: value * 0 for name, value in subject.parameters.items()}
    learner = Learner(recipe, trainer, Optimiser(recipe, subject.parameters, momentum, 1000, 0))
    with one_torch_thread():  # as in `training.runs.loop`
        times = [
            seconds(lambda: learner.learn(batch.images, batch.labels, number))  # noqa: B023
            for number in range(runs + 1)
            for batch in [subject.batch(number)]
        ]
    return statistics.median(times[1:])
