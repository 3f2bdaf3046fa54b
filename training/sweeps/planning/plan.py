"""The points of a sweep: a recipe, its axes, and how they are combined.

A grid has every combination; a list takes the first choice of every axis, then the second, and so
on. Values that are drawn at random are a list. Every point is trained with all seeds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, get_args

from networks.arrays import whole_number
from training.randomness import stream
from training.recipes.chosen import with_absolute_path
from training.recipes.recipe import Recipe
from training.sweeps.planning.axes import Axis, Label, check_field, is_whole, make_axis
from training.sweeps.planning.cases import CASE
from training.sweeps.planning.checks import check_points, check_read, different_trainings
from training.sweeps.planning.contradictions import check_given, check_seed
from training.sweeps.planning.draws import Range, draw
from training.sweeps.planning.points import POINT, SEED, Point

Mode = Literal["grid", "list", "random"]

MOST = 100_000
"""Seeds or draws of a sweep: more are a mistake."""


@dataclass(frozen=True)
class Plan:
    """All points of a sweep.

    Parameters
    ----------
    name : str
        Of the recipe.
    recipe : Recipe
        What is varied.
    axes : tuple of Axis
    seeds : tuple of int
    listed : bool
        Whether the choices of all axes go together, instead of every one with every other.

    Raises
    ------
    ValueError
        For points that are no recipes, or twice the same one.
    UserError
        For networks that cannot be.
    """

    name: str
    recipe: Recipe
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    listed: bool = False

    def __post_init__(self) -> None:
        owner: dict[str, str] = {}
        for axis in self.axes:
            for field in axis.fields:
                if owner.setdefault(field, axis.name) != axis.name:
                    raise ValueError(
                        f"'{owner[field]}' and '{axis.name}' both set {field}: vary one of them"
                    )
            labels = [choice.label for choice in axis.choices]
            if not self.listed and len(set(labels)) < len(labels):
                raise ValueError(f"'{axis.name}' has a value twice: {', '.join(map(str, labels))}")
        lengths = {axis.name: len(axis.choices) for axis in self.axes}
        if self.listed and len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
            raise ValueError(f"a list needs as many values of each field ({told}): complete them")
        check_points(self.points)

    @property
    def dimensions(self) -> dict[str, int]:
        """Names and lengths of the dimensions of the results."""
        if self.listed:
            return {POINT: len(self.axes[0].choices), SEED: len(self.seeds)}
        return {**{axis.name: len(axis.choices) for axis in self.axes}, SEED: len(self.seeds)}

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every point, seeds last: what is compared is trained first with the first seed."""
        choices = [axis.choices for axis in self.axes]
        numbers: list[tuple[int, ...]]
        if self.listed:
            numbers = [(entry,) * len(choices) for entry in range(len(choices[0]))]
        else:
            numbers = list(itertools.product(*(range(len(each)) for each in choices)))
        return tuple(
            self._point(chosen, place) for place in range(len(self.seeds)) for chosen in numbers
        )

    def _point(self, chosen: tuple[int, ...], place: int) -> Point:
        values: dict[str, Any] = {}
        labels: list[tuple[str, Label]] = []
        for axis, number in zip(self.axes, chosen, strict=True):
            values |= axis.choices[number].fields
            labels.append((axis.name, axis.choices[number].label))
        seed = self.seeds[place]
        labels.append((SEED, seed))
        try:
            recipe = with_absolute_path(replace(self.recipe, **values, seed=seed))
            if recipe.threads == 0:
                recipe = replace(recipe, threads=1)
        except ValueError as error:
            told = ", ".join(f"{name}={label}" for name, label in labels)
            raise ValueError(f"the point {told} cannot be trained: {error}") from None
        position = (chosen[0], place) if self.listed else (*chosen, place)
        return Point(position, tuple(labels), recipe)


