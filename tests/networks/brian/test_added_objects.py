"""What a user may add to the network of a stage: what no run leaves something in."""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import (
    NetworkOperation,
    PopulationRateMonitor,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
)

from equations import integrate_and_fire
from networks import Architecture, ForwardNetwork

NETWORK = Architecture.parse("2", (2,), 2)


def stage() -> ForwardNetwork:
    found = ForwardNetwork(NETWORK, integrate_and_fire(), 1)
    found.set_parameters({name: np.ones(s) for name, s in NETWORK.parameter_shapes().items()})
    return found


def test_groups_and_synapses_are_refused() -> None:
    """Their queues and what they prepare before a run would be those of the run before."""
    network = stage()
    source = SpikeGeneratorGroup(1, [0], [2] * ms, dt=1 * ms)
    synapses = Synapses(source, network["layer1"], on_pre="v_post += 1")
    for objects in (source, synapses, [source], {"a": synapses}):
        with pytest.raises(ValueError, match=r"is of the type S.*: this network takes monitors"):
            network.network.add(objects)
    assert source not in network.network.objects
    network.run(np.ones((1, 2)), 3)


def test_operations_have_the_clock_of_the_steps() -> None:
    """Brian2's default one ticks ten times in a step."""
    network, calls = stage(), list[None]()
    with pytest.raises(ValueError, match=r"default clock, which ticks .* make it with dt=1\*ms"):
        network.network.add(NetworkOperation(lambda: None, name="push"))
    network.network.add(NetworkOperation(lambda: calls.append(None), dt=1 * ms))
    network.run(np.ones((1, 2)), 3)
    assert len(calls) == 3


def test_a_part_of_a_network_is_not_restored() -> None:
    network = stage()
    network.network.store()
    with pytest.raises(ValueError, match=r"weights of the synapses, but not .* set_parameters"):
        network.network.restore()


def test_monitors_and_operations_are_taken_alone_and_together() -> None:
    network, calls = stage(), list[None]()
    layer = network["layer1"]
    monitors = [SpikeMonitor(layer), StateMonitor(layer, "v", record=True)]
    rate = PopulationRateMonitor(layer)
    operation = NetworkOperation(lambda: calls.append(None), clock=layer.clock)
    network.network.add(monitors, {"rate": rate}, operation)
    alpha = network.run(np.ones((1, 2)), 3).alpha["layer1"]
    assert len(calls) == 3 and monitors[0].num_spikes == 3 * alpha.sum()
    assert monitors[1].v.shape == (2, 3) and len(rate.rate) == 3
