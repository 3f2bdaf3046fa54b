"""Weight standardisation with a gain: by hand, its gradient, and a run that has it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from networks import Architecture
from training.recipes.recipe import Recipe
from training.updates.gains import check_learned, gain_shapes
from training.updates.in_use import gradients_of_learned, parameters_in_use
from training.updates.initialisation import initial_parameters
from training.updates.normalisation import back_through, normalise, standardised

RECIPE = Recipe(
    data_set="digits", architecture="6C3s-P2-8C3u-5 (F5)", normalisation="weight", dtype="float64"
)
ARCHITECTURE = Architecture.parse("6C3s-P2-8C3u-5", (1, 8, 8), 3)


def test_by_hand() -> None:
    """Rows (1, 3) and (0, 0) with gains 2 and 5; the first one has mean 2 and sum of squares 2."""
    weight = torch.tensor([[1.0, 3.0], [0.0, 0.0]], dtype=torch.float64)
    gain = torch.tensor([[2.0], [5.0]], dtype=torch.float64)
    each = 2 / np.sqrt(2 + 1e-4)
    assert_allclose(standardised(weight, gain).numpy(), [[-each, each], [0, 0]], rtol=1e-14)


def test_mean_and_norm_of_every_output() -> None:
    """Transposed convolutions have their outputs on the second axis; readout and pooling none."""
    parameters = initial_parameters(ARCHITECTURE, RECIPE)
    assert gain_shapes(ARCHITECTURE, RECIPE) == {
        "layer1.gain": (6, 1, 1, 1),
        "layer3.gain": (1, 8, 1, 1),
        "layer4.gain": (5, 1),
    }
    used = normalise(parameters)
    assert used.keys() == ARCHITECTURE.parameter_shapes().keys()
    for name, axes in (("layer1", (1, 2, 3)), ("layer3", (0, 2, 3)), ("layer4", (1,))):
        weight, gain = used[f"{name}.weight"], parameters[f"{name}.gain"]
        initial = parameters[f"{name}.weight"]
        assert_allclose(weight.mean(axes), 0, atol=1e-14)
        norm = np.sqrt((weight**2).sum(axes, keepdims=True))
        assert_allclose(norm, gain, rtol=2e-3)
        assert_allclose(gain, np.sqrt((initial**2).sum(axes, keepdims=True)), rtol=1e-12)
    for name in ("readout.weight", "readout.bias", "layer1.bias"):
        assert_array_equal(used[name], parameters[name])


def test_gradients_are_those_of_differences() -> None:
    rng = np.random.default_rng(0)
    parameters = {
        name: values + 0.1 * rng.standard_normal(values.shape)
        for name, values in initial_parameters(ARCHITECTURE, RECIPE).items()
    }
    given = {name: rng.standard_normal(v.shape) for name, v in normalise(parameters).items()}

    def loss(changed: dict[str, np.ndarray]) -> float:
        return float(sum((given[name] * v).sum() for name, v in normalise(changed).items()))

    found = back_through(parameters, given)
    assert found.keys() == parameters.keys()
    for name, values in parameters.items():
        direction, small = rng.standard_normal(values.shape), 1e-6
        ends = [loss({**parameters, name: values + s * small * direction}) for s in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * small)
        assert (found[name] * direction).sum() == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_the_size_of_a_weight_does_not_matter() -> None:
    """Its gradient is therefore orthogonal to it, but for the 1e-4."""
    parameters = initial_parameters(ARCHITECTURE, RECIPE)
    scaled = {n: 50 * v if n == "layer1.weight" else v for n, v in parameters.items()}
    one, other = normalise(parameters)["layer1.weight"], normalise(scaled)["layer1.weight"]
    assert_allclose(one, other, rtol=1e-3)
    given = {n: np.ones_like(v) * np.arange(v.size).reshape(v.shape) for n, v in parameters.items()}
    gradient = back_through(scaled, given)["layer1.weight"]
    along = (gradient * scaled["layer1.weight"]).sum()
    assert abs(along) < 1e-5 * np.abs(gradient * scaled["layer1.weight"]).sum()


def test_without_it_nothing_changes() -> None:
    recipe = replace(RECIPE, normalisation="none")
    parameters = initial_parameters(ARCHITECTURE, recipe)
    assert parameters.keys() == ARCHITECTURE.parameter_shapes().keys()
    for name, values in parameters_in_use(recipe, parameters, 3).items():
        assert values is parameters[name]
    gradients = {name: np.ones_like(values) for name, values in parameters.items()}
    for name, values in gradients_of_learned(recipe, parameters, gradients, 3).items():
        assert values is gradients[name]


def test_with_the_reparameterised_feedback() -> None:
    """Both at once: the feedback has a factor and no gain."""
    recipe = replace(RECIPE, norm_restriction="reparameterisation", feedback_norm=0.5)
    architecture = Architecture.parse("7-5 (F7)", (4,), 3)
    parameters = initial_parameters(architecture, recipe)
    used = parameters_in_use(recipe, parameters, 2)
    factor = used["feedback.weight"].flat[0] / parameters["feedback.weight"].flat[0]
    assert factor < 1
    gradients = gradients_of_learned(recipe, parameters, used, 2)
    assert_allclose(gradients["feedback.weight"], factor * used["feedback.weight"])
    assert {"layer1.gain", "layer2.gain"} < gradients.keys()


def test_single_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match="the neurons of layer1, '5', have a single input"):
        initial_parameters(Architecture.parse("5", (1,), 2), RECIPE)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.pop("layer1.gain"), "the gain 'layer1.gain' of '.*' is missing"),
        (lambda p: p.update({"layer4.gain": np.ones(5)}), r"has shape \(5,\): it must be \(5, 1\)"),
        (lambda p: p["layer4.gain"].fill(np.nan), "'layer4.gain' holds NaN"),
        (lambda p: p.update({"layer2.gain": np.ones(5)}), "'layer2.gain' is no parameter"),
    ],
)
def test_other_gains_are_refused(change: object, words: str) -> None:
    parameters = initial_parameters(ARCHITECTURE, RECIPE)
    check_learned(ARCHITECTURE, RECIPE, parameters)
    change(parameters)  # type: ignore[operator]
    with pytest.raises(ValueError, match=words):
        check_learned(ARCHITECTURE, RECIPE, parameters)