def make_plan(
    name: str,
    recipe: Recipe,
    vary: Mapping[str, Sequence[Any] | Range],
    *,
    seeds: int | Sequence[int] = 1,
    mode: Mode = "grid",
    draws: int | None = None,
    cases: Mapping[str, Mapping[str, Any]] | None = None,
    asked: Sequence[str] = (),
    given: Iterable[str] = (),
) -> Plan:
    """Plan a sweep.

    Parameters
    ----------
    name : str
        Of the recipe.
    recipe : Recipe
        What is varied. Where the number of threads is left open, a point has one: a sweep uses the
        cores for several points at a time, and its results depend on no machine.
    vary : mapping
        By field of the recipe, or ``case``: its values; in a random sweep also a `Range`.
    seeds : int or sequence of int
        How many, from the recipe's own one on; or which.
    mode : {"grid", "list", "random"}
    draws : int, optional
        Number of points of a random sweep, not counting seeds. The recipe's seed settles them: more
        draws begin with the same ones.
    cases : mapping, optional
        Cases of one's own: by name, the fields that each sets.
    asked : sequence of str
        Fields of the recipe that someone has asked for: some point must read each of them, as each
        field that is varied.
    given : iterable of str
        Fields that were set for all points by name: what is varied must leave them as they are.

    Raises
    ------
    ValueError, UserError
        What cannot be trained is refused in one sentence.
    """
    if mode not in get_args(Mode):
        raise ValueError(f"there is no mode '{mode}': choose {', '.join(get_args(Mode))}")
    if mode == "random" and draws is None:
        raise ValueError("mode 'random' needs a number of draws: give --draws")
    if mode != "random" and draws is not None:
        raise ValueError(
            f"draws is {draws}, and mode '{mode}' draws nothing: give --mode random, or leave "
            "--draws out"
        )
    for what, given_by_name in (("vary", vary), ("cases", cases or {})):
        if not isinstance(given_by_name, Mapping):
            raise ValueError(
                f"{what} is of the type {type(given_by_name).__name__}: give a dict, such as "
                f"{_EXAMPLES[what]}"
            )
    if not vary:
        raise ValueError("a sweep needs something to vary: give a field and its values")
    given = tuple(given)
    axes = []
    for field, values in vary.items():
        if field != CASE:
            check_field(field)
        if not isinstance(values, Range):
            values = _several(field, values)
        if mode == "random":
            count = _count(draws, "draws")
            generator = stream(recipe.seed, f"draws of {field}")
            values = draw(_filled(field, values), count, is_whole(field), generator)
        elif isinstance(values, Range):
            raise ValueError(
                f"'{field}' has a range: only a random sweep draws from one; give --mode random"
            )
        axes.append(make_axis(field, values, recipe, vary, cases or {}))
    if mode == "random":
        axes = different_trainings(axes, recipe)
    check_given(given, recipe, axes)
    check_seed(given, recipe, seeds, mode == "random")
    plan = Plan(name, recipe, tuple(axes), _seeds(seeds, recipe.seed), listed=mode != "grid")
    check_read([*asked, *(field for field in vary if field != CASE)], plan.points)
    return plan


_EXAMPLES = {
    "vary": "{'backward_steps': [25, 100]}",
    "cases": "{'mine': {'v_rest': 0.0}}",
}
"""Of what is given by name."""


def _several(field: str, values: Any) -> Sequence[Any]:
    """Refuse one value, or a text, of which every letter would be a value."""
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise ValueError(f"'{field}' is varied over {values!r}: give a list, such as [{values!r}]")
    return list(values)


def _filled(field: str, values: Sequence[Any] | Range) -> Sequence[Any] | Range:
    """What can be drawn from."""
    if not isinstance(values, Range) and len(values) == 0:
        raise ValueError(f"'{field}' has no values to draw from: give at least one")
    return values


def _seeds(seeds: int | Sequence[int], first: int) -> tuple[int, ...]:
    if not isinstance(seeds, Iterable):
        return tuple(range(first, first + _count(seeds, "seeds")))
    chosen = tuple(whole_number(seed, "a seed", least=0) for seed in seeds)
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"the seeds are {list(seeds)}: give different ones, at least one")
    return chosen


def _count(value: Any, name: str) -> int:
    count = whole_number(value, f"the number of {name}")
    if count > MOST:
        raise ValueError(f"the number of {name} must be at most {MOST:,}, not {count}")
    return count
