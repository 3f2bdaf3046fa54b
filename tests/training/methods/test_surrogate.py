"""The surrogate method runs our forward network, and its gradients are those it claims."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from networks import Architecture
from training.methods import TwoStageConfig, two_stage_gradients
from training.methods.surrogate import Spike, Surrogate


@pytest.mark.parametrize(("channels_last", "leak"), [(False, 1.0), (True, 1.0), (False, 0.75)])
def test_same_spike_counts_as_ours(channels_last: bool, leak: float) -> None:
    rng = np.random.default_rng(0)
    architecture = Architecture.parse("6C3s-P1-5C3s-7C3 (F6C3u)", (2, 12, 12), 5)
    parameters = {
        name: rng.integers(-32, 40, shape) / 64.0
        for name, shape in architecture.parameter_shapes().items()
    }
    images = rng.integers(0, 64, (3, 2, 12, 12)) / 64.0
    labels = np.array([0, 3, 4])
    masks = {
        name: rng.integers(0, 2, (3, count, 1, 1)) * 1.25
        for name, count in (("layer1", 6), ("layer4", 7), ("feedback", 6))
    }
    config = TwoStageConfig(forward_steps=20, backward_steps=1, loss_scale=5.0, leak=leak)
    peer = Surrogate(architecture, config, 3, "float64", channels_last=channels_last)
    peer.set_parameters(parameters)
    theirs = peer.step(images, labels, masks)
    ours = two_stage_gradients(
        architecture, parameters, images, labels, config, dropout_masks=masks
    )
    for layer in architecture.layers:
        assert 0 < ours.alpha[layer.name].mean() < 1
        np.testing.assert_array_equal(theirs.alpha[layer.name], ours.alpha[layer.name])
        np.testing.assert_array_equal(
            peer.predict(images, masks).alpha[layer.name], theirs.alpha[layer.name]
        )
        assert theirs.firing_rates["forward"][layer.name] == pytest.approx(
            ours.firing_rates["forward"][layer.name], rel=1e-12
        )
    np.testing.assert_allclose(theirs.logits, ours.logits, rtol=1e-12, atol=1e-12)
    assert theirs.loss == pytest.approx(ours.loss, rel=1e-12)
    np.testing.assert_allclose(theirs.output_gradient, ours.output_gradient, rtol=1e-12)
    # The readout is not behind a threshold: its exact gradient is the same in both.
    for name in ("readout.weight", "readout.bias"):
        np.testing.assert_allclose(
            theirs.gradients[name], ours.gradients[name], rtol=1e-9, atol=1e-12
        )
    assert all(np.abs(value).max() > 0 for value in theirs.gradients.values())


def test_same_spike_counts_where_float32_rounds_the_span_otherwise() -> None:
    architecture = Architecture.parse("64", (64,), 10)
    parameters = {name: np.zeros(s, "f4") for name, s in architecture.parameter_shapes().items()}
    parameters["layer1.weight"] = np.eye(64, dtype="f4")
    images = np.random.default_rng(0).integers(0, 41, (16, 64)) * 0.05
    labels = np.arange(16) % 10
    config = TwoStageConfig(v_threshold=0.1, v_rest=-0.55, forward_steps=250, backward_steps=1)
    peer = Surrogate(architecture, config, 16, "float32")
    peer.set_parameters(parameters)
    ours = two_stage_gradients(architecture, parameters, images, labels, config, dtype="float32")
    np.testing.assert_array_equal(peer.step(images, labels).alpha["layer1"], ours.alpha["layer1"])


def test_frames() -> None:
    """One frame per step reaches the neurons as in stage 1."""
    rng = np.random.default_rng(1)
    architecture = Architecture.parse("5-4 (F5)", (3,), 2)
    parameters = {
        name: rng.integers(-32, 40, shape) / 32.0
        for name, shape in architecture.parameter_shapes().items()
    }
    images, labels = rng.integers(0, 64, (6, 2, 3)) / 32.0, np.array([0, 1])
    config = TwoStageConfig(forward_steps=6, backward_steps=1)
    peer = Surrogate(architecture, config, 2, "float64")
    peer.set_parameters(parameters)
    ours = two_stage_gradients(architecture, parameters, images, labels, config)
    theirs = peer.step(images, labels)
    for layer in architecture.layers:
        np.testing.assert_array_equal(theirs.alpha[layer.name], ours.alpha[layer.name])


def test_parts_add_up_to_the_batch() -> None:
    rng = np.random.default_rng(2)
    architecture = Architecture.parse("6-5 (F6)", (4,), 3)
    parameters = {
        name: rng.standard_normal(shape) for name, shape in architecture.parameter_shapes().items()
    }
    images, labels = rng.random((5, 4)), np.array([0, 1, 2, 0, 1])
    peer = Surrogate(architecture, TwoStageConfig(forward_steps=8), 5, "float64")
    peer.set_parameters(parameters)
    whole = peer.step(images, labels)
    parts = [peer.step(images[s], labels[s], batch=5) for s in (slice(0, 2), slice(2, 5))]
    assert whole.loss == pytest.approx(sum(part.loss for part in parts))
    for name, gradient in whole.gradients.items():
        added = sum(part.gradients[name] for part in parts)
        np.testing.assert_allclose(added, gradient, rtol=1e-12, atol=1e-14)


def test_rectangle() -> None:
    u = torch.tensor([-0.25, 0.25, 1.0, 1.75, 2.25], requires_grad=True)
    spikes = Spike.apply(u, 1.0, 2.0)
    assert spikes.tolist() == [0, 0, 1, 1, 1]
    (3 * spikes).sum().backward()
    assert u.grad is not None
    assert u.grad.tolist() == [0, 1.5, 1.5, 1.5, 0]


def test_gradient_of_one_neuron_by_hand() -> None:
    """One neuron that fires in the second of three steps.

    u_t = t w - 2 (spikes so far), with 1/2 for the derivative of a spike where 0 < u_t < 2: the
    reset takes away all that the weight has added, so that du/dw is 1 again in the next step.
    """
    architecture = Architecture.parse("1", (1,), 2)
    config = TwoStageConfig(forward_steps=3, backward_steps=1, loss_scale=1.0)
    peer = Surrogate(architecture, config, 1, "float64")
    peer.set_parameters(
        {
            "layer1.weight": np.array([[0.625]]),
            "layer1.bias": np.zeros(1),
            "readout.weight": np.array([[1.0], [0.0]]),
            "readout.bias": np.zeros(2),
        }
    )
    result = peer.step(np.ones((1, 1)), np.array([1]))
    assert result.alpha["layer1"].item() == pytest.approx(1 / 3)
    # The potentials are 0.625, 1.25 and 1.875 - 2, of which the first two are in the window.
    change = (1 / 2 + 1 / 2) / 3
    probability = 1 / (1 + np.exp(-1 / 3))
    assert result.gradients["layer1.weight"].item() == pytest.approx(probability * change)
