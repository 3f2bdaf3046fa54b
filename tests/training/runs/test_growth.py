"""A training holds as much at the end as at the beginning, however long it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.growth import assert_flat, measure

SCRIPT = """
from pathlib import Path

import torch
import training.runs.loop
from torch.utils.data import TensorDataset

from networks import Architecture
from training.data import Images
from training.interruption import Interruption
from training.parallel.over_cores import TwoStageTrainer
from training.recipes.recipe import Recipe
from training.runs.shown.display import Display
from training.runs.files.folder import RunFolder
from training.runs.beginning import first_checkpoint
from training.runs.loop import TrainingLoop

iterations, folder, freezes = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "True"
BATCH = 2
IMAGES = iterations * BATCH // 24  # 24 epochs
FIRST = iterations // 2 + 1  # matplotlib's caches fill up with the first dozen pictures
if freezes:
    training.runs.loop.PICTURE_SECONDS = 0.0  # pictures after every epoch
recipe = Recipe(
    "digits", "3 (F3)", batch_size=BATCH, forward_steps=2, backward_steps=2, dropout=0.2,
    epochs=-(-iterations * BATCH // IMAGES), warmup_iterations=0, milestones=(),
)


class Watched(TwoStageTrainer):
    calls = 0

    def step(self, *arguments, **options):
        self.calls += 1
        # Not at round numbers, so that epochs, records and pictures are met at any stage.
        if self.calls >= FIRST and (self.calls - FIRST) % (iterations // 14) == 0:
            say()
        return super().step(*arguments, **options)


def part(count):
    torch.manual_seed(count)
    return TensorDataset(torch.rand(count, 2, 1, 1), torch.randint(0, 2, (count,)))


architecture = Architecture.parse(recipe.architecture, (2, 1, 1), 2)
trainer = Watched(architecture, recipe.two_stage, BATCH, threads=1)
run = RunFolder(folder, "digits", recipe)
run.create()
start = first_checkpoint("digits", recipe, architecture)
loop = TrainingLoop(
    run, architecture, Images(part(IMAGES), part(4)), trainer, start, Interruption(),
    Display(),     max_iterations=iterations,
)
if freezes:  # as the command does: Brian2 collects garbage in every run
    gc.collect()
    gc.freeze()
loop.train()
if not freezes:
    say()
"""


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("iterations", [3000, pytest.param(50_000, marks=pytest.mark.full)])
def test_a_long_training(iterations: int, tmp_path: Path) -> None:
    held = measure(SCRIPT, iterations, tmp_path / "run", True)
    assert len(held) >= 5
    assert_flat(held, objects=500)


def test_only_the_command_freezes_garbage_collection(tmp_path: Path) -> None:
    """What is frozen is never given back: in a notebook, every network that is there by then."""
    held = measure(SCRIPT, 180, tmp_path / "run", False)
    assert len(held) > 2
    assert all(each.frozen == 0 for each in held)
