"""What was watched is what the neurons did, of the samples that there were."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import Architecture, BackwardNetwork, ForwardNetwork
from networks.watch import watch

NETWORK = Architecture.parse("2-3", (2,), 2)
IMAGES = np.array([[0.5, 0.25], [1.0, 0.75], [0.25, 1.0]])
STEPS = 4


def forward() -> ForwardNetwork:
    """Stage 1 with the weights 1."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), 3)
    stage.set_parameters(
        {name: np.ones(shape) for name, shape in NETWORK.parameter_shapes().items()}
    )
    return stage


def test_several_samples_of_one_variable() -> None:
    stage = forward()
    with (
        watch(stage["layer1"], "v", 0) as first,
        watch(stage["layer1"], "v", 1) as second,
        watch(stage["layer1"], "v", 1) as again,
    ):
        stage.run(IMAGES, STEPS)
    with watch(stage["layer1"], "v", 0) as alone:
        stage.run(IMAGES[1:], STEPS)
    assert not np.array_equal(first.values, second.values)
    assert_array_equal(second.values, again.values)
    assert_array_equal(second.values, alone.values)


def test_a_sample_that_was_not_in_a_batch_has_no_values() -> None:
    stage = forward()
    with watch(stage["layer1"], "v", 2) as trace:
        stage.prepare()
        assert trace.values.shape == (0, 2)
        stage.run(IMAGES, STEPS)
        assert trace.values.shape == (STEPS, 2)
        stage.run(IMAGES[:2], STEPS)
    stage.run(IMAGES, STEPS)
    with pytest.raises(
        ValueError, match="sample 2 was watched, and a run had 2 samples: watch one"
    ):
        _ = trace.values


def test_a_sample_of_stage_2_that_was_not_in_the_batch() -> None:
    stage = BackwardNetwork(NETWORK, TernaryCouple(), 3)
    stage.set_parameters(
        {name: np.ones(shape) for name, shape in NETWORK.parameter_shapes().items()}
    )
    masks = {layer.name: np.ones((1, *layer.shape)) for layer in NETWORK.layers}
    with watch(stage["layer2"], "v", 1) as trace:
        stage.run(np.ones((1, 3)), masks, STEPS, rescale=0.5)
    with pytest.raises(ValueError, match="sample 1 was watched, and a run had 1 sample: watch one"):
        _ = trace.values
