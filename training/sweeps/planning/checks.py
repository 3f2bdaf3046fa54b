"""What of a plan is refused before anything is trained."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from networks import Architecture
from training.checks.schedule import check_schedule
from training.checks.trainable import trainable_network
from training.checks.unread import check_asked, read_values, unread
from training.errors import UserError
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.sweeps.planning.axes import Axis, Choice
from training.sweeps.planning.points import Point


def check_points(points: Iterable[Point]) -> None:
    """Refuse points that cannot be trained, or that train the same.

    Raises
    ------
    ValueError
        For twice the same training, also if it differs in fields that nothing reads.
    UserError, ValueError
        For networks that cannot be, and what cannot be learned.
    """
    seen: dict[str, Point] = {}
    for point in points:
        architecture = _architecture_of(point)
        same = seen.setdefault(_digest(point.recipe, architecture), point)
        if same is not point:
            why = _why_the_same(same.recipe, point.recipe, architecture)
            raise ValueError(f"'{same}' and '{point}' are the same training{why}: leave one out")


def check_read(names: Iterable[str], points: Sequence[Point]) -> None:
    """Refuse fields that someone asked for and no point reads.

    Parameters
    ----------
    names : iterable of str
        What was asked for for all points, and what is varied by itself. A case, whose values belong
        together, may set what only other points read.
    points : sequence of Point

    Raises
    ------
    ValueError
        For the first such field, and for a schedule that no point gets to.
    """
    names = tuple(names)
    check_schedule(names, [point.recipe for point in points])
    read = set[str]()
    for point in points:
        architecture = _architecture_of(point)
        read |= vars(point.recipe).keys() - unread(point.recipe, architecture).keys()
    first = points[0].recipe
    check_asked([name for name in names if name not in read], first, _architecture_of(points[0]))


def different_trainings(axes: Sequence[Axis], recipe: Recipe) -> list[Axis]:
    """Leave out of a list what was drawn a second time: there is nothing to learn from it.

    What cannot be trained stays, to be refused by name.
    """
    found: dict[object, tuple[Choice, ...]] = {}
    for entry in zip(*(axis.choices for axis in axes), strict=True):
        key: object = entry
        try:
            chosen = replace(recipe, **{k: v for each in entry for k, v in each.values})
            key = _digest(chosen, read_architecture(chosen))
        except (ValueError, UserError):
            pass
        found.setdefault(key, entry)
    kept = zip(*found.values(), strict=True)
    return [replace(axis, choices=chosen) for axis, chosen in zip(axes, kept, strict=True)]


def _architecture_of(point: Point) -> Architecture:
    try:
        return trainable_network(point.recipe)
    except UserError as error:
        raise UserError(f"the point {point} cannot be trained: {error}") from None
    except ValueError as error:
        raise ValueError(f"the point {point} cannot be trained: {error}") from None


def _digest(recipe: Recipe, architecture: Architecture) -> str:
    return json.dumps(read_values(recipe, architecture), sort_keys=True)


def _why_the_same(one: Recipe, other: Recipe, architecture: Architecture) -> str:
    """The reason for which a field does not tell two recipes apart, if one does differ."""
    ignored = unread(one, architecture) | unread(other, architecture)
    for name, reason in ignored.items():
        if getattr(one, name) != getattr(other, name):
            return f", because {reason}, so that {name} changes nothing"
    if one.milestones != other.milestones and one.epochs == other.epochs:
        last = one.epochs
        return (
            f", because milestones that come with the end of epoch {last} or later change nothing"
        )
    return ""
