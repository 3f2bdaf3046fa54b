"""Direct feedback alignment: spike counts and gradients by hand, and what the seed settles."""

from __future__ import annotations

import numpy as np
import pytest

from networks import Architecture
from networks.simulation import Simulation
from training.methods import TwoStageConfig
from training.methods.feedback_alignment import FeedbackAlignment, random_feedback

EXACT = Simulation(dtype="float64")


def test_one_neuron_by_hand() -> None:
    """Layer 1 fires in the second of four steps and in the last, layer 2 never.

    u_1 of layer 1 with current 3/4 and a reset of 2: 0.75, 1.5 -> -0.5, 0.25, 1.0 -> -1. Stage 2 is
    given the gradient of the logits, 8 (softmax - onehot), through B alone.
    """
    architecture = Architecture.parse("1-1", (1,), 2)
    config = TwoStageConfig(forward_steps=4, backward_steps=5, loss_scale=8.0)
    method = FeedbackAlignment(architecture, config, 1, EXACT, seed=0)
    method.set_parameters(
        {
            "layer1.weight": np.array([[0.75]]),
            "layer1.bias": np.zeros(1),
            "layer2.weight": np.array([[0.5]]),
            "layer2.bias": np.array([-0.25]),
            "readout.weight": np.zeros((2, 1)),
            "readout.bias": np.zeros(2),
        }
    )
    # softmax - onehot is (1/2, -1/2): the currents are 4 (B_0 - B_1).
    method.random_feedback = {
        "layer1": np.array([[0.0], [0.15]]),
        "layer2": np.array([[0.2], [0.0]]),
    }
    result = method.step(np.ones((1, 1)), np.array([1]))
    assert result.alpha["layer1"].item() == 0.5
    assert result.alpha["layer2"].item() == 0
    # Layer 1 with -0.6 a step: -0.6 fires, -0.2, -0.8 fires, -0.4, -1.0 fires.
    assert result.beta["layer1"].item() == pytest.approx(-3 / 5)
    # Layer 2 with 0.8: 0.8 fires, 0.6 fires, 0.4, 1.2 fires, 1.0 fires; but it is closed (m = 0).
    assert result.beta["layer2"].item() == pytest.approx(4 / 5)
    assert result.firing_rates["backward"] == {"layer1": 3 / 5, "layer2": 4 / 5}
    assert result.gradients["layer1.weight"].item() == pytest.approx(-3 / 5 * 1.0 / 2)
    assert result.gradients["layer1.bias"].item() == pytest.approx(-3 / 5 / 2)
    assert result.gradients["layer2.weight"].item() == 0
    assert result.gradients["layer2.bias"].item() == 0
    # The readout's gradient needs no feedback.
    np.testing.assert_allclose(result.gradients["readout.bias"], [4.0, -4.0])


@pytest.mark.parametrize("couple", [False, True])
def test_rates_approach_the_currents(couple: bool) -> None:
    """Within one spike of the current, with couples as with ternary neurons."""
    rng = np.random.default_rng(0)
    architecture = Architecture.parse("4C3s-6C3 (F4C3)", (1, 6, 6), 3)
    architecture = Architecture.parse("5-6 (F5)", (4,), 3) if couple else architecture
    config = TwoStageConfig(forward_steps=10, backward_steps=50, loss_scale=4.0)
    method = FeedbackAlignment(architecture, config, 3, EXACT, seed=5, couple=couple)
    method.set_parameters(
        {n: rng.standard_normal(s) for n, s in architecture.parameter_shapes().items()}
    )
    images = rng.random((3, *architecture.input_shape))
    result = method.step(images, rng.integers(0, 3, 3))
    # Reproduced from the readout's gradient: the sum over the batch does, one image at a time.
    for index in range(3):
        alone = method.step(images[index : index + 1], np.array([0]), batch=3)
        errors = alone.gradients["readout.bias"]
        for layer in architecture.layers:
            current = errors @ method.random_feedback[layer.name]
            beta = alone.beta[layer.name].reshape(-1)
            assert np.abs(beta - current).max() <= 0.5 / 50 + 1e-12
    assert all(np.abs(rate).max() > 0 for rate in result.beta.values())


def test_the_seed_settles_the_random_feedback() -> None:
    architecture = Architecture.parse("400-100", (4,), 3)
    first, same, other = (
        random_feedback(architecture, seed, np.dtype("float32")) for seed in (1, 1, 2)
    )
    for layer in architecture.layers:
        values = first[layer.name]
        assert values.dtype == np.float32
        np.testing.assert_array_equal(values, same[layer.name])
        assert not np.array_equal(values, other[layer.name])
        bound = layer.units**-0.5
        assert 0.95 * bound < np.abs(values).max() <= bound
        assert values.std() == pytest.approx(bound / np.sqrt(3), rel=0.05)


def test_a_current_of_another_shape_is_refused() -> None:
    architecture = Architecture.parse("3-2", (4,), 2)
    method = FeedbackAlignment(architecture, TwoStageConfig(), 2, EXACT, seed=0)
    with pytest.raises(ValueError, match="the current of 'layer2' has shape"):
        method.second.run({"layer1": np.zeros((2, 3)), "layer2": np.zeros((2, 3))}, 5)
