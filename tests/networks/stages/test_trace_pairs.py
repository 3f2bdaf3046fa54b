"""A stage 2 of pairs with traces: eq. 6 spike for spike while inputs are small."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from equations import TernaryCouple, TracePair
from networks import BackwardNetwork, BackwardRates
from networks.simulation import Simulation
from networks.stages.direct import DirectNetwork
from networks.stages.learning import Stage1Rates
from tests.networks.builders import (
    architecture,
    random_dropout,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)

NETWORK = architecture("3C3s-4C3 (F3C3)", (2, 6, 4))
SAMPLES, STEPS = 3, 16


def backward(neurons: TernaryCouple | TracePair, synapses: str, learning: str) -> BackwardRates:
    stage = BackwardNetwork(
        NETWORK, neurons, SAMPLES,
        Simulation(dtype="float64", synapses=synapses, learning=learning),  # type: ignore[arg-type]
    )  # fmt: skip
    # So small that no step brings a neuron as much as a spike stands for.
    stage.set_parameters({name: each / 2 for name, each in random_parameters(NETWORK).items()})
    alpha = {
        layer.name: np.full((SAMPLES, *layer.shape), (1 + number) / 4)
        for number, layer in enumerate(NETWORK.layers)
    }
    learn_from = Stage1Rates(random_images(NETWORK, SAMPLES), alpha)
    return stage.run(
        random_gradient(NETWORK, SAMPLES), random_masks(NETWORK, SAMPLES), STEPS, rescale=0.5,
        dropout_masks=random_dropout(NETWORK, SAMPLES),
        learn_from=learn_from if learning == "spikes" else None,
    )  # fmt: skip


@pytest.mark.parametrize("rest", [-0.5, 0.0])
@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_pairs_send_what_ternary_neurons_send(synapses: str, rest: float) -> None:
    pairs = backward(TracePair(0.5, rest), synapses, "rates")
    alone = backward(TernaryCouple(0.5, rest), synapses, "rates")
    for layer in NETWORK.layers:
        assert (pairs.beta[layer.name] < 0).any() and (pairs.beta[layer.name] > 0).any()
        assert_array_equal(pairs.beta[layer.name], alone.beta[layer.name])
    assert pairs.firing_rates == alone.firing_rates


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_pairs_teach_what_ternary_neurons_teach(synapses: str) -> None:
    pairs = backward(TracePair(), synapses, "spikes").gradients
    alone = backward(TernaryCouple(), synapses, "spikes").gradients
    assert pairs.keys() == alone.keys()
    for name, gradient in alone.items():
        assert gradient.any()
        np.testing.assert_allclose(pairs[name], gradient, rtol=1e-12, atol=1e-13)


def test_a_current_for_every_layer() -> None:
    """Within one spike of T_B times the current, negative ones as well."""
    network = architecture("5-6", (4,))
    stage = DirectNetwork(network, TracePair(1.0, 0.0), 2, Simulation(dtype="float64"))
    rng = np.random.default_rng(0)
    currents = {layer.name: rng.uniform(-0.9, 0.9, (2, *layer.shape)) for layer in network.layers}
    beta = stage.run(currents, 50).beta
    for name, current in currents.items():
        assert abs(beta[name] - current).max() <= 1 / 50


def test_there_are_no_couples_of_them() -> None:
    with pytest.raises(ValueError, match="neurons with traces do not: leave couple out"):
        BackwardNetwork(NETWORK, TracePair(), 1, couple=True)
