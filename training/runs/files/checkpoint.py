"""A run after a whole number of iterations: all that it needs to go on bit for bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from networks import Architecture
from training.errors import CheckpointError
from training.methods.parts.division import Division
from training.recipes.earlier import differing_field
from training.recipes.recipe import Recipe
from training.runs.files.progress import Progress
from training.updates.gains import check_learned

Arrays = dict[str, NDArray[np.floating]]


@dataclass(frozen=True)
class Checkpoint:
    """Everything that a run needs to go on.

    Parameters
    ----------
    name : str
        Name of the recipe.
    recipe : Recipe
        The recipe as the run uses it.
    progress : Progress
        How far the run is.
    parameters, momentum : dict of ndarray
        Parameters and SGD's momentum buffers by parameter name.
    division : Division or None
        What trained it; None if that is not known, as of earlier versions.
    """

    name: str
    recipe: Recipe
    progress: Progress
    parameters: Arrays
    momentum: Arrays
    division: Division | None = None

    def check_architecture(self, architecture: Architecture) -> None:
        """Refuse parameters that are not those of the architecture.

        Raises
        ------
        CheckpointError
            If a name or a shape differs, or a value is not finite.
        """
        for arrays in (self.parameters, self.momentum):
            try:
                check_learned(architecture, self.recipe, arrays)
            except ValueError as error:
                raise CheckpointError(
                    f"the checkpoint does not fit the architecture: {error}"
                ) from None

    def check_recipe(self, name: str, recipe: Recipe) -> None:
        """Refuse a checkpoint of another recipe; its end, and the place of own data, may differ.

        Raises
        ------
        CheckpointError
            If the name of the recipe or a field differs.
        """
        remedy = "put the run's own checkpoint or recipe.json back"
        if self.name != name:
            raise CheckpointError(
                f"the checkpoint is of the recipe '{self.name}', its run is of '{name}': {remedy}"
            )
        field = differing_field(self.recipe, recipe)
        if field is not None:
            raise CheckpointError(
                f"the checkpoint is of the {field} '{getattr(self.recipe, field)}', its run is of "
                f"'{getattr(recipe, field)}': {remedy}"
            )
