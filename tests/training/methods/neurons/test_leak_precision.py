"""Gradients of leaky networks in single precision are those of double precision."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.data import find
from training.methods import two_stage_gradients
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.updates.initialisation import initial_parameters


@pytest.mark.parametrize("batch", [0, 1, 2])
def test_digits(batch: int) -> None:
    recipe = replace(RECIPES["digits"], leak=0.9)
    architecture = read_architecture(recipe)
    pixels, labels = find("digits").load(Path()).training[32 * batch + np.arange(32)]
    parameters = initial_parameters(architecture, recipe)
    single, double = (
        two_stage_gradients(
            architecture, parameters, pixels.numpy(), labels.numpy(), recipe.two_stage, dtype=dtype
        )
        for dtype in ("float32", "float64")
    )
    # Neurons at the upper limit, whose mask is 0, are what single precision got wrong.
    assert any((alpha == 1).any() for alpha in double.alpha.values())
    for name, gradient in double.gradients.items():
        error = np.linalg.norm(single.gradients[name] - gradient) / np.linalg.norm(gradient)
        assert error < 1e-4, name
