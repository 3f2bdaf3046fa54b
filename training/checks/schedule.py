"""Milestones and warm-ups that lie, all or in part, behind the end of a training.

Recipes have some, as soon as someone gives fewer epochs: those are left alone. But a milestone that
someone asks for is meant to lower the learning rate, and a warm-up to end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from training.recipes.recipe import Recipe
from training.recipes.sizes import iterations


def milestones_in_time(recipe: Recipe) -> tuple[int, ...]:
    """The milestones at which something happens: those before the last epoch has ended."""
    return tuple(epoch for epoch in recipe.milestones if epoch < recipe.epochs)


def check_schedule(names: Iterable[str], recipes: Sequence[Recipe]) -> None:
    """Refuse milestones and warm-ups that someone asked for, and none of the trainings gets to.

    Parameters
    ----------
    names : iterable of str
        The fields that were asked for.
    recipes : sequence of Recipe
        One, or those of all points of a sweep.

    Raises
    ------
    ValueError
        For the first such value.
    UserError
        If a data set has too few images for its recipe.
    """
    names = set(names)
    if "milestones" in names:
        _check_milestones(recipes)
    if "warmup_iterations" in names:
        _check_warmups(recipes)


def _check_milestones(recipes: Sequence[Recipe]) -> None:
    asked = dict.fromkeys(epoch for recipe in recipes for epoch in recipe.milestones)
    in_time = {epoch for recipe in recipes for epoch in milestones_in_time(recipe)}
    if late := [str(epoch) for epoch in asked if epoch not in in_time]:
        most = max(recipe.epochs for recipe in recipes)
        last = f"{most} epochs" if most > 1 else "1 epoch"
        raise ValueError(
            f"milestones {', '.join(late)} would change nothing: the training has {last}; leave "
            "them out of --milestones, or choose more --epochs"
        )


def _check_warmups(recipes: Sequence[Recipe]) -> None:
    longest: dict[int, int] = {}
    for recipe in recipes:
        warmup = recipe.warmup_iterations
        longest[warmup] = max(longest.get(warmup, 0), iterations(recipe) if warmup else 0)
    for warmup, most in longest.items():
        if warmup > most:
            raise ValueError(
                f"warmup_iterations is {warmup}, and the training has {most} iterations, so that "
                "the learning rate would never have its initial value: choose fewer "
                "--warmup-iterations, or more --epochs"
            )
