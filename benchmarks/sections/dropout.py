"""What dropout costs: iterations without it, with a mask per channel and per neuron, in turns.

Masks are drawn before the networks run, on one core; applying them is part of both stages.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

from benchmarks.bench import Bench
from benchmarks.tables import Cell, Section, Table
from benchmarks.timing import Spread, rounds
from training.parallel.over_cores import TwoStageTrainer
from training.parallel.threads import one_torch_thread
from training.recipes.recipe import Recipe
from training.updates.dropout import dropout_masks
from training.updates.optimiser import Optimiser

COLUMNS = ("dropout", "drawing ms", "iteration ms", "times without", "lowest", "highest")


class _Iterations:
    """Training iterations of one recipe, called with the number of the round."""

    def __init__(
        self, bench: Bench, recipe: Recipe, trainer: TwoStageTrainer, optimiser: Optimiser
    ) -> None:
        self.bench, self.recipe, self.trainer, self.optimiser = bench, recipe, trainer, optimiser
        self.drawing: list[float] = []

    def __call__(self, number: int) -> None:
        subject = self.bench.subject
        batch = subject.batch(number)
        began = time.perf_counter()
        masks = dropout_masks(subject.architecture, self.recipe, len(batch.labels), number)
        self.drawing.append(time.perf_counter() - began)
        self.trainer.set_parameters(self.optimiser.parameters_in_use)
        self.optimiser.step(self.trainer.step(batch.images, batch.labels, masks).gradients)


def measure(bench: Bench) -> Section:
    """Measure whole training iterations with each kind of masks."""
    subject = bench.subject
    recipes = {
        "none": replace(subject.recipe, dropout=0.0),
        "per channel": replace(subject.recipe, dropout_per="channel"),
        "per neuron": replace(subject.recipe, dropout_per="neuron"),
    }
    trainer = subject.trainer()
    momentum = {name: value * 0 for name, value in subject.parameters.items()}
    optimiser = Optimiser(subject.recipe, subject.parameters, momentum, 1000, 0)
    kinds = [_Iterations(bench, recipe, trainer, optimiser) for recipe in recipes.values()]
    with one_torch_thread():  # as in `training.runs.loop`
        times = rounds(kinds, 2 * bench.effort.rounds)
    rows: list[tuple[Cell, ...]] = []
    for column, (name, kind) in enumerate(zip(recipes, kinds, strict=True)):
        ratio = Spread.of([each[column] / each[0] for each in times])
        median = statistics.median(each[column] for each in times)
        drawing = statistics.median(kind.drawing)
        rows.append((name, 1e3 * drawing, 1e3 * median, ratio.median, ratio.low, ratio.high))
    cost = rows[-1][3]
    assert isinstance(cost, float)
    return Section(
        f"dropout per neuron makes an iteration {cost:.3f} times as long as none",
        [Table("Dropout", COLUMNS, rows, f"Batches of {bench.recipe.batch_size}, all cores.")],
    )
