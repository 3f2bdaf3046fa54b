"""Initial parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from networks import Architecture
from training.recipes.recipe import Initialisation, ReadoutInitialisation, Recipe
from training.updates.initialisation import initial_parameters

ARCHITECTURE = Architecture.parse("16C5-32C3s-32C3 (F16C3u)", (1, 16, 16), 10)
RECIPE = Recipe("digits", ARCHITECTURE.notation, dtype="float64")
RULES: tuple[Initialisation, ...] = ("kaiming-normal", "uniform-normalised")


@pytest.mark.parametrize("readout", ["uniform", "as-layers"])
@pytest.mark.parametrize("rule", RULES)
def test_shapes_dtype_and_zero_biases(rule: Initialisation, readout: ReadoutInitialisation) -> None:
    recipe = replace(RECIPE, initialisation=rule, readout_initialisation=readout, dtype="float32")
    parameters = initial_parameters(ARCHITECTURE, recipe)
    shapes = {name: values.shape for name, values in parameters.items()}
    assert shapes == ARCHITECTURE.parameter_shapes()
    for name, values in parameters.items():
        assert values.dtype == np.float32
        zero = name.endswith(".bias") and not (name == "readout.bias" and readout == "uniform")
        assert (values == 0).all() == zero


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
    recipe = replace(RECIPE, readout_initialisation="as-layers")
    weights = initial_parameters(ARCHITECTURE, recipe)[name]
    expected = factor * np.sqrt(2 / fan_in)
    assert weights.std() == pytest.approx(expected, rel=4 / np.sqrt(2 * weights.size))
    assert abs(weights.mean()) < 4 * expected / np.sqrt(weights.size)


def test_uniform_weights_have_norm_1_per_output() -> None:
    recipe = replace(
        RECIPE, initialisation="uniform-normalised", readout_initialisation="as-layers"
    )
    parameters = initial_parameters(ARCHITECTURE, recipe)
    for name in ("layer1", "layer2", "layer3", "readout"):
        weights = parameters[f"{name}.weight"]
        norms = np.linalg.norm(weights.reshape(len(weights), -1), axis=1)
        assert_allclose(norms, 1, rtol=1e-12)
    # Transposed convolution: the outputs are on the second axis; ten times smaller.
    feedback = parameters["feedback.weight"].transpose(1, 0, 2, 3).reshape(16, -1)
    assert_allclose(np.linalg.norm(feedback, axis=1), 0.1, rtol=1e-12)


def test_feedback_of_other_kinds_is_not_smaller() -> None:
    dense = Architecture.parse("400 (F400)", (64,), 10)
    weights = initial_parameters(dense, RECIPE)["feedback.weight"]
    assert weights.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)


def test_seed_settles_everything() -> None:
    one, again, other = (
        initial_parameters(ARCHITECTURE, replace(RECIPE, seed=seed)) for seed in (3, 3, 4)
    )
    for name in one:
        assert np.array_equal(one[name], again[name])
        if name.endswith(".weight"):
            assert not np.array_equal(one[name], other[name])


def test_a_uniform_readout_is_that_of_pytorch() -> None:
    """Weights and bias lie in +-1/sqrt(fan-in) and fill it; the layers stay as they are."""
    parameters = initial_parameters(ARCHITECTURE, RECIPE)
    bound = 1 / np.sqrt(32 * 8 * 8)
    linear = torch.nn.Linear(32 * 8 * 8, 10)
    for name, layer in (("readout.weight", linear.weight), ("readout.bias", linear.bias)):
        values = parameters[name]
        assert 0.5 * bound < np.abs(values).max() <= bound
        assert np.abs(layer.detach().numpy()).max() <= bound
    weight = parameters["readout.weight"]
    assert weight.std() == pytest.approx(bound / np.sqrt(3), rel=0.02)
    others = initial_parameters(ARCHITECTURE, replace(RECIPE, readout_initialisation="as-layers"))
    for name in parameters:
        assert np.array_equal(parameters[name], others[name]) == ("readout" not in name), name
