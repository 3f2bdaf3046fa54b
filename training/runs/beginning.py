"""Where a training begins: at its newest checkpoint, or at the weights of its seed."""

from __future__ import annotations

import numpy as np

from networks import Architecture
from training.recipes.recipe import Recipe
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import began, load_latest
from training.runs.files.folder import RunFolder
from training.runs.files.progress import Progress
from training.updates.initialisation import initial_parameters


def first_checkpoint(name: str, recipe: Recipe, architecture: Architecture) -> Checkpoint:
    """Return the state before the first iteration: initial parameters, no momentum."""
    parameters = initial_parameters(architecture, recipe)
    momentum = {key: np.zeros_like(values) for key, values in parameters.items()}
    return Checkpoint(name, recipe, Progress(), parameters, momentum)


def where_it_stopped(run: RunFolder, architecture: Architecture) -> Checkpoint:
    """Return the newest checkpoint; the first, if the run was killed before it wrote that one.

    Raises
    ------
    CheckpointError
        If there is none and the run did not begin with the weights of its seed, or the newest one
        cannot be used.
    """
    if not began(run.checkpoints) and not run.records() and run.fingerprint is not None:
        # Weights from a file came before any images: without a fingerprint they may be lost.
        return first_checkpoint(run.name, run.recipe, architecture)
    return load_latest(run.checkpoints)
