"""What a run that is resumed has left to do, known without building anything."""

from __future__ import annotations

from dataclasses import replace

from training.counted import counted
from training.errors import UserError
from training.recipes.recipe import Recipe
from training.recipes.sizes import iterations
from training.runs.files.progress import Progress


def check_end(recipe: Recipe, before: Recipe, progress: Progress) -> None:
    """Refuse an end that lies behind the run: its recipe would not say what it was trained with.

    Parameters
    ----------
    recipe : Recipe
        With the end that is wanted now: epochs, and the accuracy to stop at.
    before : Recipe
        That the run has.
    progress : Progress
        How far the run is.

    Raises
    ------
    UserError
        If it has more iterations than those epochs, or has had that accuracy.
    """
    if progress.iteration > iterations(recipe):
        per_epoch = iterations(replace(recipe, epochs=1))
        begun = -(-progress.iteration // per_epoch)
        raise UserError(
            f"epochs cannot be {recipe.epochs}: the run already has "
            f"{counted(progress.iteration, 'iteration')}, and an epoch has {per_epoch}; give at "
            f"least {begun}, or leave epochs out"
        )
    goal, best = recipe.stop_at_accuracy, progress.best_accuracy
    if goal != before.stop_at_accuracy and best is not None and 0 < goal <= best:
        raise UserError(
            f"stop_at_accuracy cannot be {goal:g}: the run already had {best:g} after iteration "
            f"{progress.best_iteration}; give more, or 0 for never"
        )


def reached(recipe: Recipe, accuracy: float) -> bool:
    """Whether an evaluation has the accuracy at which the training ends."""
    return 0 < recipe.stop_at_accuracy <= accuracy


def nothing_left(recipe: Recipe, progress: Progress, max_iterations: int | None) -> str | None:
    """Return a sentence that says so and how to get more, or None if there is something left.

    Parameters
    ----------
    recipe : Recipe
        With the end that is wanted now.
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
    done = counted(iteration, "iteration")
    if max_iterations is not None and max_iterations < iteration:
        raise UserError(
            f"--max-iterations {max_iterations} lies below the {done} that the run already "
            "has: choose more, or leave it out"
        )
    if progress.accuracy is None:
        return None
    if reached(recipe, progress.accuracy):
        return (
            f"the run is finished: after {done} it had the accuracy of "
            f"{recipe.stop_at_accuracy:g} at which it was to stop: for more, give "
            "--stop-at-accuracy a larger number, or 0 for never"
        )
    if iteration >= iterations(recipe):
        return (
            f"the run is finished, with {counted(progress.epoch, 'epoch')} ({done}): for "
            f"more, give --epochs a number above {progress.epoch}"
        )
    if iteration == max_iterations:
        return (
            f"the run already has {done}: for more, give --max-iterations a larger "
            "number or leave it out"
        )
    return None
