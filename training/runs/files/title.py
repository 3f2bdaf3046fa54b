"""What a run is called, in pictures and where nobody names its folder."""

from __future__ import annotations

import re
from pathlib import Path

from training.data.own_data.from_memory import FOLDER
from training.data.own_data.own import is_own
from training.recipes.recipe import Recipe


def title_of(name: str, recipe: Recipe) -> str:
    """What a training is called: as its recipe, or as the file or folder of its own data.

    Parameters
    ----------
    name : str
        Of the recipe.
    recipe : Recipe
        As it is trained.
    """
    own = Path(recipe.data_set)
    if not is_own(recipe.data_set) or own.name == FOLDER:  # arrays have no name of their own
        return name
    return re.sub(r"[^\w.+-]+", "-", own.stem) or name
