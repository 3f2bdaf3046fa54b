"""What the commands beside the benchmark have in common: a recipe, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.recipes.chosen import chosen_recipe
from training.recipes.recipe import Recipe


@dataclass(frozen=True)
class Chosen:
    """A recipe of the project, smaller or larger.

    Parameters
    ----------
    recipe
        Its network, data and settings.
    data_dir
        Folder of the data set.
    batch_size
        In place of the recipe's.
    forward_steps
        T_F, in place of the recipe's.
    backward_steps
        T_B, in place of the recipe's.
    """

    recipe: str = "mnist-feedback"
    data_dir: Path = Path("data")
    batch_size: int | None = None
    forward_steps: int | None = None
    backward_steps: int | None = None

    def __post_init__(self) -> None:
        self.changed()  # its own checks

    def changed(self, **fields: Any) -> Recipe:
        """The recipe with these sizes, and with other fields."""
        sizes = {
            name: value
            for name in ("batch_size", "forward_steps", "backward_steps")
            if (value := getattr(self, name)) is not None
        }
        return chosen_recipe(self.recipe, {**sizes, **fields})
