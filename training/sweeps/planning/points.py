"""A point of a sweep: one training, by what is varied."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, fields
from functools import cached_property

from training.recipes.recipe import Recipe
from training.sweeps.planning.axes import Label

POINT, SEED = "point", "seed"
"""Dimensions beside the axes: the entries of a list, and the seeds."""

_LONGEST_NAME = 120


@dataclass(frozen=True)
class Point:
    """One training of a sweep.

    Parameters
    ----------
    position : tuple of int
        Where it is along the dimensions of the plan.
    labels : tuple of (str, label)
        What is varied, and its seed.
    recipe : Recipe
    """

    position: tuple[int, ...]
    labels: tuple[tuple[str, Label], ...]
    recipe: Recipe

    def __str__(self) -> str:
        return ", ".join(f"{name}={label}" for name, label in self.labels)

    @cached_property
    def name(self) -> str:
        """The name of its run folder: readable, and of no other recipe."""
        # What has its default is left out: a field that is added later changes no name.
        told = {
            field.name: getattr(self.recipe, field.name)
            for field in fields(Recipe)
            if getattr(self.recipe, field.name) != field.default
        }
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
        words = re.sub(r"[^\w.=+-]+", "-", "_".join(f"{n}={label}" for n, label in self.labels))
        return f"{words[:_LONGEST_NAME]}_{digest[:10]}"
