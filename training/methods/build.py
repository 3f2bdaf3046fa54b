"""From a recipe to the method that it names."""

from __future__ import annotations

import importlib

from networks import Architecture
from training.methods.method import Method
from training.methods.registry import METHODS
from training.recipes.recipe import Recipe


def build_method(architecture: Architecture, recipe: Recipe, batch_size: int) -> Method:
    """What a recipe learns with, for so many samples, in one thread.

    Raises
    ------
    ValueError
        If the recipe's values cannot be built.
    CompilerNotFoundError
        Without a C++ compiler.
    """
    method = method_class(recipe.method)
    method.check_learning(recipe.simulation)
    if recipe.backward_neuron != "ternary" and "backward" not in method.stage_names:
        raise ValueError(
            f"the method {recipe.method} has no stage 2, and so no backward neuron "
            f"'{recipe.backward_neuron}': leave --backward-neuron out"
        )
    built: Method = method.build(architecture, recipe, batch_size)  # type: ignore[attr-defined]
    return built


def method_class(name: str) -> type[Method]:
    """The class of a method by its name, for what is true of all networks that learn so."""
    module, _, kind = METHODS[name].where.partition(":")
    found: type[Method] = getattr(importlib.import_module(module), kind)
    return found
