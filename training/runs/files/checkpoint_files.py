"""The files of checkpoints, from which a run continues bit for bit.

A checkpoint is two files, ``iteration-00000469.safetensors`` (parameters and momentum) and
``iteration-00000469.json`` (recipe, progress, the SHA-256 of the first file, and a checksum of its
own). The JSON is written last and its rename makes the checkpoint; without it the tensors are
nothing.
Since the tensors are a function of the iteration, a pair can be written again over itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import safetensors.numpy
from safetensors import SafetensorError

from training.errors import CheckpointError
from training.methods.parts.division import Division
from training.recipes.earlier import completed
from training.recipes.recipe import Recipe
from training.runs.files.checkpoint import Arrays, Checkpoint
from training.runs.files.kept_data import with_kept_data
from training.runs.files.progress import Progress
from training.storage.files import write_atomically
from training.storage.sealed_json import STRICT, NewerFormatError, seal, unseal

_REMEDY = "restore it from a copy, or delete it to fall back to an older one"


@dataclass(frozen=True)
class _Description:
    """What the JSON file holds."""

    __pydantic_config__ = STRICT

    name: str
    recipe: Recipe
    progress: Progress
    sha256: str
    division: Division | None = None  # earlier versions did not write it


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, then remove those that are neither the newest nor the best."""
    tensors = safetensors.numpy.save(
        {f"parameters/{name}": values for name, values in checkpoint.parameters.items()}
        | {f"momentum/{name}": values for name, values in checkpoint.momentum.items()}
    )
    state = {
        "name": checkpoint.name,
        "recipe": asdict(checkpoint.recipe),
        "progress": asdict(checkpoint.progress),
        "sha256": hashlib.sha256(tensors).hexdigest(),
        "division": None if checkpoint.division is None else asdict(checkpoint.division),
    }
    path = _path(folder, checkpoint.progress.iteration)
    write_atomically(path.with_suffix(".safetensors"), tensors)
    write_atomically(path, seal(state))
    kept = {path.stem}
    if checkpoint.progress.best_iteration is not None:
        kept.add(_path(folder, checkpoint.progress.best_iteration).stem)
    for suffix in ("json", "safetensors"):
        for old in _files(folder, f"iteration-*.{suffix}"):
            if old.stem not in kept:
                old.unlink(missing_ok=True)


def began(folder: Path) -> bool:
    """Whether a folder holds a checkpoint, or a part of one after the first iteration.

    Raises
    ------
    OSError
        If the folder cannot be read.
    """
    parts = _files(folder, "iteration-*")
    return any(part.suffix == ".json" or part.stem != _path(folder, 0).stem for part in parts)


def load_latest(folder: Path) -> Checkpoint:
    """Read the newest checkpoint of a folder.

    Raises
    ------
    CheckpointError
        If there is none, or the newest one cannot be used.
    """
    return _while_written(folder, lambda: _load(_newest(folder)))


def load_best(folder: Path) -> Checkpoint:
    """Read the checkpoint that was evaluated best, or the newest if none was evaluated.

    Raises
    ------
    CheckpointError
        As `load_latest`, and if the best one is not what the newest says of it.
    """
    return _while_written(folder, lambda: _load_best(folder))


def _load_best(folder: Path) -> Checkpoint:
    latest = _load(_newest(folder))
    iteration, accuracy = latest.progress.best_iteration, latest.progress.best_accuracy
    if iteration is None:
        return latest
    best = _load(_path(folder, iteration))
    if best.progress.best_accuracy != accuracy:
        raise CheckpointError(
            f"the checkpoint '{_path(folder, iteration)}' is not the best one of this run, with "
            f"{latest.recipe.evaluated} accuracy {accuracy}: {_REMEDY}"
        )
    return best


def _while_written(folder: Path, read: Callable[[], Checkpoint]) -> Checkpoint:
    """Read, and read again if it failed while a training put a newer checkpoint in its place."""
    while True:
        newest = _newest(folder)
        try:
            return read()
        except CheckpointError:
            if _newest(folder) == newest:
                raise


def _newest(folder: Path) -> Path:
    paths = sorted(_files(folder, "iteration-*.json"))
    if not paths:
        raise CheckpointError(f"there is no checkpoint in '{folder}': the run cannot be continued")
    return paths[-1]


def _files(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder, if there is one; `glob` takes one that cannot be read for empty."""
    try:
        return [path for path in folder.iterdir() if path.match(pattern)]
    except FileNotFoundError:
        return []


def _path(folder: Path, iteration: int) -> Path:
    return folder / f"iteration-{iteration:08d}.json"


def _load(path: Path) -> Checkpoint:
    """Read a checkpoint; everything in it is checked.

    Raises
    ------
    CheckpointError
        If a file is missing, damaged, of a newer format, or not what its name says.
    """
    try:
        state = unseal(_Description, path.read_bytes(), completed)
        if path != _path(path.parent, state.progress.iteration):
            raise ValueError(
                f"it is of iteration {state.progress.iteration}, which is not that of its name"
            )
        tensors = path.with_suffix(".safetensors").read_bytes()
        if hashlib.sha256(tensors).hexdigest() != state.sha256:
            raise CheckpointError(
                f"the checkpoint '{path.with_suffix('.safetensors')}' is damaged or truncated "
                f"(its SHA-256 is not the one written in the JSON file beside it): {_REMEDY}"
            )
        parameters, momentum = _split(safetensors.numpy.load(tensors), state.recipe.dtype)
    except NewerFormatError as error:
        raise CheckpointError(f"the checkpoint '{path}' {error}") from None
    except ValueError as error:
        raise CheckpointError(f"the checkpoint '{path}' is damaged ({error}): {_REMEDY}") from None
    except (FileNotFoundError, KeyError, TypeError, SafetensorError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CheckpointError(f"the checkpoint '{path}' is damaged ({reason}): {_REMEDY}") from None
    recipe = with_kept_data(state.recipe, path.parent.parent)  # as `open_run` reads the run's
    return Checkpoint(state.name, recipe, state.progress, parameters, momentum, state.division)


def _split(arrays: Arrays, dtype: str) -> tuple[Arrays, Arrays]:
    """Return parameters and momentum.

    Raises
    ------
    ValueError
        If an array is neither, or not of the recipe's floating-point type.
    """
    parts: dict[str, Arrays] = {"parameters": {}, "momentum": {}}
    for key, values in arrays.items():
        part, _, name = key.partition("/")
        if part not in parts or not name:
            raise ValueError(f"the array '{key}' is neither a parameter nor its momentum")
        if values.dtype != dtype:
            raise ValueError(f"'{key}' is of type {values.dtype}, its recipe has {dtype}")
        parts[part][name] = values
    return parts["parameters"], parts["momentum"]
