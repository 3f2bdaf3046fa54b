"""The recipe that a command line names, and what it asks for beside it."""

from __future__ import annotations

from collections.abc import Sequence

from training.checks.trainable import trainable_network
from training.checks.unread import check_asked
from training.cli.options import UsageError, fields_given
from training.data.own_data.own import is_own
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


def refuse_option_first(command: str, words: Sequence[str]) -> None:
    """Refuse an option in the place of the recipe.

    Raises
    ------
    UsageError
        If there is one.
    """
    if words[0].startswith("-"):
        raise UsageError(
            f"the recipe comes first: spide {command} RECIPE {' '.join(words)}, with one of {NAMES}"
        )


def recipe_and_options(command: str, words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The name of the recipe, which comes first, and the options after it.

    Raises
    ------
    UsageError
        If there is no recipe of that name, or none.
    """
    if not words:
        raise UsageError(f"spide {command} needs a recipe: choose one of {NAMES}")
    name, *options = words
    refuse_option_first(command, words)
    own = f", and give your data with --data {name}" if is_own(name) else ""
    named_recipe(name, own)
    return name, options


def asked_with(name: str, recipe: Recipe, options: Sequence[str]) -> list[str]:
    """The fields that options ask for, also with the value that the recipe has.

    Parameters
    ----------
    name : str
        Of the recipe that was named.
    recipe : Recipe
        With the options that were given.
    options : sequence of str
        Those options.
    """
    asked = [*fields_asked_for(name, recipe), *fields_given(Recipe, options)]
    return list(dict.fromkeys(asked))


def refuse_early(name: str, recipe: Recipe, options: Sequence[str]) -> None:
    """Refuse what cannot be trained or would change nothing, without waiting for Brian2 and torch.

    Parameters
    ----------
    name : str
        Of the recipe that was named.
    recipe : Recipe
        With the options that were given.
    options : sequence of str
        Those options.

    Raises
    ------
    UsageError
        For the first such value.
    UserError
        If the recipe's network is impossible.
    """
    try:
        architecture = trainable_network(recipe)
        check_asked(asked_with(name, recipe, options), recipe, architecture)
    except ValueError as error:
        raise UsageError(str(error)) from None
