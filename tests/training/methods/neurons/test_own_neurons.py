"""Both stages with a neuron of one's own in stage 1."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from equations import integrate_and_fire
from networks.simulation import Simulation
from tests.networks.builders import architecture, random_images, random_parameters
from tests.networks.populations.own_neurons import adaptive, in_volts
from training.methods import (
    InexactGradientWarning,
    TwoStageConfig,
    implicit_gradients,
    two_stage_gradients,
)
from training.methods.feedback_alignment import FeedbackAlignment

NETWORK = architecture()
LABELS = np.array([0, 1, 1])
STEPS: dict[str, Any] = {"forward_steps": 8, "backward_steps": 20}


def test_a_neuron_whose_rate_is_not_sigma_warns() -> None:
    config = TwoStageConfig(own_neuron=adaptive(), **STEPS)
    images, parameters = random_images(NETWORK, 3), random_parameters(NETWORK)
    with pytest.warns(InexactGradientWarning, match="'adaptive' are not known to be the sigma"):
        result = two_stage_gradients(NETWORK, parameters, images, LABELS, config)
    assert any(gradient.any() for gradient in result.gradients.values())


def test_so_it_does_with_every_method_that_learns_with_its_derivative() -> None:
    config = TwoStageConfig(own_neuron=adaptive(), **STEPS)
    images, parameters = random_images(NETWORK, 3), random_parameters(NETWORK)
    with pytest.warns(InexactGradientWarning, match="the method implicit learns with the deriv"):
        implicit_gradients(NETWORK, parameters, images, LABELS, config)
    with pytest.warns(InexactGradientWarning, match="the method feedback_alignment learns"):
        FeedbackAlignment(NETWORK, config, 3, Simulation(), seed=0)


@pytest.mark.parametrize("config", [TwoStageConfig(), TwoStageConfig(leak=0.9)])
def test_neurons_of_eq_1_do_not(config: TwoStageConfig) -> None:
    images, parameters = random_images(NETWORK, 3), random_parameters(NETWORK)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InexactGradientWarning)
        two_stage_gradients(NETWORK, parameters, images, LABELS, config)


def test_its_values_are_those_of_the_configuration() -> None:
    """Others are not dropped without a word; steps and scales may be changed later."""
    others: list[dict[str, Any]] = [{"v_threshold": 3.0}, {"v_rest": 0.0}, {"leak": 0.5}]
    for other in others:
        ((name, value),) = other.items()
        with pytest.raises(ValueError, match=f"{name} is {value}, and that of the neuron 'volts'"):
            TwoStageConfig(own_neuron=in_volts(-1.0), **other)
    config = replace(TwoStageConfig(own_neuron=in_volts(-1.0)), backward_steps=7)
    assert (config.v_threshold, config.v_rest, config.backward_steps) == (-0.5, -1.0, 7)


def test_gradients_of_a_neuron_in_volts() -> None:
    """With weights in units of the span, 0.5 V, gradients are 1/0.5 V times those of its twin."""
    parameters, images = random_parameters(NETWORK), random_images(NETWORK, 3)
    twin = TwoStageConfig(own_neuron=integrate_and_fire(1.0, 0.0), **STEPS)
    volts = TwoStageConfig(own_neuron=in_volts(-1.0), **STEPS)
    assert (volts.v_threshold, volts.v_rest, volts.rescale) == (-0.5, -1.0, 2.0)
    scaled = {
        name: values if name.startswith("readout") else 0.5 * values
        for name, values in parameters.items()
    }
    expected = two_stage_gradients(NETWORK, parameters, images, LABELS, twin)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InexactGradientWarning)
        found = two_stage_gradients(NETWORK, scaled, images, LABELS, volts)
    for layer, beta in expected.beta.items():
        assert_array_equal(found.alpha[layer], expected.alpha[layer])
        assert_array_equal(found.beta[layer], beta)
        assert beta.any()
    for name, gradient in expected.gradients.items():
        factor = 1.0 if name.startswith("readout") else 2.0
        assert_allclose(found.gradients[name], factor * gradient, rtol=1e-12)
