"""Whether a run that is resumed has anything left to do, known without building anything."""

from __future__ import annotations

from training.errors import UserError
from training.recipes.recipe import Recipe
from training.recipes.sizes import iterations
from training.runs.shown.progress import Progress


def nothing_left(recipe: Recipe, progress: Progress, max_iterations: int | None) -> str | None:
    """Return a sentence that says so and how to get more, or None if there is something left.

    Parameters
    ----------
    recipe : Recipe
        With the epochs that are wanted now.
    progress : Progress
        How far the run is.
    max_iterations : int or None
        Most iterations that are wanted, counted from the start of the run.

    Raises
    ------
    UserError
        If the run already has more iterations than are wanted.
    """
    iteration = progress.iteration
    if max_iterations is not None and max_iterations < iteration:
        raise UserError(
            f"--max-iterations {max_iterations} lies below the {iteration} iterations that the run "
            "already has: choose more, or leave it out"
        )
    if progress.accuracy is None:
        return None
    if iteration >= iterations(recipe):
        return (
            f"the run is finished, with {progress.epoch} epochs ({iteration} iterations): for "
            f"more, give --epochs a number above {progress.epoch}"
        )
    if iteration == max_iterations:
        return (
            f"the run already has {iteration} iterations: for more, give --max-iterations a larger "
            "number or leave it out"
        )
    return None
