"""The next gradients of trained runs against exact ones, over s_l and T_B.

``python -m benchmarks.next_gradients RUN... [--data-dir DATA]`` takes of each run the batches that
it would learn from next, with their dropout, and the newest weights, and prints a table. Where
accuracies fall short it tells whether stage 2 is the reason: too few steps (T_B), or inputs of its
neurons that are too small or too large (the loss scale s_l). One batch may have next to no
gradient, because all its images are right; what a training follows is the sum over many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray

from benchmarks.reporting.tables import Table
from training.data.batches import batches_per_epoch, training_batches
from training.data.validation import held_out
from training.errors import UserError
from training.experiments.gradient_error import distance
from training.methods.implicit import Implicit
from training.methods.method import Method
from training.methods.parts.batch import Batch
from training.methods.spide import Spide
from training.runs.run import Run
from training.updates.dropout import dropout_masks


@dataclass(frozen=True)
class Options:
    """Compare next gradients of trained runs with exact ones.

    Parameters
    ----------
    runs
        Their folders.
    data_dir
        Folder of the data sets.
    loss_scales
        s_l in place of the runs' own.
    backward_steps
        T_B.
    batches
        How many of the next batches, whose gradients are added up.
    """

    runs: tyro.conf.Positional[tuple[Path, ...]]
    data_dir: Path = Path("data")
    loss_scales: tuple[float, ...] = (25.0, 100.0, 400.0, 1600.0)
    backward_steps: tuple[int, ...] = (25, 50, 100, 200, 400)
    batches: int = 16


def next_batches(run: Run, count: int) -> Iterator[Batch]:
    """What the run would learn from next: images, labels, dropout masks."""
    recipe = run.recipe
    images = held_out(run.images, recipe.validation, recipe.training_images)
    per_epoch, dtype = batches_per_epoch(images, recipe.batch_size), np.dtype(recipe.dtype)
    first = run.checkpoint.progress.iteration
    for iteration in range(first, first + count):
        epoch, number = divmod(iteration, per_epoch)
        at = number, number + 1
        batches = training_batches(images, recipe.batch_size, recipe.seed, epoch, *at)
        pixels, labels = next(iter(batches))
        masks = dropout_masks(run.architecture, recipe, len(labels), iteration)
        yield Batch.of(run.architecture, dtype, pixels.numpy(), labels.numpy(), masks)


def compare(run: Run, loss_scales: Sequence[float], steps: Sequence[int], count: int = 1) -> Table:
    """Angles in degrees and relative errors; a row for each loss scale, a column for each T_B.

    Parameters
    ----------
    run : Run
    loss_scales : sequence of float
        s_l. The exact gradient grows with it and is otherwise the same.
    steps : sequence of int
        T_B.
    count : int
        Batches whose gradients are added up, all of the same weights.
    """
    batches = list(next_batches(run, count))
    size = max(batch.samples for batch in batches)
    rows = []
    for scale in loss_scales:
        recipe = replace(run.recipe, loss_scale=scale)
        # A run may learn from spikes, which exact differentiation does not have.
        by_rates = replace(recipe, learning="rates")
        exact = _added_up(Implicit.build(run.architecture, by_rates, size), run, batches)
        method = Spide(run.architecture, recipe.two_stage, size, recipe.simulation)
        cells = []
        for number in steps:
            method.backward_steps = number
            angle, relative = distance(_added_up(method, run, batches), exact)
            cells.append(f"{angle:.2f}, {relative:.3f}")
        rows.append((f"{scale:g}", *cells))
    progress = run.checkpoint.progress
    name = f"{run.path.name}, {progress.iteration} iterations ({progress.epoch} epochs)"
    columns = ("s_l", *(f"degrees, relative error at T_B {number}" for number in steps))
    return Table(name, columns, rows)


def _added_up(
    method: Method, run: Run, batches: Sequence[Batch]
) -> dict[str, NDArray[np.floating]]:
    """The sum of a method's gradients; those of a batch are means over its samples."""
    method.set_parameters(run.weights)
    found = [method.step_batch(batch).gradients for batch in batches]
    return {name: np.sum([each[name] for each in found], axis=0) for name in found[0]}


def main() -> None:
    """Print the tables."""
    options = tyro.cli(Options)
    if not options.runs:
        raise SystemExit("there is nothing to compare: give the folder of a trained run")
    try:
        runs = [Run(path, data_dir=options.data_dir) for path in options.runs]
    except UserError as error:
        raise SystemExit(str(error)) from None
    chosen = options.loss_scales, options.backward_steps, options.batches
    for run in runs:
        print(compare(run, *chosen).markdown(), flush=True)


if __name__ == "__main__":
    main()
