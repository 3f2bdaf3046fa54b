"""Samples of the network that a batch does not use add nothing, even if their neurons fire."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from equations import integrate_and_fire
from networks import ForwardNetwork, SynapsesKind
from tests.networks.builders import architecture, random_images, random_parameters

NETWORK = architecture()
STEPS = 7

#: Fires in every other step by itself.
RESTLESS = replace(
    integrate_and_fire(), model=integrate_and_fire().model.replace("I/dt", "(I+1)/dt")
)


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_unused_samples_that_fire(synapses: SynapsesKind) -> None:
    parameters, images = random_parameters(NETWORK), random_images(NETWORK, 2)
    small = ForwardNetwork(NETWORK, RESTLESS, 2, synapses=synapses)
    large = ForwardNetwork(NETWORK, RESTLESS, 5, synapses=synapses)
    for network in (small, large):
        network.set_parameters(parameters)
    alone, among_others = small.run(images, STEPS), large.run(images, STEPS)
    assert large["layer2"].variables["spike_count"].get_value().reshape(5, -1)[2:].any()
    assert among_others.firing_rates == alone.firing_rates
    for layer, alpha in alone.alpha.items():
        assert_array_equal(among_others.alpha[layer], alpha)
    assert np.all([0 < rate <= 1 for rate in alone.firing_rates.values()])
