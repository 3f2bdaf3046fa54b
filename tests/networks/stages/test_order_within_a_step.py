"""Within one step a spike passes through all layers; only the feedback waits (Algorithms 1, 2).

The network is a chain of three single neurons. Its input makes the first one fire at every step,
and the feedback cancels the input of the next step, so all three fire at every second step. Were a
layer to wait for the next step, or the feedback not to, the rasters would be others.
"""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import NeuronGroup, SpikeMonitor, StateMonitor
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import Architecture, BackwardNetwork, ForwardNetwork, SynapsesKind
from networks.brian.network import STEP
from networks.schedule import layer_slots

STEPS = 6
CHAIN = Architecture.parse("1-1-1 (F1)", (1,), 2)

WEIGHTS = {
    "layer1.weight": np.array([[1.0]]),
    "layer1.bias": np.array([0.0]),
    "layer2.weight": np.array([[1.0]]),
    "layer2.bias": np.array([0.0]),
    "layer3.weight": np.array([[1.0]]),
    "layer3.bias": np.array([0.0]),
    "feedback.weight": np.array([[-1.0]]),
    "readout.weight": np.array([[1.0], [-1.0]]),
    "readout.bias": np.array([0.0, 0.0]),
}


def spikes_of(group: NeuronGroup) -> SpikeMonitor:
    """A monitor that need not be compiled."""
    return SpikeMonitor(group, codeobj_class=NumpyCodeObject)


def steps_of(monitor: SpikeMonitor) -> list[int]:
    """The steps, from 0, in which a single neuron fired."""
    return [round(float(t / STEP)) for t in monitor.t]


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_stage_1(synapses: SynapsesKind) -> None:
    stage = ForwardNetwork(
        CHAIN, integrate_and_fire(1.0, 0.0), 1, synapses=synapses, dtype="float64"
    )
    stage.set_parameters(WEIGHTS)
    monitors = [spikes_of(stage[layer.name]) for layer in CHAIN.layers]
    potential = StateMonitor(
        stage["layer1"], "v", record=True, when="layer1_thresholds", order=-1,
        codeobj_class=NumpyCodeObject,
    )  # fmt: skip
    stage.network.add(monitors, potential)
    rates = stage.run(np.array([[1.0]]), STEPS)
    assert [steps_of(monitor) for monitor in monitors] == [[0, 2, 4]] * 3
    assert_array_equal(potential.v[0], [1, 0, 1, 0, 1, 0])
    assert {name: rate.item() for name, rate in rates.alpha.items()} == {
        "layer1": 0.5, "layer2": 0.5, "layer3": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize("couple", [False, True])
@pytest.mark.parametrize("synapses", ["shared", "explicit"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_stage_2_runs_the_other_way(synapses: SynapsesKind, couple: bool, sign: float) -> None:
    """g = 2 drives layer 3, whose spike reaches layers 2 and 1 at once.

    The transposed weights are 4, and a spike stands for 2, times 1/4: layers 2 and 1 receive 2. The
    -4/2 from layer 1 comes a step later.
    """
    stage = BackwardNetwork(
        CHAIN, TernaryCouple(1.0, -1.0), 1, couple=couple, synapses=synapses,
        dtype="float64",
    )  # fmt: skip
    doubled = {**WEIGHTS, "feedback.weight": np.array([[-4.0]])}
    doubled |= {f"layer{n}.weight": np.array([[4.0]]) for n in (2, 3)}
    stage.set_parameters(doubled)
    side = {1.0: "_positive", -1.0: "_negative"}[sign] if couple else ""
    monitors = [spikes_of(stage[f"{layer.name}{side}"]) for layer in CHAIN.layers]
    stage.network.add(monitors)
    open_masks = {layer.name: np.ones((1, 1)) for layer in CHAIN.layers}
    rates = stage.run(np.array([[2.0 * sign]]), open_masks, STEPS, rescale=0.25)
    assert [steps_of(monitor) for monitor in monitors] == [[0, 2, 4]] * 3
    assert {rate.item() for rate in rates.beta.values()} == {2 * 0.5 * sign}


def test_a_single_layer_hears_itself_one_step_later() -> None:
    """V_th 1, u_rest 0, input 0.5, feedback 0.5: u is 0.5, 1 -> 0, then 1 -> 0 at every step."""
    single = Architecture.parse("1 (F1)", (1,), 2)
    stage = ForwardNetwork(single, integrate_and_fire(1.0, 0.0), 1, dtype="float64")
    parameters = {name: np.zeros(shape) for name, shape in single.parameter_shapes().items()}
    parameters |= {"layer1.weight": np.array([[0.5]]), "feedback.weight": np.array([[0.5]])}
    stage.set_parameters(parameters)
    monitor = spikes_of(stage["layer1"])
    stage.network.add(monitor)
    stage.run(np.array([[1.0]]), STEPS)
    assert steps_of(monitor) == [1, 2, 3, 4, 5]


def test_slots_follow_the_layers_and_leave_brians_own_in_place() -> None:
    assert layer_slots(["b", "a"]) == [
        "start", "groups",
        "b_synapses", "b_thresholds", "b_resets",
        "a_synapses", "a_thresholds", "a_resets",
        "thresholds", "synapses", "resets", "end",
    ]  # fmt: skip
