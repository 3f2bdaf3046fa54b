"""One training iteration of a recipe on random images of its data set's shape.

    python -m benchmarks.children.large_iteration RECIPE BATCH

Its weights are the initial ones.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from benchmarks.child import Finished, Stopwatch
from training.parallel.over_cores import TwoStageTrainer
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.runs.learner import Learner
from training.updates.initialisation import initial_parameters
from training.updates.optimiser import Optimiser


def main() -> None:
    """Run both stages, the gradients and one step of SGD."""
    name, batch = sys.argv[1:]
    recipe = replace(RECIPES[name], batch_size=int(batch))
    watch = Stopwatch()
    architecture = read_architecture(recipe)
    parameters = initial_parameters(architecture, recipe)
    momentum = {name: np.zeros_like(value) for name, value in parameters.items()}
    optimiser = Optimiser(recipe, parameters, momentum, 1000, 0)
    trainer = TwoStageTrainer(architecture, recipe.two_stage, recipe.batch_size)
    watch.lap("build and compile")
    generator = np.random.default_rng(0)
    shape = recipe.batch_size, *architecture.input_shape
    images = generator.standard_normal(shape).astype(recipe.dtype)
    labels = generator.integers(0, architecture.classes, recipe.batch_size)
    Learner(recipe, trainer, optimiser).learn(images, labels, 0)
    watch.lap("iteration")
    Finished.now(watch.steps).print()


if __name__ == "__main__":
    main()
