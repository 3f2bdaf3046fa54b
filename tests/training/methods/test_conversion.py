"""Conversion: rates and gradients by hand, spikes that approach the rates, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from networks import Architecture
from networks.simulation import Simulation
from training.methods import TwoStageConfig
from training.methods.conversion import Conversion

EXACT = Simulation(dtype="float64")


def test_rates_and_gradients_by_hand() -> None:
    """Three neurons: one closed at 0, one open, one closed at 1."""
    architecture = Architecture.parse("3", (1,), 2)
    method = Conversion(architecture, TwoStageConfig(loss_scale=2.0), 1, EXACT)
    method.set_parameters(
        {
            "layer1.weight": np.array([[-1.0], [1.0], [3.0]]),
            "layer1.bias": np.array([0.0, 0.2, 0.0]),
            "readout.weight": np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]),
            "readout.bias": np.zeros(2),
        }
    )
    result = method.step(np.ones((1, 1)), np.array([0]))
    np.testing.assert_allclose(result.alpha["layer1"], [[0.0, 0.6, 1.0]])
    # 2 (softmax - onehot) = 2 (p - 1) for the first class; the slope of an open neuron is 1/2.
    error = 2 * (1 / (1 + np.exp(-1.6)) - 1)
    np.testing.assert_allclose(result.gradients["layer1.weight"], [[0.0], [error / 2], [0.0]])
    np.testing.assert_allclose(result.gradients["layer1.bias"], [0.0, error / 2, 0.0])
    np.testing.assert_allclose(result.gradients["readout.bias"], [error, -error])


def test_spikes_approach_the_rates() -> None:
    """In one layer within half a spike, which is what a start half way to the threshold is for."""
    rng = np.random.default_rng(0)
    architecture = Architecture.parse("8C3s", (2, 6, 6), 3)
    parameters = {n: rng.standard_normal(s) for n, s in architecture.parameter_shapes().items()}
    images, labels = rng.random((4, 2, 6, 6)), np.array([0, 1, 2, 0])
    for steps in (10, 40):
        method = Conversion(architecture, TwoStageConfig(forward_steps=steps), 4, EXACT)
        method.set_parameters(parameters)
        clipped = method.step(images, labels).alpha["layer1"]
        spiking = method.predict(images).alpha["layer1"]
        assert 0.1 < clipped.mean() < 0.9
        assert np.abs(clipped - spiking).max() <= 0.5 / steps + 1e-12


def test_a_feedback_is_refused() -> None:
    architecture = Architecture.parse("5-4 (F5)", (3,), 2)
    with pytest.raises(ValueError, match=r"without feedback.*choose --architecture '5-4'"):
        Conversion(architecture, TwoStageConfig(), 1, EXACT)


def test_weights_come_first() -> None:
    method = Conversion(Architecture.parse("3", (1,), 2), TwoStageConfig(), 1, EXACT)
    with pytest.raises(ValueError, match="no weights yet: call set_parameters first"):
        method.step(np.ones((1, 1)), np.array([0]))
