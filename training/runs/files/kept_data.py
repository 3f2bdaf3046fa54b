"""Images that a run keeps in its folder: they are where the folder is, and not where it was.

Recipes name them by the path that they had when they were written. A run that is moved or copied,
with its checkpoints, has them with it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from training.data.own_data.from_memory import FOLDER
from training.data.own_data.own import is_own
from training.recipes.recipe import Recipe


def with_kept_data(recipe: Recipe, run: Path) -> Recipe:
    """The recipe as a file of a run has it, with the images where they are now.

    Parameters
    ----------
    recipe : Recipe
    run : Path
        The run folder. If it keeps no images, or the recipe names others, nothing changes.
    """
    kept = (run / FOLDER).absolute()
    if is_own(recipe.data_set) and Path(recipe.data_set).name == FOLDER and kept.is_dir():
        return replace(recipe, data_set=str(kept))
    return recipe
