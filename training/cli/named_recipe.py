"""The recipe that a command line names."""

from __future__ import annotations

from training.cli.options import UsageError
from training.recipes import RECIPES
from training.recipes.recipe import Recipe
from training.suggestions import did_you_mean

NAMES = ", ".join(RECIPES)
"""All recipes, as messages list them."""


def named_recipe(name: str, otherwise: str = "") -> Recipe:
    """The recipe of that name.

    Parameters
    ----------
    name : str
    otherwise : str
        What else it may be, as the end of the sentence that refuses it.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name not in RECIPES:
        raise UsageError(
            f"unknown recipe '{name}'{did_you_mean(name, RECIPES)}: choose one of {NAMES}"
            f"{otherwise}"
        )
    return RECIPES[name]
