"""What dropout costs: iterations without it, with a mask per channel and per neuron, in turns.

Masks are drawn before the networks run, on one core; applying them is part of both stages.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

from benchmarks.bench import Bench
from benchmarks.measuring.timing import Spread, rounds
from benchmarks.reporting.tables import Cell, Section, Table
from training.parallel.threads import one_torch_thread
from training.runs.learner import Learner
from training.updates.dropout import dropout_masks
from training.updates.optimiser import Optimiser

COLUMNS = ("dropout", "drawing ms", "iteration ms", "times without", "lowest", "highest")


class _Iterations:
    """Training iterations of one recipe, called with the number of the round."""

    def __init__(self, bench: Bench, learner: Learner) -> None:
        self.bench, self.learner = bench, learner
        self.drawing: list[float] = []

    def __call__(self, number: int) -> None:
        batch = self.bench.subject.batch(number)
        self.learner.learn(batch.images, batch.labels, number)

    def draw(self, number: int) -> None:
        """Draw the masks of an iteration, by themselves."""
        subject, recipe = self.bench.subject, self.learner.recipe
        began = time.perf_counter()
        dropout_masks(subject.architecture, recipe, recipe.batch_size, number)
        self.drawing.append(time.perf_counter() - began)


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
    kinds = [_Iterations(bench, Learner(recipe, trainer, optimiser)) for recipe in recipes.values()]
    with one_torch_thread():  # as in `training.runs.loop`
        times = rounds(kinds, 2 * bench.effort.rounds)
        for number in range(bench.effort.rounds):
            for kind in kinds:
                kind.draw(number)
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
