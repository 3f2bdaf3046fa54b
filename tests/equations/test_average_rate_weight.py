"""A rate is 1 for a neuron that fires at every step, and for no other is it more.

The counts decay in the precision of the network. A weight summed in another precision made
0.9999998 of the rate of a neuron that always fires, and stage 2 took it for one that still
responds to its input.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equations import average_rate_weight, leaky_integrate_and_fire
from networks import ForwardNetwork
from networks.simulation import FloatingPoint
from tests.networks.builders import architecture

DTYPES = ("float32", "float64")
LEAKS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99, 0.999, 1.0)
STEPS = (1, 2, 3, 5, 10, 30, 100, 250)


def decayed_count(spikes: list[bool], leak: float, dtype: FloatingPoint) -> float:
    """What `spike_count` is after these steps: it decays, then takes the spike of the step."""
    precision = np.dtype(dtype).type
    count = precision(0)
    for spike in spikes:
        count = precision(leak) * count + precision(spike)
    return float(count)


@given(
    spikes=st.lists(st.booleans(), min_size=1, max_size=80),
    leak=st.floats(1e-3, 1.0),
    dtype=st.sampled_from(DTYPES),
)
def test_no_rate_is_above_one(spikes: list[bool], leak: float, dtype: FloatingPoint) -> None:
    weight = average_rate_weight(leak, len(spikes), dtype)
    assert decayed_count(spikes, leak, dtype) <= weight
    assert decayed_count([True] * len(spikes), leak, dtype) == weight
    assert np.dtype(dtype).type(weight) == weight


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_neuron_that_always_fires_has_rate_one(dtype: FloatingPoint, leak: float) -> None:
    network = ForwardNetwork(
        architecture("3-2 (F3)", (2,)), leaky_integrate_and_fire(leak=leak), 2, dtype=dtype
    )
    # What a neuron of threshold 1 and span 2 needs to fire at every step, whatever it hears.
    network.set_parameters(
        {
            name: np.full(shape, 8.0 if name.endswith("bias") else 0.0)
            for name, shape in network.architecture.parameter_shapes().items()
        }
    )
    for steps in STEPS:
        rates = network.run(np.zeros((2, 2)), steps)
        for layer, alpha in rates.alpha.items():
            assert (alpha == 1).all(), (layer, steps)
        assert rates.firing_rates == {"layer1": 1.0, "layer2": 1.0}
