"""The recipe that a caller chooses: by name or as it is, with some fields changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from training.data.own_data.own import is_own
from training.recipes import RECIPES
from training.recipes.recipe import Recipe
from training.suggestions import did_you_mean

OWN = "own"
"""Name of a run that has no recipe's."""


def recipe_name(recipe: str | Recipe | None) -> str:
    """What a run of it is called."""
    return recipe if isinstance(recipe, str) else OWN


def chosen_recipe(recipe: str | Recipe | None, fields: dict[str, Any]) -> Recipe:
    """The recipe with some fields changed, which names data of one's own wherever it is read.

    Parameters
    ----------
    recipe : str or Recipe or None
        A recipe, or its name; without one the architecture is needed.
    fields : dict
        By name of the field, its value.

    Raises
    ------
    ValueError
        For names that do not exist, and values out of range.
    """
    if not isinstance(recipe, str | Recipe | None):
        raise ValueError(
            f"the recipe is of the type {type(recipe).__name__}: give the name of one, such as "
            "'digits', or a spide.Recipe"
        )
    known = Recipe.__dataclass_fields__
    for name in fields:
        if name in ("own_neuron", "neuron"):
            raise ValueError(
                f"a run has the neurons that a recipe can name, and no '{name}': train with a "
                "neuron of your own by spide.TwoStageTrainer, as the guide 'Add a neuron' shows"
            )
        if name not in known:
            raise ValueError(
                f"a recipe has no field '{name}'{did_you_mean(name, known)}: 'help(spide.Recipe)' "
                "lists them"
            )
    if recipe is None:
        if "architecture" not in fields:
            raise ValueError("give the architecture of the network, such as '40 (F40)'")
        return with_absolute_path(Recipe(**fields))
    if isinstance(recipe, str):
        if recipe not in RECIPES:
            raise ValueError(
                f"there is no recipe '{recipe}'{did_you_mean(recipe, RECIPES)}: choose one of "
                f"{', '.join(RECIPES)}"
            )
        recipe = RECIPES[recipe]
    return with_absolute_path(replace(recipe, **fields))


def with_absolute_path(recipe: Recipe) -> Recipe:
    """The recipe with the whole path of data of one's own: it is read from elsewhere, too."""
    if not is_own(recipe.data_set):
        return recipe
    return replace(recipe, data_set=str(Path(recipe.data_set).absolute()))


def fields_asked_for(recipe: str | Recipe | None, chosen: Recipe) -> list[str]:
    """The fields in which a choice differs from the recipe that it began with.

    A value that the recipe has already may come with all others of a record: nobody may have asked
    for it.

    Parameters
    ----------
    recipe : str or Recipe or None
        As in `chosen_recipe`; without one, what every recipe has.
    chosen : Recipe
    """
    if isinstance(recipe, str):
        recipe = RECIPES[recipe]
    original = recipe or Recipe(chosen.data_set, chosen.architecture)
    return [name for name, value in vars(chosen).items() if value != getattr(original, name)]


def read_out_after(recipe: Recipe, forward_steps: int | None) -> Recipe:
    """The recipe with another T_F, as a trained network may be asked; itself without one.

    Raises
    ------
    ValueError
        For a number of steps that cannot be.
    """
    return recipe if forward_steps is None else replace(recipe, forward_steps=forward_steps)
