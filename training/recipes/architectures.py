"""From the words of a recipe to its architecture, without waiting for Brian2 and torch."""

from __future__ import annotations

from networks import Architecture
from training.data import find
from training.errors import UserError
from training.recipes.recipe import Recipe


def read_architecture(recipe: Recipe) -> Architecture:
    """Return the recipe's network for the images of its data set.

    Raises
    ------
    UserError
        If the data set is unknown or smaller than a batch, or the architecture impossible.
    """
    data_set = find(recipe.data_set)
    training, _ = data_set.sizes
    if recipe.batch_size > training:
        raise UserError(
            f"a batch of {recipe.batch_size:,} is larger than the {training:,} training images of "
            f"{data_set.name}: choose a --batch-size of at most {training}"
        )
    try:
        return Architecture.parse(recipe.architecture, data_set.input_shape, data_set.classes)
    except ValueError as error:
        raise UserError(str(error)) from None
