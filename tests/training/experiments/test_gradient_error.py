"""Distances by hand, and that SPIDE approaches the exact gradient while the others do not."""

from __future__ import annotations

import numpy as np
import pytest

from networks import Architecture
from training.experiments.gradient_error import distance, gradient_errors
from training.recipes.recipe import Recipe


def test_distance_by_hand() -> None:
    """(3, 4) and (0, 5) over two parameters: cosine 4/5, difference (3, -1); no readout."""
    exact = {"a.weight": np.array([0.0]), "a.bias": np.array([5.0]), "readout.bias": np.ones(1)}
    found = {"a.weight": np.array([3.0]), "a.bias": np.array([4.0]), "readout.bias": np.zeros(1)}
    angle, relative = distance(found, exact)
    assert angle == pytest.approx(np.degrees(np.arccos(0.8)))
    assert relative == pytest.approx(np.sqrt(10) / 5)
    with pytest.raises(ValueError, match="0 everywhere"):
        distance({name: 0 * value for name, value in found.items()}, exact)


def test_spide_alone_approaches_the_exact_gradient() -> None:
    rng = np.random.default_rng(0)
    recipe = Recipe(
        data_set="digits", architecture="12 (F12)", dropout=0.0, forward_steps=20, loss_scale=4.0
    )
    architecture = Architecture.parse(recipe.architecture, (6,), 3)
    parameters = {
        name: rng.standard_normal(shape) / 3
        for name, shape in architecture.parameter_shapes().items()
    }
    parameters["feedback.weight"] /= 3  # well below a spectral norm of 2
    images, labels = rng.standard_normal((16, 6)).astype("float32"), rng.integers(0, 3, 16)
    steps = (20, 2000)
    errors = gradient_errors(architecture, recipe, parameters, images, labels, steps)
    found = {(error.method, error.steps): error for error in errors}
    for case in ("ours", "w/o B", "w/o F&B"):
        first, last = (found[f"SPIDE {case}", number] for number in steps)
        assert last.relative < 0.05 and last.relative < first.relative / 5
        assert last.angle < 3
    # The bias of section 4.3: without the resting potential the same T_B is further off.
    assert found["SPIDE ours", 20].relative < found["SPIDE w/o B", 20].relative
    assert found["SPIDE ours", 20].relative < found["SPIDE w/o F&B", 20].relative
    assert found["DFA", 2000].angle > 30
    assert found["surrogate gradients", 20].angle == found["surrogate gradients", 2000].angle > 3
