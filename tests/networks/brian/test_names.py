"""What Brian2's variables hold whose names it keeps to itself."""

from __future__ import annotations

from brian2 import Network, NetworkOperation, NeuronGroup, defaultclock
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject

from networks.brian.names import SPIKES


def test_spikes_are_the_neurons_that_fire_and_their_number() -> None:
    group = NeuronGroup(5, "v : 1", threshold="v > 1", name="five", codeobj_class=NumpyCodeObject)
    group.v = [0, 2, 0, 2, 0]
    seen: list[list[int]] = []

    def look() -> None:
        seen.append(group.variables[SPIKES].get_value().tolist())

    looking = NetworkOperation(look, when="after_thresholds", name="looking")
    Network(group, looking).run(defaultclock.dt)
    (spikes,) = seen
    assert (len(spikes), spikes[:2], spikes[-1]) == (6, [1, 3], 2)
