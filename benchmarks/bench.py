"""What all sections share: the subject, trained once when the first section asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.measuring.effort import Effort
from benchmarks.subject import Subject, train
from training.recipes.recipe import Recipe


@dataclass(frozen=True)
class Bench:
    """One run of the benchmark.

    Parameters
    ----------
    name : str
        Of the recipe.
    recipe : Recipe
    data_dir : Path
        Folder of the data set.
    effort : Effort
    genn_python : Path, optional
        Interpreter of an environment in which GeNN can be used; without one it is left out.
    """

    name: str
    recipe: Recipe
    data_dir: Path
    effort: Effort
    genn_python: Path | None = None

    @cached_property
    def subject(self) -> Subject:
        """The recipe's network after the warm-up iterations."""
        return train(self.recipe, self.data_dir, self.effort.warmup_iterations)
