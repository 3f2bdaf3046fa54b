"""A sweep as a TOML file.

::

    recipe = "digits"
    seeds = 3                       # or a list of them
    mode = "grid"                   # or "list", "random"
    draws = 20                      # of a random sweep

    [fields]                        # of the recipe, for all points
    epochs = 5

    [vary]
    backward_steps = [25, 50, 100, 250]
    case = ["ours", "w/o B", "mine"]
    learning_rate = {low = 0.01, high = 0.2, log = true}   # of a random sweep

    [cases.mine]                    # values that belong together
    v_rest_backward = -0.3
    v_threshold_backward = 0.7
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.errors import UserError
from training.recipes import RECIPES
from training.recipes.recipe import Recipe
from training.storage.sealed_json import first_reason
from training.storage.system_errors import sentence
from training.suggestions import did_you_mean
from training.sweeps.planning.draws import Range
from training.sweeps.planning.plan import Mode


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Range(_Strict):
    low: float
    high: float
    log: bool = False


class SweepFile(_Strict):
    """What the file says; see this module for its fields."""

    recipe: str
    vary: dict[str, list[Any] | _Range]
    seeds: Annotated[int, Field(ge=1)] | list[int] = 1
    mode: Mode = "grid"
    draws: Annotated[int, Field(ge=1)] | None = None
    fields: dict[str, Any] = {}
    cases: dict[str, dict[str, Any]] = {}

    @property
    def ranges_and_values(self) -> dict[str, list[Any] | Range]:
        """What is varied, as `make_plan` takes it."""
        return {
            name: Range(each.low, each.high, each.log) if isinstance(each, _Range) else each
            for name, each in self.vary.items()
        }


def read_sweep_file(path: Path) -> SweepFile:
    """Read a sweep from a file.

    Raises
    ------
    UserError
        If it cannot be read, or is no sweep.
    """
    try:
        content = tomllib.loads(path.read_text())
    except OSError as error:
        raise UserError(sentence(error)) from None
    except ValueError as error:
        raise UserError(f"'{path}' is no TOML file ({error}): mend that line") from None
    try:
        return SweepFile.model_validate(content)
    except ValidationError as error:
        raise UserError(
            f"'{path}' is no sweep ({first_reason(error)}): see 'spide sweep --help'"
        ) from None


def file_recipe(file: SweepFile, path: Path) -> Recipe:
    """The recipe that the file names, with the fields that it sets for all points.

    Parameters
    ----------
    file : SweepFile
    path : Path
        Where it was read, for messages.

    Raises
    ------
    UserError
        If there is no such recipe or field, or the recipe cannot be trained.
    """
    if file.recipe not in RECIPES:
        raise UserError(
            f"'{path}' names the recipe '{file.recipe}'{did_you_mean(file.recipe, RECIPES)}, which "
            f"is unknown: choose one of {', '.join(RECIPES)}"
        )
    known = Recipe.__dataclass_fields__
    for name in file.fields:
        if name not in known:
            raise UserError(f"'{path}' sets '{name}'{did_you_mean(name, known)}, which is no field")
    try:
        return replace(RECIPES[file.recipe], **file.fields)
    except ValueError as error:
        raise UserError(f"'{path}' cannot be trained: {error}") from None
