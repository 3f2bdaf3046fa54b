"""Whether a recipe can be trained, known without waiting for Brian2 and torch."""

from __future__ import annotations

from networks import Architecture
from training.recipes.architectures import read_architecture
from training.recipes.learnable import check_learnable
from training.recipes.recipe import Recipe
from training.updates.gains import gain_shapes


def trainable_network(recipe: Recipe) -> Architecture:
    """The recipe's network, if its method can learn it as the recipe asks.

    Raises
    ------
    UserError
        If the data set is unknown or does not fit, or the architecture is impossible.
    ValueError
        If the method or the normalisation cannot be had with this network and these values.
    """
    architecture = read_architecture(recipe)
    check_learnable(recipe, architecture)
    gain_shapes(architecture, recipe)
    return architecture
