"""Numbers that a precision cannot hold, and potentials that stop being numbers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from equations import TernaryCouple, integrate_and_fire, leaky_integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork, NotFiniteError, SynapsesKind
from tests.networks.builders import (
    architecture,
    random_dropout,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)

NETWORK = architecture()
SAMPLES = 2
HUGE = float(np.finfo(np.float32).max)

realisations = pytest.mark.parametrize("synapses", ["shared", "explicit"])


@pytest.mark.parametrize(
    ("neuron", "said"),
    [
        (integrate_and_fire(1e-50, -1.0), "v_threshold is 1e-50, which is 0.0 in float32"),
        (integrate_and_fire(1e39, -1.0), "v_threshold is 1e+39, which is inf in float32"),
        (integrate_and_fire(1.0, -1e39), "v_rest is -1e+39, which is -inf in float32"),
        (integrate_and_fire(1.0, 1.0 - 1e-9), "are the same number in float32"),
        (leaky_integrate_and_fire(leak=1e-50), "leak is 1e-50, which is 0.0 in float32"),
    ],
)
def test_parameters_that_are_others_in_single_precision(neuron: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        ForwardNetwork(NETWORK, neuron, SAMPLES, dtype="float32")
    if "1e+39" not in said:
        ForwardNetwork(NETWORK, neuron, SAMPLES, dtype="float64")


def test_couples_in_single_precision() -> None:
    with pytest.raises(ValueError, match=r"v_threshold is 1e-50, which is 0\.0 in float32"):
        BackwardNetwork(NETWORK, TernaryCouple(1e-50, -1.0), SAMPLES, dtype="float32")


@pytest.mark.parametrize("rescale", [0.0, -0.5, np.nan, np.inf, 1e39])
def test_rescale(rescale: float) -> None:
    backward = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, dtype="float32")
    backward.set_parameters(random_parameters(NETWORK))
    with pytest.raises(ValueError, match=re.escape(f"rescale is {rescale}")):
        backward.run(
            random_gradient(NETWORK, SAMPLES),
            random_masks(NETWORK, SAMPLES),
            3,
            rescale=rescale,
        )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_masks(value: float) -> None:
    parameters, images = random_parameters(NETWORK), random_images(NETWORK, SAMPLES)
    dropout = random_dropout(NETWORK, SAMPLES)
    dropout["layer2"][1, 2] = value
    masks = random_masks(NETWORK, SAMPLES)
    forward = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES)
    backward = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES)
    forward.set_parameters(parameters)
    backward.set_parameters(parameters)
    g = random_gradient(NETWORK, SAMPLES)
    said = "the dropout mask of 'layer2' holds NaN or infinite values"
    with pytest.raises(ValueError, match=said):
        forward.run(images, 3, dropout)
    with pytest.raises(ValueError, match=said):
        backward.run(g, masks, 3, rescale=0.5, dropout_masks=dropout)
    masks["layer1"][0, 0, 0, 0] = value
    with pytest.raises(ValueError, match="the mask of 'layer1' holds NaN or infinite values"):
        backward.run(g, masks, 3, rescale=0.5)


@realisations
def test_potentials_of_stage_1_that_overflow(synapses: SynapsesKind) -> None:
    """Layer 1 takes HUGE per step; from the second on its potential is infinite."""
    network = architecture("2-2", (1,))
    parameters = {name: np.zeros(s) for name, s in network.parameter_shapes().items()}
    parameters["layer1.weight"] += 0.75
    forward = ForwardNetwork(network, integrate_and_fire(), SAMPLES, synapses=synapses)
    forward.set_parameters(parameters)
    with pytest.raises(NotFiniteError, match=r"'v' of 'layer1' holds .* from step 2 of stage 1"):
        forward.run(np.full((SAMPLES, 1), HUGE), 9)
    # The next run knows nothing of it.
    assert forward.run(np.full((SAMPLES, 1), 4.0), 9).alpha["layer1"].min() == 1


@realisations
def test_the_layer_that_overflows_first_is_named(synapses: SynapsesKind) -> None:
    """Layer 2 receives 0.75 HUGE from each of layer 1's spikes, the second of them in step 4.

    Layer 1 takes 0.5 per step, fires in step 2 and, from -1 on, in step 6.
    """
    network = architecture("1-1", (1,))
    parameters = {name: np.zeros(s) for name, s in network.parameter_shapes().items()}
    parameters["layer1.weight"] += 0.5
    parameters["layer2.weight"] += 0.75 * HUGE
    forward = ForwardNetwork(network, integrate_and_fire(), 1, synapses=synapses)
    forward.set_parameters(parameters)
    assert forward.run(np.ones((1, 1)), 5).alpha["layer2"].max() == np.float32(0.8)
    with pytest.raises(NotFiniteError, match=r"'v' of 'layer2' holds .* from step 6 of stage 1"):
        forward.run(np.ones((1, 1)), 30)


@pytest.mark.parametrize("couple", [False, True])
def test_potentials_of_stage_2_that_overflow(couple: bool) -> None:
    network = architecture("2-2", (1,))
    backward = BackwardNetwork(network, TernaryCouple(), SAMPLES, couple=couple)
    backward.set_parameters({n: np.ones(s) for n, s in network.parameter_shapes().items()})
    masks = {layer.name: np.ones((SAMPLES, *layer.shape)) for layer in network.layers}
    with pytest.raises(NotFiniteError, match=r"'v' of 'layer2.* from step 2 of stage 2"):
        backward.run(np.full((SAMPLES, 2), 0.75 * HUGE), masks, 20, rescale=0.5)
