"""Resuming with both Brian2 networks: the same weights, bit for bit, from every batch."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.data import find
from training.interruption import Interruption
from training.parallel.over_cores import method_over_cores
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.beginning import first_checkpoint
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import load_latest
from training.runs.files.folder import RunFolder
from training.runs.loop import TrainingLoop
from training.runs.shown.display import Display

RECIPE = Recipe(
    data_set="digits",
    architecture="4C3s-4C3 (F4C3)",
    batch_size=500,  # 3 batches, the last one smaller
    epochs=2,
    forward_steps=6,
    backward_steps=10,
)


@pytest.mark.usefixtures("without_pictures")
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"couple": True},
        {"normalisation": "weight"},
        {"normalisation": "weight", "method": "surrogate"},
        {"method": "feedback_alignment"},
    ],
    ids=str,
)
def test_resumed_at_any_batch_it_ends_the_same(change: dict[str, Any], tmp_path: Path) -> None:
    recipe = replace(RECIPE, **change)
    architecture = read_architecture(recipe)
    images = find("digits").load(tmp_path)
    trainer = method_over_cores(architecture, recipe, recipe.batch_size)
    gc.freeze()  # as the command does: every run collects garbage

    def train(path: Path, start: Checkpoint, max_iterations: int | None = None) -> Checkpoint:
        run = RunFolder(path, "digits", recipe)
        if not path.exists():
            run.create()
        loop = TrainingLoop(
            run,
            architecture,
            images,
            trainer,
            start,
            Interruption(),
            Display(),
            max_iterations=max_iterations,
        )
        loop.train()
        return load_latest(run.checkpoints)

    start = first_checkpoint("digits", recipe, architecture)
    whole = train(tmp_path / "whole", start)
    assert whole.progress.iteration == 6
    assert not np.array_equal(
        whole.parameters["feedback.weight"], start.parameters["feedback.weight"]
    )
    for stop in range(1, 6):
        train(tmp_path / str(stop), start, max_iterations=stop)
        resumed = train(tmp_path / str(stop), load_latest(tmp_path / str(stop) / "checkpoints"))
        for name, values in whole.parameters.items():
            assert np.array_equal(values, resumed.parameters[name]), (stop, name)
            assert np.array_equal(whole.momentum[name], resumed.momentum[name]), (stop, name)
