"""How the time of an image grows with batch size, T_B, width and firing rate.

One value is changed at a time. The exponents are the slopes of least-squares lines through the
logarithms. Firing rates are changed by scaling threshold and resting potential of stage 1
together, with the trained weights; other widths have initial weights. The output gradient of
smaller and larger batches is that of a part of the recipe's batch: it shrinks with the batch, and
the firing rates of stage 2 with it, which would hide what the size itself costs.
"""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.bench import Bench
from benchmarks.measuring.timing import least_seconds
from benchmarks.reporting.tables import Section, Table
from benchmarks.subject import Array, Batch, Subject
from networks import Architecture
from training.parallel.over_cores import TwoStageTrainer
from training.recipes.recipe import Recipe
from training.updates.dropout import dropout_masks
from training.updates.initialisation import initial_parameters

_CHANNELS = re.compile(r"\d+(?=C\d)")


@dataclass(frozen=True)
class Point:
    """One value of a sweep."""

    value: float
    seconds_per_image: float
    forward_rate: float
    backward_rate: float


def measure(bench: Bench) -> Section:
    """Run all sweeps."""
    effort, subject = bench.effort, bench.subject
    recipe, batch = subject.recipe, subject.batch(0)

    def point(
        value: float, changed: Recipe, samples: int = recipe.batch_size,
        parameters: dict[str, Array] = subject.parameters,
    ) -> Point:  # fmt: skip
        return _point(value, changed, subject, parameters, batch.first(samples), effort.runs)

    sweeps = {
        "batch": [point(size, recipe, size) for size in effort.batch_sizes],
        "T_B": [
            point(steps, replace(recipe, backward_steps=steps)) for steps in effort.backward_steps
        ],
        "width": [_width(subject, width, effort.runs) for width in effort.widths],
    }
    by_threshold = [point(factor, _with_thresholds(recipe, factor)) for factor in effort.thresholds]
    sweeps["firing rate"] = [
        replace(each, value=_overall_rate(each, recipe)) for each in by_threshold
    ]
    exponents = {name: growth(points) for name, points in sweeps.items()}
    return Section(
        "seconds per image grow with "
        + ", ".join(f"{name}^{exponent:.2f}" for name, exponent in exponents.items()),
        [_table(name, points) for name, points in sweeps.items()]
        + [Table("Exponents", ("sweep", "exponent"), list(exponents.items()))],
    )


def growth(points: list[Point]) -> float:
    """Exponent of seconds per image against the value."""
    values = np.log([each.value for each in points])
    times = np.log([each.seconds_per_image for each in points])
    return float(np.polyfit(values, times, 1)[0])


def _point(
    value: float, recipe: Recipe, subject: Subject, parameters: dict[str, Array], batch: Batch,
    runs: int,
) -> Point:  # fmt: skip
    architecture = Architecture.parse(
        recipe.architecture, subject.architecture.input_shape, subject.architecture.classes
    )
    samples, recipe_size = len(batch.labels), subject.recipe.batch_size
    # Of a batch that is larger than the recipe's, the loss is larger: so g stays as it is.
    whole = max(samples, recipe_size)
    recipe = replace(recipe, loss_scale=recipe.loss_scale * whole / recipe_size)
    gc.collect()  # Brian2's networks are cycles of references, and here one follows another
    trainer = TwoStageTrainer(architecture, recipe.two_stage, samples, dtype=recipe.dtype)
    trainer.set_parameters(parameters)
    run = partial(trainer.step, batch.images, batch.labels, batch.masks, batch=whole)
    time = least_seconds(run, runs)
    result = run()
    return Point(
        value,
        time / samples,
        _mean_rate(architecture, result.firing_rates_forward),
        _mean_rate(architecture, result.firing_rates_backward),
    )


def _width(subject: Subject, width: int, runs: int) -> Point:
    notation = _CHANNELS.sub(str(width), subject.recipe.architecture)
    recipe = replace(subject.recipe, architecture=notation)
    architecture = Architecture.parse(
        notation, subject.architecture.input_shape, subject.architecture.classes
    )
    parameters = initial_parameters(architecture, recipe)
    batch = subject.batch(0)
    masks = dropout_masks(architecture, recipe, len(batch.labels), 0)
    batch = Batch(batch.images, batch.labels, masks)
    return _point(width, recipe, subject, parameters, batch, runs)


def _with_thresholds(recipe: Recipe, factor: float) -> Recipe:
    return replace(recipe, v_threshold=factor * recipe.v_threshold, v_rest=factor * recipe.v_rest)


def _mean_rate(architecture: Architecture, rates: dict[str, float]) -> float:
    """Share of all neurons that fire per step."""
    spikes = sum(rates[layer.name] * layer.units for layer in architecture.layers)
    return spikes / architecture.spiking_neurons


def _overall_rate(point: Point, recipe: Recipe) -> float:
    """Share of neurons that fire per step, over the steps of both stages."""
    first, second = recipe.forward_steps, recipe.backward_steps
    return (first * point.forward_rate + second * point.backward_rate) / (first + second)


def _table(name: str, points: list[Point]) -> Table:
    rows = [
        (
            each.value, 1e3 * each.seconds_per_image, 1 / each.seconds_per_image,
            100 * each.forward_rate, 100 * each.backward_rate,
        )
        for each in points
    ]  # fmt: skip
    columns = (name, "ms per image", "images/s", "stage 1 fires %", "stage 2 fires %")
    return Table(f"Sweep of {name}", columns, rows)
