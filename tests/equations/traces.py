"""Running the equations with nothing but Brian2, and every step recorded.

The groups use Brian2's NumPy code, which needs no compiler: the strings are ordinary Brian2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, StateMonitor, Synapses, TimedArray, ms
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from numpy.typing import NDArray

from equations import NeuronModel, TernaryCouple
from equations.ternary_couple import CROSS_RESET

Array = NDArray[np.float64]
Currents = Sequence[Sequence[float]] | Array

STEP = 1 * ms
PLAIN: dict[str, Any] = {"codeobj_class": NumpyCodeObject}


@dataclass(frozen=True)
class Trace:
    """What neurons did: a row per step, taken at its end, and a column per neuron.

    Parameters
    ----------
    v : array
        Membrane potential after the reset.
    spike_count, activity : array
        Signed, leak-weighted number of output spikes so far, and number of spikes of any sign; of
        neurons that have no `activity` both are the count.
    """

    v: Array
    spike_count: Array
    activity: Array


def trace(neuron: NeuronModel, currents: Currents) -> Trace:
    """The response of unconnected neurons to currents of shape (steps, neurons)."""
    stimulus = np.asarray(currents, dtype=float)
    (recorded,) = run(len(stimulus), [stimulated(neuron, stimulus)])
    return recorded


def couple_trace(couple: TernaryCouple, currents: Currents) -> tuple[Trace, Trace]:
    """The response of the positive and the negative side of couples."""
    stimulus = np.asarray(currents, dtype=float)
    positive = stimulated(couple.neuron, stimulus)
    negative = stimulated(couple.neuron, -stimulus)
    synapses = [
        cross(positive, negative, CROSS_RESET, couple.span),
        cross(negative, positive, CROSS_RESET, couple.span),
    ]
    first, second = run(len(stimulus), [positive, negative], synapses)
    return first, second


def stimulated(neuron: NeuronModel, stimulus: Array) -> NeuronGroup:
    """A plain group of the model's neurons, with a current for each step and neuron."""
    neurons = NeuronGroup(
        stimulus.shape[1],
        neuron.equations,
        threshold=neuron.threshold,
        reset=neuron.reset,
        method="euler",
        dt=STEP,
        namespace={"stimulus": TimedArray(stimulus, dt=STEP)},
        **PLAIN,
    )
    neurons.run_regularly("I = stimulus(t, i)", when="start", **PLAIN)
    if neuron.update:
        neurons.run_regularly(neuron.update, when="groups", **PLAIN)
    neurons.v_threshold = neuron.v_threshold
    neurons.v_rest = neuron.v_rest
    neurons.leak = neuron.leak
    return neurons


def cross(source: NeuronGroup, target: NeuronGroup, on_pre: str, weight: float) -> Synapses:
    """A synapse from each neuron to its partner, delivered after the resets of the step."""
    synapses = Synapses(source, target, "w : 1", on_pre=on_pre, dt=STEP, **PLAIN)
    synapses.pre.when = "after_resets"
    everyone = np.arange(len(source))
    synapses.connect(i=everyone, j=everyone)
    synapses.w = weight
    return synapses


def run(
    steps: int, groups: Sequence[NeuronGroup], synapses: Sequence[Synapses] = ()
) -> list[Trace]:
    """Run groups and synapses, with a monitor on each group."""
    variables = [
        ["v", "spike_count", "activity" if "activity" in each.variables else "spike_count"]
        for each in groups
    ]
    monitors = [
        StateMonitor(each, sorted(set(names)), record=True, when="end", dt=STEP, **PLAIN)
        for each, names in zip(groups, variables, strict=True)
    ]
    Network(groups, synapses, monitors).run(steps * STEP, namespace={})
    return [
        Trace(*(getattr(each, name).T for name in names))
        for each, names in zip(monitors, variables, strict=True)
    ]
