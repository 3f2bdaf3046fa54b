"""A neuron in a window is the same neuron, begun late and stopped in time."""

from __future__ import annotations

import pytest

from equations import NeuronModel, in_window, integrate_and_fire, leaky_integrate_and_fire, ternary


@pytest.mark.parametrize(
    "neuron", [integrate_and_fire(), leaky_integrate_and_fire(), ternary(), ternary(leak=0.5)]
)
def test_only_the_current_the_leak_and_the_threshold_are_gated(neuron: NeuronModel) -> None:
    gated = in_window(neuron)
    assert gated.threshold == f"{neuron.threshold} and active > 0.5"
    assert gated.reset == neuron.reset
    assert gated.parameters == neuron.parameters
    before = neuron.model + neuron.update
    after = gated.model + gated.update
    assert after.count("(active * I)") == 1
    assert after.count("(active * leak + (1 - active))") == before.count("leak *")
    undone = after.replace("(active * I)", "I").replace("(active * leak + (1 - active))", "leak")
    assert undone.startswith(neuron.model) and undone.endswith(neuron.update)


def test_names_that_merely_contain_a_gated_one_stay() -> None:
    neuron = NeuronModel("Input : 1\nv : 1", "v > 1", "v = 0", 1.0, 0.0, 1.0, "v = Input + leaky")
    assert in_window(neuron).update == "v = Input + leaky"
