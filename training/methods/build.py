"""From a recipe to the method that it names."""

from __future__ import annotations

import importlib

from networks import Architecture
from training.methods.recipe_method import RecipeMethod
from training.recipes.learnable import check_learnable
from training.recipes.methods import METHODS
from training.recipes.recipe import Recipe


def build_method(architecture: Architecture, recipe: Recipe, batch_size: int) -> RecipeMethod:
    """What a recipe learns with, for so many samples, in one thread.

    Raises
    ------
    ValueError
        If the recipe's values cannot be built.
    CompilerNotFoundError
        Without a C++ compiler.
    """
    check_learnable(recipe, architecture)
    return method_class(recipe.method).build(architecture, recipe, batch_size)


def method_class(name: str) -> type[RecipeMethod]:
    """The class of a method by its name; what is true of it are its facts in `METHODS`."""
    module, _, kind = METHODS[name].where.partition(":")
    found: type[RecipeMethod] = getattr(importlib.import_module(module), kind)
    return found
