"""What is measured: a recipe's network, its data, and weights that have been trained a little.

Untrained networks fire at other rates than trained ones, and the cost of spikes is their number.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from networks import Architecture
from training.data import Images, find
from training.data.batches import batches_per_epoch, training_batches
from training.parallel.over_cores import TwoStageTrainer
from training.recipes.recipe import Recipe
from training.runs.learner import Learner
from training.updates.dropout import dropout_masks
from training.updates.initialisation import initial_parameters
from training.updates.optimiser import Optimiser

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Batch:
    """Images, labels and dropout masks."""

    images: Array
    labels: NDArray[np.integer]
    masks: dict[str, Array]

    def first(self, samples: int) -> Batch:
        """Its first samples; more than there are repeat them."""
        chosen = np.arange(samples) % len(self.labels)
        masks = {name: mask[chosen] for name, mask in self.masks.items()}
        return Batch(self.images[chosen], self.labels[chosen], masks)


@dataclass(frozen=True)
class Subject:
    """A network in training.

    Parameters
    ----------
    recipe : Recipe
    architecture : Architecture
    parameters : dict of array
    batches : list of Batch
        Those that follow the ones it was trained with.
    """

    recipe: Recipe
    architecture: Architecture
    parameters: dict[str, Array]
    batches: list[Batch]

    def batch(self, number: int) -> Batch:
        """One of the batches, in turn."""
        return self.batches[number % len(self.batches)]

    def trainer(self) -> TwoStageTrainer:
        """Networks of the recipe's batch size with the parameters written into them."""
        trainer = TwoStageTrainer(
            self.architecture, self.recipe.two_stage, self.recipe.batch_size,
            dtype=self.recipe.dtype,
        )  # fmt: skip
        trainer.set_parameters(self.parameters)
        return trainer


def train(recipe: Recipe, data_dir: Path, iterations: int, spare: int = 4) -> Subject:
    """Train for some iterations, as `spide train` does.

    Parameters
    ----------
    recipe : Recipe
    data_dir : Path
        Folder of the data set.
    iterations : int
    spare : int
        Batches to keep for measurements.
    """
    data_set = find(recipe.data_set)
    images = data_set.load(data_dir)
    architecture = Architecture.parse(recipe.architecture, data_set.input_shape, data_set.classes)
    parameters = initial_parameters(architecture, recipe)
    momentum = {name: np.zeros_like(value) for name, value in parameters.items()}
    per_epoch = batches_per_epoch(images, recipe.batch_size)
    optimiser = Optimiser(recipe, parameters, momentum, per_epoch, 0)
    batches = (
        Batch(
            pixels.numpy(),
            labels.numpy(),
            dropout_masks(architecture, recipe, len(labels), iteration),
        )
        for iteration, (pixels, labels) in enumerate(
            itertools.islice(_endless(images, recipe), iterations + spare)
        )
    )
    if iterations:
        trainer = TwoStageTrainer(
            architecture, recipe.two_stage, recipe.batch_size, dtype=recipe.dtype
        )
        learner = Learner(recipe, trainer, optimiser)
        for number in tqdm(range(iterations), desc="training", unit="batch", leave=False):
            batch = next(batches)
            learner.learn(batch.images, batch.labels, number)
    trained = {name: value.copy() for name, value in optimiser.parameters.items()}
    return Subject(recipe, architecture, trained, list(batches))


def _endless(images: Images, recipe: Recipe) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield the batches of all epochs."""
    for epoch in itertools.count():
        yield from training_batches(images, recipe.batch_size, recipe.seed, epoch)
