"""The dense peer computes the same thing, or its speed would say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.peers.dense_torch import DenseTorch
from networks import Architecture
from training.methods import TwoStageConfig, two_stage_gradients


@pytest.mark.parametrize("channels_last", [False, True])
def test_same_gradients_in_float64(channels_last: bool) -> None:
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
    config = TwoStageConfig(forward_steps=20, backward_steps=30, loss_scale=5.0)
    dense = DenseTorch(architecture, config, channels_last=channels_last)
    dense.set_parameters(parameters)
    logits, gradients = dense.step(images, labels, masks)
    ours = two_stage_gradients(
        architecture, parameters, images, labels, config, dropout_masks=masks
    )
    np.testing.assert_allclose(logits, ours.logits, rtol=1e-12, atol=1e-12)
    assert gradients.keys() == ours.gradients.keys()
    for name, value in ours.gradients.items():
        assert np.abs(value).max() > 0, name
        np.testing.assert_allclose(gradients[name], value, rtol=1e-9, atol=1e-12, err_msg=name)


def test_refuses_what_it_does_not_know() -> None:
    architecture = Architecture.parse("4C3-P2-10", (1, 8, 8), 3)
    with pytest.raises(ValueError, match="convolutions"):
        DenseTorch(architecture, TwoStageConfig())
