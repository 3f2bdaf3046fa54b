"""Parameters find their places in the synapses of both stages, and lessons their parameters."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from networks import Architecture
from networks.simulation import Simulation
from networks.wiring import incoming
from tests.networks.builders import architecture, random_parameters
from training.methods import TwoStageConfig
from training.methods.spide import Spide
from training.programs.places import (
    NOWHERE,
    numbered,
    places_of_lessons,
    places_of_weights,
    program_of,
)

CASES = {
    "convolutions": architecture("3C3s-P2-4C3 (F3C3u)", (2, 8, 8)),
    "dense": architecture("5-3 (F5)", (4,)),
}


def method(network: Architecture) -> Spide:
    """On C++ standalone, which nothing is compiled for here."""
    simulation = Simulation(device="cpp_standalone", dtype="float64", learning="spikes")
    return Spide(network, TwoStageConfig(), 1, simulation)


@pytest.mark.parametrize("network", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("stage", ["forward", "backward"])
def test_weights_go_where_the_stage_itself_puts_them(network: Architecture, stage: str) -> None:
    spide = method(network)
    places = places_of_weights(spide, stage)
    parameters = random_parameters(network)
    flat = np.concatenate([parameters[name].ravel() for name in numbered(network)])
    spide.set_parameters(parameters)
    kernels = {
        f"{variable.owner.name}.{variable.name}": values
        for variable, values in program_of(spide, stage).memory.items()
        if variable.name == "kernel"
    }
    assert set(places) == {
        f"{each.name}_synapses.kernel"
        for each in incoming(network)
        if each.connection.has_parameters
    }
    for name, each in places.items():
        expected = np.where(each == NOWHERE, 0, flat[each])
        assert_array_equal(kernels[name], expected)
        assert (each != NOWHERE).any()


@pytest.mark.parametrize("network", CASES.values(), ids=CASES.keys())
def test_lessons_belong_to_every_parameter_but_the_readouts(network: Architecture) -> None:
    places = places_of_lessons(method(network))
    found = np.sort(np.concatenate([each[each != NOWHERE] for each in places.values()]))
    numbers = numbered(network)
    learned = [each.ravel() for name, each in numbers.items() if not name.startswith("readout")]
    assert_array_equal(found, np.sort(np.concatenate(learned)))
    assert set(places) == {
        f"{name.replace('.', '_')}_learning.dw"
        for name in numbers
        if not name.startswith("readout")
    }
