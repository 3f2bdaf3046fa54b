"""One training iteration of a large network on random images, with the paper's values for CIFAR.

    python -m benchmarks.children.large_iteration NOTATION BATCH DROPOUT T_B

Appendix D.3: V_th = 1, u_rest = -1, loss scale 400, uniform weights normalised per output.
"""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.child import Finished, Stopwatch
from networks import Architecture
from training.parallel.over_cores import TwoStageTrainer
from training.recipes.recipe import Recipe
from training.runs.learner import Learner
from training.updates.initialisation import initial_parameters
from training.updates.optimiser import Optimiser


def main() -> None:
    """Run both stages, the gradients and one step of SGD."""
    notation, batch, dropout, backward_steps = sys.argv[1:]
    recipe = Recipe(
        data_set="cifar10",
        architecture=notation,
        initialisation="uniform-normalised",
        backward_steps=int(backward_steps),
        loss_scale=400.0,
        batch_size=int(batch),
        dropout=float(dropout),
    )
    watch = Stopwatch()
    architecture = Architecture.parse(notation, (3, 32, 32), 10)
    parameters = initial_parameters(architecture, recipe)
    momentum = {name: np.zeros_like(value) for name, value in parameters.items()}
    optimiser = Optimiser(recipe, parameters, momentum, 1000, 0)
    trainer = TwoStageTrainer(architecture, recipe.two_stage, recipe.batch_size)
    watch.lap("build and compile")
    generator = np.random.default_rng(0)
    images = generator.standard_normal((recipe.batch_size, 3, 32, 32)).astype(recipe.dtype)
    labels = generator.integers(0, 10, recipe.batch_size)
    Learner(recipe, trainer, optimiser).learn(images, labels, 0)
    watch.lap("iteration")
    Finished.now(watch.steps).print()


if __name__ == "__main__":
    main()
