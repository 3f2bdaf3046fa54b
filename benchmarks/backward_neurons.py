"""Gradients by both neurons of stage 2 and both resting potentials, against exact ones.

``python -m benchmarks.backward_neurons RUN [--data-dir DATA]`` takes the weights of a trained run
and its first test images, and prints a table for each size of the batch that the images count as a
part of: the loss is the mean over that batch, and the output gradient is divided by its size.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from networks import Architecture
from training.errors import UserError
from training.experiments.gradient_error import Error, distance
from training.methods.implicit import Implicit
from training.methods.parts.batch import Batch
from training.methods.spide import Spide
from training.recipes.recipe import Recipe
from training.recipes.two_stage_config import BackwardNeuron
from training.runs.run import Run

STEPS = (25, 100, 400)
"""T_B."""

POTENTIALS = ((0.5, -0.5), (1.0, 0.0))
"""V_th^b and u_rest^b: those of section 4.3 for V_th = 1, u_rest = -1, and SpikeGrad's."""

NEURONS: dict[str, BackwardNeuron] = {"ternary": "ternary", "traces": "trace"}


@dataclass(frozen=True)
class Subject:
    """What gradients are taken of.

    Parameters
    ----------
    architecture : Architecture
    recipe : Recipe
        Stage 2 is replaced.
    parameters : dict of array
        As both stages use them.
    images : array, shape (samples, *input_shape)
    labels : int array, shape (samples,)
    """

    architecture: Architecture
    recipe: Recipe
    parameters: Mapping[str, ArrayLike]
    images: NDArray[np.floating]
    labels: NDArray[np.integer]

    @classmethod
    def of(cls, run: Run, images: int) -> Subject:
        """The first test images of a run, and its weights."""
        pixels, labels = (tensor[:images].numpy() for tensor in run.images.test.tensors)
        return cls(run.architecture, run.recipe, run.weights, pixels, labels)


@dataclass(frozen=True)
class Comparison:
    """Errors, and how large what is sent back is.

    Parameters
    ----------
    errors : list of Error
        Of all parameters but the readout's, whose gradient is exact.
    output_gradient : float
        Largest input of a neuron of stage 2 per step. A neuron sends one spike per step at most.
    rate : float
        Largest exact rate.
    """

    errors: list[Error]
    output_gradient: float
    rate: float


def compare(subject: Subject, batch: int, steps: Sequence[int] = STEPS) -> Comparison:
    """The gradients of every neuron, resting potential and T_B against the exact one.

    Parameters
    ----------
    subject : Subject
    batch : int
        Samples of the batch that the images are a part of.
    steps : sequence of int
        T_B.
    """
    network, recipe = subject.architecture, subject.recipe
    dtype = np.dtype(recipe.dtype)
    whole = Batch.of(network, dtype, subject.images, subject.labels, whole=batch)
    exactly = Implicit.build(network, recipe, whole.samples)
    exactly.set_parameters(subject.parameters)
    exact = exactly.step_batch(whole)
    sent = exactly.first.loss(exactly.first.predict(whole), whole).output_gradient
    errors = []
    for threshold, rest in POTENTIALS:
        for name, neuron in NEURONS.items():
            config = replace(
                recipe.two_stage,
                v_threshold_backward=threshold, v_rest_backward=rest, backward_neuron=neuron,
            )  # fmt: skip
            method = Spide(network, config, whole.samples, recipe.simulation)
            method.set_parameters(subject.parameters)
            for number in steps:
                method.backward_steps = number
                found = method.step_batch(whole).gradients
                label = f"{name} | {threshold:g}, {rest:g}"
                errors.append(Error(label, number, *distance(found, exact.gradients)))
    largest = max(float(abs(rates).max()) for rates in exact.beta.values())
    return Comparison(errors, float(abs(sent).max()), largest)


def table(errors: Sequence[Error]) -> str:
    """A row for each neuron and resting potential, a column for each T_B."""
    by_row: dict[str, list[str]] = {}
    for error in errors:
        cell = f"{error.angle:.2f}, {error.relative:.3f}"
        by_row.setdefault(error.method, []).append(cell)
    columns = [f"T_B {steps}" for steps in dict.fromkeys(error.steps for error in errors)]
    lines = [["stage 2 | V_th^b, u_rest^b", *columns], ["---"] * (2 + len(columns))]
    lines += [[name, *cells] for name, cells in by_row.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a trained run")
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--images", type=int, default=32, help="the first so many test images")
    parser.add_argument("--batches", type=int, nargs="+", default=[128, 32])
    options = parser.parse_args()
    try:
        run = Run(options.run, data_dir=options.data_dir)
    except UserError as error:
        raise SystemExit(str(error)) from None
    subject = Subject.of(run, options.images)
    for batch in options.batches:
        found = compare(subject, batch)
        print(
            f"As part of a batch of {batch}: degrees, relative error; largest output gradient "
            f"{found.output_gradient:.3g}, largest exact rate {found.rate:.3g}\n"
        )
        print(table(found.errors), flush=True)


if __name__ == "__main__":
    main()
