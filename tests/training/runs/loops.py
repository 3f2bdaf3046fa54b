"""Training loops with a stand-in for the networks, and their comparison."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.training.fakes import FakeTrainer, random_images, small_architecture
from training.interruption import Interruption
from training.recipes.recipe import Recipe
from training.runs.beginning import first_checkpoint
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import load_latest
from training.runs.files.folder import RunFolder
from training.runs.files.progress import Progress
from training.runs.loop import TrainingLoop
from training.runs.shown.display import Display

RECIPE = Recipe(
    data_set="digits",
    architecture="2C3s-2C3 (F2C3)",
    batch_size=4,  # 3 batches of 10 images
    epochs=3,
    milestones=(1, 2),
    warmup_iterations=4,
    loss_scale=2.0,
    feedback_norm=0.1,
)
ITERATIONS = 9
CLOCK = ("images_per_second", "cpu_seconds")
"""Fields of records that depend on the clock."""


def interrupted() -> Interruption:
    interruption = Interruption()
    interruption.signal = signal.SIGINT
    return interruption


def train(
    path: Path,
    checkpoint: Checkpoint | None = None,
    *,
    recipe: Recipe = RECIPE,
    trainer: FakeTrainer | None = None,
    interruption: Interruption | None = None,
    max_iterations: int | None = None,
    checkpoint_seconds: float = 1e9,
) -> Progress:
    """Train anew in `path`, or go on from a checkpoint."""
    run = RunFolder(path, "digits", recipe)
    if checkpoint is None:
        run.create()
        checkpoint = first_checkpoint("digits", recipe, small_architecture())
    else:
        run.reopen(checkpoint.progress)
    loop = TrainingLoop(
        run,
        small_architecture(),
        random_images(),
        trainer or FakeTrainer(small_architecture()),
        checkpoint,
        interruption or Interruption(),
        Display(),
        max_iterations=max_iterations,
        checkpoint_seconds=checkpoint_seconds,
    )
    return loop.train()


def latest(path: Path) -> Checkpoint:
    return load_latest(path / "checkpoints")


def metrics(path: Path) -> list[dict[str, object]]:
    """The records without what depends on the clock."""
    records = RunFolder(path, "digits", RECIPE).records()
    return [{k: v for k, v in line.items() if k not in CLOCK} for line in records]


def assert_same(one: Path, other: Path) -> None:
    first, second = latest(one), latest(other)
    assert first.progress == second.progress
    for name, values in first.parameters.items():
        assert np.array_equal(values, second.parameters[name])
        assert np.array_equal(first.momentum[name], second.momentum[name])
    assert metrics(one) == metrics(other)


def stop_after(calls: int, interruption: Interruption) -> Callable[[int], None]:
    def stop(call: int) -> None:
        if call == calls:
            interruption.signal = signal.SIGINT

    return stop
