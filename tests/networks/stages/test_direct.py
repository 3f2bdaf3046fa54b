"""Stage 2 without synapses: a current for every layer, or a refusal by name."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pytest

from equations import TernaryCouple
from networks.simulation import Simulation
from networks.stages.direct import DirectNetwork
from tests.networks.builders import architecture

NETWORK = architecture("5-4", (3,))


@cache
def stage() -> DirectNetwork:
    return DirectNetwork(NETWORK, TernaryCouple(), 2, Simulation(dtype="float64"))


def currents(samples: int = 2, **changed: Any) -> dict[str, Any]:
    given = {"layer1": np.full((samples, 5), 0.5), "layer2": np.full((samples, 4), -0.25)}
    return {**given, **changed}


def test_rates_of_the_currents() -> None:
    """With V_th^b = 1/2: a spike in every second step, and a negative one in every fourth."""
    found = stage().run(currents(1), 40)
    np.testing.assert_array_equal(found.beta["layer1"], np.full((1, 5), 0.5))
    np.testing.assert_array_equal(found.beta["layer2"], np.full((1, 4), -0.25))


def test_parameters_are_checked_though_nothing_needs_them() -> None:
    parameters = {name: np.zeros(shape) for name, shape in NETWORK.parameter_shapes().items()}
    stage().set_parameters(parameters)
    assert stage().weights.keys() == parameters.keys()
    parameters["layer1.bias"][:] = 1  # they are copies
    assert not stage().weights["layer1.bias"].any()
    with pytest.raises(ValueError, match=r"the parameter 'layer1\.weight' of '5-4' is missing"):
        stage().set_parameters({})
    with pytest.raises(ValueError, match="NaN or infinite"):
        stage().set_parameters({**parameters, "layer2.bias": np.full(4, np.nan)})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"layer1": np.ones((2, 5))}, "the current of 'layer2' is missing: each layer needs one"),
        (currents(layer3=np.ones((2, 4))), "there is a current of 'layer3': '5-4' has no such"),
        (currents(0), "0 samples do not fit a batch size of 2"),
        (currents(3), "3 samples do not fit a batch size of 2"),
        (currents(layer2=np.ones((1, 4))), "numbers of samples, 2 of 'layer1', 1 of 'layer2'"),
        (currents(layer1=np.ones((2, 6))), "the current of 'layer1' has shape (2, 6): it must be"),
        (currents(layer2=1.0), "the current of 'layer2' has shape ()"),
        (currents(layer1=np.full((2, 5), np.nan)), "the current of 'layer1' holds NaN or infinite"),
        (currents(layer2=np.full((2, 4), np.inf)), "the current of 'layer2' holds NaN or infinite"),
        (currents(layer1="no"), "the values of the current of 'layer1' are of type"),
        ([1.0], "the currents must be arrays by name, not of type list"),
    ],
)
def test_currents_that_do_not_fit(given: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        stage().run(given, 4)
