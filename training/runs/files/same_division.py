"""A run goes on with as many threads as it had, or says that it cannot go on bit for bit."""

from __future__ import annotations

from dataclasses import replace

from training.methods.parts.division import Division
from training.recipes.recipe import Recipe
from training.runs.files.checkpoint import Checkpoint


def divided_as_before(recipe: Recipe, checkpoint: Checkpoint, processes: int = 1) -> Recipe:
    """The recipe to build the networks of: with the threads that the run had.

    Parameters
    ----------
    recipe : Recipe
        Of the run; its threads may be "as many as torch uses".
    checkpoint : Checkpoint
        Where the run goes on.
    processes : int
        That train it now. Other ones divide a batch in another way whatever their threads do.
        A GPU takes a batch as a whole, and its runs have one thread.
    """
    before = checkpoint.division
    if before is None or before.processes != processes or recipe.simulation.undivided:
        return recipe
    return replace(recipe, threads=before.threads)


def what_differs(checkpoint: Checkpoint, now: Division) -> str | None:
    """A sentence about a run that may not go on bit for bit; None if it does."""
    before = checkpoint.division
    if before == now or checkpoint.progress.iteration == 0:
        return None
    if before is None:
        return (
            "the run does not say with how many threads it was trained, and goes on with "
            f"{now}: bit for bit if it had as many, else to rounding"
        )
    return (
        f"the run had {before} and goes on with {now}: its weights agree with those of an "
        "uninterrupted run to rounding, not bit for bit"
    )
