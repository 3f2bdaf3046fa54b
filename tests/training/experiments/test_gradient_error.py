"""Distances by hand, and that SPIDE approaches the exact gradient while the others do not."""

from __future__ import annotations

import numpy as np
import pytest

from networks import Architecture
from training.experiments import gradient_error
from training.experiments.figures import gradient_angles
from training.experiments.gradient_error import Error, distance, gradient_errors, mean_errors
from training.recipes.recipe import Recipe


def test_distance_by_hand() -> None:
    """(3, 4) and (0, 5) over two parameters: cosine 4/5, difference (3, -1); no readout."""
    exact = {"a.weight": np.array([0.0]), "a.bias": np.array([5.0]), "readout.bias": np.ones(1)}
    found = {"a.weight": np.array([3.0]), "a.bias": np.array([4.0]), "readout.bias": np.zeros(1)}
    angle, relative = distance(found, exact)
    assert angle == pytest.approx(np.degrees(np.arccos(0.8)))
    assert relative == pytest.approx(np.sqrt(10) / 5)
    nothing = {name: 0 * value for name, value in found.items()}
    angle, relative = distance(nothing, exact)
    assert np.isnan(angle) and relative == 1
    with pytest.raises(ValueError, match="the exact gradient is 0 everywhere"):
        distance(found, nothing)


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


def test_a_batch_may_be_cut_into_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each image has its share of the loss of all: the gradients are those of the whole."""
    rng = np.random.default_rng(1)
    recipe = Recipe(
        data_set="digits", architecture="9 (F9)", dropout=0.0, forward_steps=10, dtype="float64"
    )
    architecture = Architecture.parse(recipe.architecture, (5,), 3)
    parameters = {
        name: rng.standard_normal(shape) / 2
        for name, shape in architecture.parameter_shapes().items()
    }
    images, labels = rng.standard_normal((7, 5)), rng.integers(0, 3, 7)
    whole = gradient_errors(architecture, recipe, parameters, images, labels, (15,))
    monkeypatch.setattr(gradient_error, "PART", 3)
    parts = gradient_errors(architecture, recipe, parameters, images, labels, (15,))
    assert [each.method for each in parts] == [each.method for each in whole]
    for one, other in zip(parts, whole, strict=True):
        assert one.relative == pytest.approx(other.relative, rel=1e-9)


def test_means_over_seeds_by_hand() -> None:
    one, other = Error("a", 10, 4.0, 0.5), Error("a", 10, 6.0, 0.1)
    assert mean_errors([[one], [other]]) == [Error("a", 10, 5.0, 0.3)]


def test_a_gradient_without_a_direction_has_no_point_in_the_figure() -> None:
    nothing, something = (
        Error("SPIDE ours", 10, float("nan"), 1.0),
        Error("SPIDE ours", 25, 9.0, 0.2),
    )
    angles, relative = gradient_angles([nothing, something]).axes
    (line,) = angles.get_lines()
    np.testing.assert_array_equal(np.asarray(line.get_ydata()), [np.nan, 9.0])
    assert angles.get_ylim()[0] > 0 and len(relative.get_lines()) == 1
