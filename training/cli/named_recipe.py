"""The recipe that a command line names, and what it asks for beside it."""

from __future__ import annotations

from training.checks.trainable import trainable_network
from training.checks.unread import check_asked
from training.cli.options import UsageError
from training.recipes import RECIPES
from training.recipes.chosen import fields_asked_for
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


def refuse_early(name: str, recipe: Recipe) -> None:
    """Refuse what cannot be trained or would change nothing, without waiting for Brian2 and torch.

    Parameters
    ----------
    name : str
        Of the recipe that was named.
    recipe : Recipe
        With the options that were given.

    Raises
    ------
    UsageError
        For the first such value.
    UserError
        If the recipe's network is impossible.
    """
    try:
        architecture = trainable_network(recipe)
        check_asked(fields_asked_for(name, recipe), recipe, architecture)
    except ValueError as error:
        raise UsageError(str(error)) from None
