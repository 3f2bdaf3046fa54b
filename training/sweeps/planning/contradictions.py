"""Values that are set for all points, though what is varied would replace them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from training.recipes.recipe import Recipe
from training.sweeps.planning.axes import Axis, Choice
from training.sweeps.planning.cases import CASE


def check_given(names: Iterable[str], recipe: Recipe, axes: Sequence[Axis]) -> None:
    """Refuse a field that someone has set for all points, if it is not what they would have.

    Parameters
    ----------
    names : iterable of str
        The fields that were set by name, also if to the value that the recipe has anyway.
    recipe : Recipe
        It has their values.
    axes : sequence of Axis

    Raises
    ------
    ValueError
        For the first such field.
    """
    for name in names:
        for axis in axes:
            value = getattr(recipe, name)
            kept = [_keeps(choice, name, value) for choice in axis.choices]
            if name == axis.name:
                told = ", ".join(str(choice.label) for choice in axis.choices)
                raise ValueError(
                    f"{name} is set to {value} for all points, and is varied over {told}: leave "
                    "one of the two out"
                )
            # A case is chosen by its name, and others beside it may have the value.
            if axis.name == CASE and not any(kept):
                raise ValueError(
                    f"{name} is set to {value} for all points, and every case sets another: leave "
                    f"{name} out, or define a case that has it"
                )
            if axis.name != CASE and not all(kept):
                raise ValueError(
                    f"{name} is set to {value} for all points, and would follow {axis.name}, which "
                    f"is varied: leave {name} out, or vary it as well, with {value} as its one "
                    "value"
                )


def check_seed(names: Iterable[str], recipe: Recipe, seeds: object, drawn: bool) -> None:
    """Refuse a first seed beside a list of all.

    Parameters
    ----------
    names : iterable of str
        As in `check_given`.
    recipe : Recipe
    seeds : int or sequence of int
    drawn : bool
        Whether the seed of the recipe settles what is drawn: then it is used all the same.

    Raises
    ------
    ValueError
    """
    if "seed" in names and isinstance(seeds, Iterable) and not drawn:
        raise ValueError(
            f"seed is set to {recipe.seed}, and the seeds are {list(seeds)}: leave one of the two "
            "out"
        )


def _keeps(choice: Choice, name: str, value: object) -> bool:
    return choice.fields.get(name, value) == value
