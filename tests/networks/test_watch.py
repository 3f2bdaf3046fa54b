"""What was watched is what the neurons did, of the samples that there were."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from equations import integrate_and_fire
from networks import Architecture, ForwardNetwork
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
