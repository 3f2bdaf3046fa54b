"""The surrogate peer runs our forward network, and its gradients are those it claims."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks.peers.surrogate_torch import Spike, SurrogateTorch
from networks import Architecture
from training.methods import TwoStageConfig, two_stage_gradients


@pytest.mark.parametrize("channels_last", [False, True])
def test_same_spike_counts_as_ours(channels_last: bool) -> None:
    rng = np.random.default_rng(0)
    architecture = Architecture.parse("6C3s-5C3s-7C3 (F6C3u)", (2, 12, 12), 5)
    parameters = {
        name: rng.integers(-32, 40, shape) / 64.0
        for name, shape in architecture.parameter_shapes().items()
    }
    images = rng.integers(0, 64, (3, 2, 12, 12)) / 64.0
    labels = np.array([0, 3, 4])
    masks = {
        name: rng.integers(0, 2, (3, count, 1, 1)) * 1.25
        for name, count in (("layer1", 6), ("layer3", 7), ("feedback", 6))
    }
    config = TwoStageConfig(forward_steps=20, backward_steps=1, loss_scale=5.0)
    peer = SurrogateTorch(architecture, config, channels_last=channels_last)
    peer.set_parameters(parameters)
    rates = peer.rates(images, masks)
    logits, gradients = peer.step(images, labels, masks)
    ours = two_stage_gradients(
        architecture, parameters, images, labels, config, dropout_masks=masks
    )
    for layer, rate in zip(architecture.layers, rates, strict=True):
        assert 0 < rate.mean() < 1
        np.testing.assert_array_equal(
            np.rint(rate * 20), np.rint(ours.alpha[layer.name] * 20), err_msg=layer.name
        )
    np.testing.assert_allclose(logits, ours.logits, rtol=1e-12, atol=1e-12)
    # The readout is not behind a threshold: its exact gradient is the same in both.
    for name in ("readout.weight", "readout.bias"):
        np.testing.assert_allclose(gradients[name], ours.gradients[name], rtol=1e-9, atol=1e-12)
    assert all(np.abs(value).max() > 0 for value in gradients.values())


def test_rectangle() -> None:
    u = torch.tensor([0.25, 0.75, 1.0, 1.25, 1.75], requires_grad=True)
    spikes = Spike.apply(u, 1.0)
    assert spikes.tolist() == [0, 0, 1, 1, 1]
    (3 * spikes).sum().backward()
    assert u.grad is not None
    assert u.grad.tolist() == [0, 3, 3, 3, 0]


def test_gradient_of_one_neuron_by_hand() -> None:
    """One neuron that fires in the second of three steps.

    u_t = t w - 2 (spikes so far). With the reset not differentiated du_t / dw = t, so the rate
    changes by the mean over the steps of t where |u_t - 1| < 1/2, else 0.
    """
    architecture = Architecture.parse("1", (1,), 2)
    config = TwoStageConfig(forward_steps=3, backward_steps=1, loss_scale=1.0)
    peer = SurrogateTorch(architecture, config)
    peer.set_parameters(
        {
            "layer1.weight": np.array([[0.625]]),
            "layer1.bias": np.zeros(1),
            "readout.weight": np.array([[1.0], [0.0]]),
            "readout.bias": np.zeros(2),
        }
    )
    (rate,) = peer.rates(np.ones((1, 1)), {})
    assert rate.item() == pytest.approx(1 / 3)
    _, gradients = peer.step(np.ones((1, 1)), np.array([1]))
    # The potentials are 0.625, 1.25 and 1.875 - 2, of which the first two are near the threshold.
    change = (1 + 2) / 3
    probability = 1 / (1 + np.exp(-1 / 3))
    assert gradients["layer1.weight"].item() == pytest.approx(probability * change)
