"""Checkpoints: a run after a whole number of iterations, from which it continues bit for bit.

A checkpoint is two files, ``iteration-00000469.safetensors`` (parameters and momentum) and
``iteration-00000469.json`` (format version, recipe, progress, and the SHA-256 of the first file).
The JSON is written last and its rename makes the checkpoint; without it the tensors are nothing.
Since the tensors are a function of the iteration, a pair can be written again over itself.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from networks import Architecture
from training.errors import CheckpointError
from training.files import write_atomically
from training.recipe import Recipe

FORMAT = 1
"""Version of the two files; a reader refuses others."""

Arrays = dict[str, NDArray[np.floating]]


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Parameters
    ----------
    iteration : int
        Complete iterations.
    epoch : int
        Complete epochs, their evaluations on the test images included.
    accuracy : float or None
        Test accuracy (0 to 1) of the present weights, if they have been evaluated.
    best_accuracy : float or None
        Highest test accuracy so far.
    best_iteration : int or None
        The iteration that had it.
    """

    iteration: int = 0
    epoch: int = 0
    accuracy: float | None = None
    best_accuracy: float | None = None
    best_iteration: int | None = None

    def after_iteration(self) -> Progress:
        """Return the progress after one more iteration: the new weights are not yet evaluated."""
        return replace(self, iteration=self.iteration + 1, accuracy=None)

    def after_evaluation(self, accuracy: float, epoch: int) -> Progress:
        """Return the progress after an evaluation, with `epoch` epochs complete."""
        evaluated = replace(self, accuracy=accuracy, epoch=epoch)
        if self.best_accuracy is not None and accuracy <= self.best_accuracy:
            return evaluated
        return replace(evaluated, best_accuracy=accuracy, best_iteration=self.iteration)


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
    """

    name: str
    recipe: Recipe
    progress: Progress
    parameters: Arrays
    momentum: Arrays

    def check_architecture(self, architecture: Architecture) -> None:
        """Refuse parameters that are not those of the architecture.

        Raises
        ------
        CheckpointError
            If a name or a shape differs, or a value is not finite.
        """
        for arrays in (self.parameters, self.momentum):
            try:
                architecture.check_parameters(arrays)
            except ValueError as error:
                raise CheckpointError(
                    f"the checkpoint does not fit the architecture: {error}"
                ) from None


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, then remove those that are neither the newest nor the best."""
    tensors = safetensors.numpy.save(
        {f"parameters/{name}": values for name, values in checkpoint.parameters.items()}
        | {f"momentum/{name}": values for name, values in checkpoint.momentum.items()}
    )
    state = {
        "format": FORMAT,
        "name": checkpoint.name,
        "recipe": asdict(checkpoint.recipe),
        "progress": asdict(checkpoint.progress),
        "sha256": hashlib.sha256(tensors).hexdigest(),
    }
    path = _path(folder, checkpoint.progress.iteration)
    write_atomically(path.with_suffix(".safetensors"), tensors)
    write_atomically(path, json.dumps(state, indent=2).encode())
    kept = {path.stem}
    if checkpoint.progress.best_iteration is not None:
        kept.add(_path(folder, checkpoint.progress.best_iteration).stem)
    for suffix in ("json", "safetensors"):
        for old in folder.glob(f"iteration-*.{suffix}"):
            if old.stem not in kept:
                old.unlink()
    for unfinished in folder.glob(".iteration-*.tmp"):
        unfinished.unlink()


def load_latest(folder: Path) -> Checkpoint:
    """Read the newest checkpoint of a folder.

    Raises
    ------
    CheckpointError
        If there is none, or the newest one cannot be used.
    """
    paths = sorted(folder.glob("iteration-*.json"))
    if not paths:
        raise CheckpointError(f"there is no checkpoint in '{folder}': the run cannot be continued")
    return _load(paths[-1])


def load_best(folder: Path) -> Checkpoint:
    """Read the checkpoint with the highest test accuracy, or the newest if none was evaluated.

    Raises
    ------
    CheckpointError
        As `load_latest`.
    """
    latest = load_latest(folder)
    best = latest.progress.best_iteration
    return latest if best is None else _load(_path(folder, best))


def _path(folder: Path, iteration: int) -> Path:
    return folder / f"iteration-{iteration:08d}.json"


def _load(path: Path) -> Checkpoint:
    remedy = "restore it from a copy, or delete it to fall back to an older one"
    try:
        state = json.loads(path.read_text())
        if state["format"] != FORMAT:
            raise CheckpointError(
                f"the checkpoint '{path}' has format {state['format']}, this version of spide "
                f"reads format {FORMAT}: use the version that wrote it"
            )
        tensors = path.with_suffix(".safetensors").read_bytes()
        if hashlib.sha256(tensors).hexdigest() != state["sha256"]:
            raise CheckpointError(
                f"the checkpoint '{path.with_suffix('.safetensors')}' is damaged or truncated "
                f"(its SHA-256 is not the one written in the JSON file beside it): {remedy}"
            )
        arrays = safetensors.numpy.load(tensors)
        return Checkpoint(
            name=state["name"],
            recipe=recipe_from_json(state["recipe"]),
            progress=Progress(**state["progress"]),
            parameters=_under(arrays, "parameters/"),
            momentum=_under(arrays, "momentum/"),
        )
    except (OSError, ValueError, TypeError, KeyError, SafetensorError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CheckpointError(f"the checkpoint '{path}' is damaged ({reason}): {remedy}") from None


def recipe_from_json(fields: dict[str, Any]) -> Recipe:
    """Make a recipe from its JSON form.

    Raises
    ------
    TypeError, ValueError
        If a field is unknown, missing or out of range.
    """
    return Recipe(**{**fields, "milestones": tuple(fields["milestones"])})


def _under(arrays: Arrays, prefix: str) -> Arrays:
    return {
        name.removeprefix(prefix): values
        for name, values in arrays.items()
        if name.startswith(prefix)
    }
