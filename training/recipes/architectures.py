"""From the words of a recipe to its architecture, without waiting for Brian2 and torch."""

from __future__ import annotations

from networks import Architecture
from training.data import find
from training.errors import UserError
from training.recipes.recipe import Recipe
from training.recipes.sizes import training_size


def read_architecture(recipe: Recipe) -> Architecture:
    """Return the recipe's network for the images of its data set.

    Raises
    ------
    UserError
        If the data set is unknown, smaller than a batch or has frames for other steps, or the
        architecture is impossible.
    """
    data_set = find(recipe.data_set)
    training = training_size(recipe)
    if recipe.batch_size > training:
        raise UserError(
            f"a batch of {recipe.batch_size:,} is larger than the {training:,} training images of "
            f"{data_set.name}: choose a --batch-size of at most {training}"
        )
    if data_set.frames not in (None, recipe.forward_steps):
        raise UserError(
            f"the images of {data_set.name} have {data_set.frames} frames, stage 1 takes "
            f"{recipe.forward_steps} steps: choose --forward-steps {data_set.frames}"
        )
    try:
        return Architecture.parse(recipe.architecture, data_set.input_shape, data_set.classes)
    except ValueError as error:
        remedy = ""
        if len(data_set.input_shape) == 1 and set("CP") & set(recipe.architecture):
            remedy = ": features need an --architecture of dense layers, such as '40 (F40)'"
        raise UserError(f"{error}{remedy}") from None
