"""Recipes by name: one module each, whose docstring says what to expect of it."""

from __future__ import annotations

import inspect
from types import ModuleType

from training.recipes import digits, fashion_feedback, mnist_feedback, mnist_lenet
from training.recipes.recipe import Recipe

__all__ = ["RECIPES", "description"]

_MODULES: dict[str, ModuleType] = {
    "digits": digits,
    "mnist-feedback": mnist_feedback,
    "mnist-lenet": mnist_lenet,
    "fashion-feedback": fashion_feedback,
}

RECIPES: dict[str, Recipe] = {name: module.RECIPE for name, module in _MODULES.items()}
"""Recipes by the name that the command line takes."""


def description(name: str) -> str:
    """Return the docstring of a recipe."""
    return inspect.cleandoc(_MODULES[name].__doc__ or "")
