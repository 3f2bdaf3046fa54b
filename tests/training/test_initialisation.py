"""Initial parameters."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from networks import Architecture
from training.initialisation import initial_parameters
from training.recipe import Initialisation

ARCHITECTURE = Architecture.parse("16C5-32C3s-32C3 (F16C3u)", (1, 16, 16), 10)
RULES: tuple[Initialisation, ...] = ("kaiming-normal", "uniform-normalised")


@pytest.mark.parametrize("rule", RULES)
def test_shapes_dtype_and_zero_biases(rule: Initialisation) -> None:
    parameters = initial_parameters(ARCHITECTURE, rule, 0, "float32")
    shapes = {name: values.shape for name, values in parameters.items()}
    assert shapes == ARCHITECTURE.parameter_shapes()
    for name, values in parameters.items():
        assert values.dtype == np.float32
        assert (values == 0).all() == name.endswith(".bias")


@pytest.mark.parametrize(
    ("name", "fan_in", "factor"),
    [
        ("layer2.weight", 16 * 9, 1.0),
        ("layer3.weight", 32 * 9, 1.0),
        ("readout.weight", 32 * 64, 1.0),
        ("feedback.weight", 32 * 9, 0.1),
    ],
)
def test_kaiming_normal_has_variance_2_over_fan_in(name: str, fan_in: int, factor: float) -> None:
    weights = initial_parameters(ARCHITECTURE, "kaiming-normal", 0, "float64")[name]
    expected = factor * np.sqrt(2 / fan_in)
    assert weights.std() == pytest.approx(expected, rel=4 / np.sqrt(2 * weights.size))
    assert abs(weights.mean()) < 4 * expected / np.sqrt(weights.size)


def test_uniform_weights_have_norm_1_per_output() -> None:
    parameters = initial_parameters(ARCHITECTURE, "uniform-normalised", 0, "float64")
    for name in ("layer1", "layer2", "layer3", "readout"):
        weights = parameters[f"{name}.weight"]
        norms = np.linalg.norm(weights.reshape(len(weights), -1), axis=1)
        assert_allclose(norms, 1, rtol=1e-12)
    # Transposed convolution: the outputs are on the second axis; ten times smaller.
    feedback = parameters["feedback.weight"].transpose(1, 0, 2, 3).reshape(16, -1)
    assert_allclose(np.linalg.norm(feedback, axis=1), 0.1, rtol=1e-12)


def test_feedback_of_other_kinds_is_not_smaller() -> None:
    dense = Architecture.parse("400 (F400)", (64,), 10)
    weights = initial_parameters(dense, "kaiming-normal", 0, "float64")["feedback.weight"]
    assert weights.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)


def test_seed_settles_everything() -> None:
    one, again, other = (
        initial_parameters(ARCHITECTURE, "kaiming-normal", seed, "float32") for seed in (3, 3, 4)
    )
    for name in one:
        assert np.array_equal(one[name], again[name])
        if name.endswith(".weight"):
            assert not np.array_equal(one[name], other[name])
