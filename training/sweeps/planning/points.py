"""A point of a sweep: one training, by what is varied."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

from training.recipes.recipe import Recipe
from training.sweeps.planning.axes import Label, label_of

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
        chosen = {
            field.name: getattr(self.recipe, field.name)
            for field in fields(Recipe)
            if getattr(self.recipe, field.name) != field.default
        }
        digest = hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()
        # Whatever the order and the spelling in which someone wrote them.
        values = {n: label_of(getattr(self.recipe, n, label)) for n, label in self.labels}
        if "data_set" in values:
            values["data_set"] = Path(self.recipe.data_set).name
        told = "_".join(f"{name}={values[name]}" for name in sorted(values))
        words = re.sub(r"[^\w.=+-]+", "-", told)
        return f"{words[:_LONGEST_NAME]}_{digest[:10]}"
