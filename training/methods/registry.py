"""The methods by name. Who adds a way to learn adds its line here.

A method is a class with ``build(architecture, recipe, batch_size)``, see `Spide.build`.

Only the names are known without waiting for Brian2 and torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from networks import Architecture
    from training.methods.method import Method
    from training.recipes.recipe import Recipe

METHODS = {
    "spide": "training.methods.spide:Spide",
    "implicit": "training.methods.implicit:Implicit",
    "surrogate": "training.methods.surrogate:Surrogate",
    "feedback_alignment": "training.methods.feedback_alignment:FeedbackAlignment",
    "conversion": "training.methods.conversion:Conversion",
}
"""Where the class of each method is."""


def build_method(architecture: Architecture, recipe: Recipe, batch_size: int) -> Method:
    """What a recipe learns with, for so many samples, in one thread.

    Raises
    ------
    ValueError
        If the recipe's values cannot be built.
    CompilerNotFoundError
        Without a C++ compiler.
    """
    module, _, name = METHODS[recipe.method].partition(":")
    method = getattr(importlib.import_module(module), name)
    method.check_learning(recipe.simulation)
    built: Method = method.build(architecture, recipe, batch_size)
    return built
