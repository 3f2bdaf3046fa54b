"""Spikes of stage 2 teach synapses: by hand, one spike at a time, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from brian2 import StateMonitor
from numpy.testing import assert_array_equal

from equations import TernaryCouple
from networks import Architecture, BackwardNetwork, SynapsesKind
from networks.stages.learning import Stage1Rates
from networks.synapses import PlasticSynapses

#: One sample, one neuron per layer: everything can be followed by hand.
NETWORK = Architecture.parse("1-1 (F1)", input_shape=(1,), classes=2)
PARAMETERS = {
    "layer1.weight": np.zeros((1, 1)),
    "layer1.bias": np.zeros(1),
    "layer2.weight": np.array([[2.0]]),
    "layer2.bias": np.zeros(1),
    "feedback.weight": np.array([[-1.0]]),
    "readout.weight": np.zeros((2, 1)),
    "readout.bias": np.zeros(2),
}
#: alpha of layer 1 and 2, and the input.
STAGE1 = Stage1Rates(
    x=np.array([[3.0]]), alpha={"layer1": np.array([[0.25]]), "layer2": np.array([[0.75]])}
)
OPEN = {"layer1": np.ones((1, 1)), "layer2": np.ones((1, 1))}


def backward(synapses: SynapsesKind = "shared", leak: float = 1.0) -> BackwardNetwork:
    network = BackwardNetwork(
        NETWORK, TernaryCouple(leak=leak), 1, synapses=synapses, dtype="float64", learning="spikes"
    )
    network.set_parameters(PARAMETERS)
    return network


def layer2_spikes_by_hand(g: float, steps: int) -> tuple[list[int], list[int]]:
    """Spikes of layer 2 and layer 1: eq. 7 with weights 2, -1, thresholds 1/2 and rescale 1/2."""
    u1 = u2 = 0.0
    s1 = 0
    spikes2: list[int] = []
    spikes1: list[int] = []
    for _ in range(steps):
        u2 += g + 0.5 * -1.0 * s1
        s2 = int(u2 >= 0.5) - int(u2 <= -0.5)
        u2 -= s2
        u1 += 0.5 * 2.0 * s2
        s1 = int(u1 >= 0.5) - int(u1 <= -0.5)
        u1 -= s1
        spikes2.append(s2)
        spikes1.append(s1)
    return spikes2, spikes1


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_every_spike_teaches_what_it_is_worth(synapses: SynapsesKind) -> None:
    steps = 6
    result = backward(synapses).run(
        np.array([[0.375]]), OPEN, steps, rescale=0.5, learn_from=STAGE1
    )
    spikes2, spikes1 = layer2_spikes_by_hand(0.375, steps)
    # A spike of the last step teaches the feedback, though it never arrives there.
    assert spikes1[-1] != 0
    worth = 0.5 / steps
    assert {name: each.item() for name, each in result.gradients.items()} == {
        "layer2.weight": sum(spikes2) * worth * 0.25,
        "layer2.bias": sum(spikes2) * worth,
        "layer1.weight": sum(spikes1) * worth * 3.0,
        "layer1.bias": sum(spikes1) * worth,
        "feedback.weight": sum(spikes1) * worth * 0.75,
    }


def test_a_monitor_watches_a_synapse_learn() -> None:
    network = backward("explicit")
    assert network.learning is not None
    (synapses,) = network.learning.synapses["layer2.weight"]
    assert isinstance(synapses, PlasticSynapses)
    monitor = StateMonitor(synapses, "dw", record=True, clock=network.simulator.clock, when="end")
    network.network.add(monitor)
    network.run(np.array([[0.375]]), OPEN, 8, rescale=0.5, learn_from=STAGE1)
    spikes2, _ = layer2_spikes_by_hand(0.375, 8)
    assert_array_equal(monitor.dw[0], np.cumsum(spikes2) * 0.25 * 0.5 / 8)


def test_with_a_leak_late_spikes_teach_more() -> None:
    network = backward("explicit", leak=0.5)
    result = network.run(np.array([[0.5]]), OPEN, 3, rescale=0.5, learn_from=STAGE1)
    # u2: 0.5 fires; s1 = +1 inhibits by 0.5 at the next step.
    assert result.beta["layer2"].item() != 0
    expected = 0.5 * result.beta["layer2"].item()
    assert result.gradients["layer2.bias"].item() == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_masked_neurons_teach_nothing_and_nothing_is_left_of_the_batch_before(
    synapses: SynapsesKind,
) -> None:
    network = backward(synapses)
    g = np.array([[0.375]])
    first = network.run(g, OPEN, 6, rescale=0.5, learn_from=STAGE1).gradients
    closed = {"layer1": np.zeros((1, 1)), "layer2": np.ones((1, 1))}
    masked = network.run(g, closed, 8, rescale=0.5, learn_from=STAGE1).gradients
    assert masked["layer1.weight"] == masked["feedback.weight"] == 0 != masked["layer2.weight"]
    again = network.run(g, OPEN, 6, rescale=0.5, learn_from=STAGE1).gradients
    assert first == again


def test_stage_1_must_be_told_to_those_who_learn_from_it() -> None:
    with pytest.raises(ValueError, match="give learn_from"):
        backward().run(np.ones((1, 1)), OPEN, 2, rescale=0.5)
    deaf = BackwardNetwork(NETWORK, TernaryCouple(), 1, dtype="float64")
    deaf.set_parameters(PARAMETERS)
    with pytest.raises(ValueError, match="build it with learning='spikes'"):
        deaf.run(np.ones((1, 1)), OPEN, 2, rescale=0.5, learn_from=STAGE1)
    assert deaf.run(np.ones((1, 1)), OPEN, 2, rescale=0.5).gradients == {}


@pytest.mark.parametrize("wrong", [STAGE1.alpha, STAGE1.x])
def test_rates_alone_are_not_what_stage_1_was(wrong: Any) -> None:
    with pytest.raises(ValueError, match="learn_from must be of the type Stage1Rates, not"):
        backward().run(np.ones((1, 1)), OPEN, 2, rescale=0.5, learn_from=wrong)


def test_rates_of_another_shape_are_refused() -> None:
    wrong = Stage1Rates(STAGE1.x, {**STAGE1.alpha, "layer2": np.ones((1, 2))})
    with pytest.raises(ValueError, match=r"rates of 'layer2' have shape \(1, 2\)"):
        backward().run(np.ones((1, 1)), OPEN, 2, rescale=0.5, learn_from=wrong)


@pytest.mark.parametrize(
    ("alpha", "said"),
    [
        ({"layer1": np.zeros((1, 1))}, "the rates of 'layer2' are missing: each layer needs them"),
        ({**STAGE1.alpha, "layer1": [[np.nan]]}, "the rates of 'layer1' hold NaN or infinite"),
        ({**STAGE1.alpha, "layer2": [["a"]]}, "the rates of 'layer2' are of type"),
        ([0.25, 0.75], "the rates of stage 1 must be arrays by name, not of type list"),
    ],
)
def test_rates_that_would_teach_nonsense(alpha: Any, said: str) -> None:
    stage1 = Stage1Rates(STAGE1.x, alpha)
    with pytest.raises(ValueError, match=re.escape(said)):
        backward().run([[1.0]], OPEN, 3, rescale=0.5, learn_from=stage1)


def test_rates_may_be_lists() -> None:
    taught = []
    for stage1 in (STAGE1, Stage1Rates([[3.0]], {"layer1": [[0.25]], "layer2": [[0.75]]})):
        run = backward().run([[1.0]], OPEN, 3, rescale=0.5, learn_from=stage1)
        taught.append(run.gradients["layer2.weight"])
    assert_array_equal(taught[0], taught[1])
    assert taught[0].any()


def test_genn_learns_from_rates() -> None:
    with pytest.raises(ValueError, match="learning from spikes cannot run on device 'genn'"):
        BackwardNetwork(NETWORK, TernaryCouple(), 1, device="genn", learning="spikes")


def test_no_other_way_to_learn() -> None:
    with pytest.raises(ValueError, match="from 'rates' or 'spikes', not 'dreams'"):
        BackwardNetwork(NETWORK, TernaryCouple(), 1, learning="dreams")  # type: ignore[arg-type]
