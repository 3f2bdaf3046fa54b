"""A forked child can go on with the trainer that its parent has used."""

from __future__ import annotations

import numpy as np
import pytest

from networks import Architecture
from tests.forks import in_forked_child
from training.methods import TwoStageConfig
from training.parallel.over_cores import TwoStageTrainer
from training.recipes import RECIPES
from training.updates.initialisation import initial_parameters

SAMPLES = 8


def trainer(architecture: Architecture, shares: int) -> TwoStageTrainer:
    config = TwoStageConfig(forward_steps=6, backward_steps=8)
    made = TwoStageTrainer(architecture, config, SAMPLES, threads=shares)
    made.set_parameters(initial_parameters(architecture, RECIPES["digits"]))
    return made


@pytest.mark.parametrize("shares", [1, 2])
def test_child_and_parent_get_the_same_gradients(shares: int) -> None:
    architecture = Architecture.parse("16C3-16C3 (F16C3)", (3, 16, 16), 4)
    rng = np.random.default_rng(0)
    images = rng.random((SAMPLES, 3, 16, 16), np.float32)
    labels = rng.integers(0, 4, SAMPLES)
    used = trainer(architecture, shares)
    expected = used.step(images, labels).gradients

    def check() -> None:
        for _ in range(2):
            found = used.step(images, labels).gradients
            assert all(np.array_equal(found[name], expected[name]) for name in expected)
        assert len(used.predict(images[:1]).logits) == 1

    in_forked_child(check)
    check()
