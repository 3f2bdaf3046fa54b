"""How many images a recipe trains on, and how many iterations that takes, without reading them."""

from __future__ import annotations

from training.data import find
from training.errors import UserError
from training.recipes.recipe import Recipe


def training_size(recipe: Recipe) -> int:
    """Training images of an epoch: of the data set, less those held out, or the few that are used.

    Raises
    ------
    UserError
        If the data set is unknown or has too few.
    """
    data_set = find(recipe.data_set)
    training, _ = data_set.sizes
    if recipe.validation:
        if recipe.validation >= training:
            raise UserError(
                f"{recipe.validation:,} images cannot be held out of the {training:,} training "
                f"images of {data_set.name}: choose a smaller --validation"
            )
        training -= recipe.validation
    if recipe.training_images > training:
        raise UserError(
            f"{recipe.training_images:,} training images cannot be used of the {training:,} of "
            f"{data_set.name}: choose smaller --training-images"
        )
    return recipe.training_images or training


def batch_sizes(recipe: Recipe) -> list[int]:
    """Images of each iteration of an epoch: the last one may have fewer.

    Raises
    ------
    UserError
        As `training_size`.
    """
    size, batch = training_size(recipe), recipe.batch_size
    return [min(batch, size - first) for first in range(0, size, batch)]


def iterations(recipe: Recipe) -> int:
    """Iterations of the whole training.

    Raises
    ------
    UserError
        As `training_size`.
    """
    return recipe.epochs * len(batch_sizes(recipe))
