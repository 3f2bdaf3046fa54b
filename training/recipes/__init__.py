"""Recipes by name: one module each, whose docstring says what to expect of it."""

from __future__ import annotations

import inspect
from types import ModuleType

from training.recipes import digits
from training.recipes.cifar import (
    alexnet_10,
    alexnet_100,
    alexnet_f_10,
    alexnet_f_100,
    cifarnet_10,
    cifarnet_100,
    cifarnet_f_10,
    cifarnet_f_100,
)
from training.recipes.events import cifar10_dvs, n_mnist
from training.recipes.fashion_mnist import dense as fashion_dense
from training.recipes.fashion_mnist import feedback as fashion_feedback
from training.recipes.mnist import feedback as mnist_feedback
from training.recipes.mnist import lenet as mnist_lenet
from training.recipes.recipe import Recipe

__all__ = ["RECIPES", "description"]

_MODULES: dict[str, ModuleType] = {
    "digits": digits,
    "mnist-feedback": mnist_feedback,
    "mnist-lenet": mnist_lenet,
    "fashion-feedback": fashion_feedback,
    "fashion-dense": fashion_dense,
    "cifar10-alexnet-f": alexnet_f_10,
    "cifar10-cifarnet-f": cifarnet_f_10,
    "cifar10-alexnet": alexnet_10,
    "cifar10-cifarnet": cifarnet_10,
    "cifar100-alexnet-f": alexnet_f_100,
    "cifar100-cifarnet-f": cifarnet_f_100,
    "cifar100-alexnet": alexnet_100,
    "cifar100-cifarnet": cifarnet_100,
    "n-mnist": n_mnist,
    "cifar10-dvs": cifar10_dvs,
}

RECIPES: dict[str, Recipe] = {name: module.RECIPE for name, module in _MODULES.items()}
"""Recipes by the name that the command line takes."""


def description(name: str) -> str:
    """Return the docstring of a recipe."""
    return inspect.cleandoc(_MODULES[name].__doc__ or "")
