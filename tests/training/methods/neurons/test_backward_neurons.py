"""The recipe's choice of what stage 2 consists of: gradients, and what does not go together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from networks import Architecture
from training.methods import TwoStageConfig, implicit_gradients, two_stage_gradients
from training.methods.build import build_method
from training.recipes.recipe import Recipe

RECIPE = Recipe(data_set="digits", architecture="8 (F8)", backward_neuron="trace")
NETWORK = Architecture.parse("8 (F8)", (5,), 3)


def test_the_gradient_approaches_the_exact_one() -> None:
    """SpikeGrad's own thresholds, Theta = 1 subtracted in full: the error falls as 1/T_B."""
    rng = np.random.default_rng(3)
    parameters = {
        name: rng.standard_normal(shape) / 3 for name, shape in NETWORK.parameter_shapes().items()
    }
    parameters["feedback.weight"] /= 3
    images, labels = rng.standard_normal((6, 5)), rng.integers(0, 3, 6)
    config = TwoStageConfig(
        loss_scale=4.0, backward_neuron="trace", v_threshold_backward=1.0, v_rest_backward=0.0
    )
    exact = implicit_gradients(NETWORK, parameters, images, labels, config).gradients
    errors = []
    for steps in (100, 10_000):
        found = two_stage_gradients(
            NETWORK, parameters, images, labels, replace(config, backward_steps=steps)
        )
        assert any((rate < 0).any() for rate in found.beta.values())
        errors.append(max(abs(found.gradients[name] - exact[name]).max() for name in exact))
    assert errors[1] < errors[0] / 20


def test_a_recipe_builds_it() -> None:
    trainer = build_method(NETWORK, RECIPE, 2)
    assert list(trainer.backward.groups) == ["layer1_positive", "layer1_negative"]
    assert "spike_count > 0" in trainer.backward["layer1_negative"].events["spike"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"couple": True}, "couples are ternary neurons, and backward_neuron is 'trace'"),
        ({"realisation": "explicit-couples"}, "leave couple and realisation out"),
        ({"leak": 0.9}, "neurons with traces need leak 1"),
        ({"backward_neuron": "tracing"}, "backward_neuron must be one of ternary, trace"),
    ],
)
def test_what_does_not_go_with_it(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(RECIPE, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["implicit", "surrogate", "conversion"])
def test_methods_without_stage_2_have_no_neurons_there(method: str) -> None:
    with pytest.raises(ValueError, match=f"the method {method} has no stage 2, and so no backward"):
        build_method(NETWORK, replace(RECIPE, method=method), 2)


def test_a_configuration_refuses_others() -> None:
    with pytest.raises(ValueError, match="must be one of ternary, trace"):
        TwoStageConfig(backward_neuron="none")  # type: ignore[arg-type]
