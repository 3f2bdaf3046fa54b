"""What a variable is to a program depends on whose it is, not on its name alone."""

from __future__ import annotations

from equations import NeuronModel
from networks import ForwardNetwork
from networks.devices.memory import kind_of
from networks.devices.programs.standalone import StandaloneSimulator
from tests.networks.builders import architecture, random_parameters

NEURON = NeuronModel(
    name="namesakes",
    model="""
    dv/dt = I/dt : 1
    I : 1 (constant)
    spike_count : 1
    kernel : 1
    dw : 1
    """,
    threshold="v >= v_threshold + dw",
    reset="v -= v_threshold - v_rest; spike_count += 1; dw += 0.5; kernel += 1",
    v_threshold=1.0,
    v_rest=-1.0,
)


def test_neurons_may_call_their_states_as_synapses_do() -> None:
    network = ForwardNetwork(architecture("3 (F3)", (4,)), NEURON, 2, device="cpp_standalone")
    simulator = network.simulator
    assert isinstance(simulator, StandaloneSimulator)
    found = {f"{each.owner.name}.{each.name}": kind_of(each) for each in simulator.memory}
    for state in ("v", "I", "spike_count", "kernel", "dw"):
        assert found.pop(f"layer1.{state}") == "each"
    assert found.pop("feedback_synapses.kernel") == "kernel"
    assert found.pop("layer1.v_threshold") == "population"
    assert all(values.size == 2 * 3 for v, values in simulator.memory.items() if v.name == "dw")
    with simulator.rehearsing() as runs:
        network.set_parameters(random_parameters(network.architecture))
        network.run([[0.0] * 4, [1.0] * 4], 3)
    (run,) = runs
    kinds = {field.name: (field.kind, field.answered) for field in run.fields}
    assert kinds["layer1.dw"] == kinds["layer1.kernel"] == ("each", True)
    assert kinds["feedback_synapses.kernel"] == ("shared", False)
