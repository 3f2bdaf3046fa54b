"""The least that each part of a stage must move, and how long the hardware takes for it.

===============  ===================================================================================
state update     reads ``v`` and ``I``, writes ``v`` of every neuron in every step
thresholds       reads ``v`` of every neuron in every step, writes the index of each spike
resets           for each spike its index, and the cache lines of the variables that the reset
                 changes, in and out; neurons that fire together share lines, and the expected
                 number of lines for spikes at random places is counted
synapses         for each synaptic event (a spike that is sent, times the neurons that it reaches)
                 one weight is loaded and added. One tap's matrix and a sample's targets fit the
                 first cache, so what counts is the rate at which one core loads vectors from there
                 and adds them up. Collecting spikes, and loading and storing the targets, are
                 not part of the bound
===============  ===================================================================================

Everything is for one core, as the times are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import NDArray

from equations import NeuronModel
from networks.connections import Connection, channels
from networks.populations.neurons import spikes_fired

INDEX_BYTES, LINE_BYTES = 4, 64

_ASSIGNED = re.compile(r"^\s*(\w+)\s*[-+*/]?=", re.MULTILINE)


@dataclass(frozen=True)
class Traffic:
    """What a part of a stage must do in one run.

    Parameters
    ----------
    bytes : float
        Least number of bytes to move.
    events : float
        Synaptic events; 0 for neurons.
    working_set : int
        Bytes of the variables that are moved in every step: the smaller, the nearer the cache that
        holds them. 0 for synapses, see above.
    """

    bytes: float
    events: float = 0.0
    working_set: int = 0


def state_update(neurons: int, steps: int, itemsize: int) -> Traffic:
    """Of ``v += I``."""
    return Traffic(3.0 * itemsize * neurons * steps, working_set=2 * itemsize * neurons)


def thresholds(neurons: int, steps: int, itemsize: int, spikes: float) -> Traffic:
    """Of comparing and listing."""
    moved = float(itemsize) * neurons * steps + INDEX_BYTES * spikes
    return Traffic(moved, working_set=itemsize * neurons)


def resets(neuron: NeuronModel, neurons: int, steps: int, itemsize: int, spikes: float) -> Traffic:
    """Of what happens to the neurons that fired."""
    changed = len(set(_ASSIGNED.findall(neuron.reset)))
    per_line = LINE_BYTES // itemsize
    rate = spikes / (neurons * steps)
    lines = neurons * steps / per_line * (1 - (1 - rate) ** per_line)
    moved = 2 * LINE_BYTES * changed * lines + INDEX_BYTES * spikes
    return Traffic(moved, working_set=changed * itemsize * neurons)


def synapses(
    connection: Connection, transposed: bool, sent: NDArray[np.floating], itemsize: int
) -> Traffic:
    """Of delivering spikes.

    Parameters
    ----------
    connection : Connection
    transposed : bool
        Whether spikes run from its target to its source.
    sent : array, shape (samples * units,)
        Spikes that each source neuron sends, sample-major and channel-last.
    itemsize : int
        Bytes of a weight.
    """
    taps = connection.taps.transposed if transposed else connection.taps
    fan_out = np.diff(taps.by_source()[0])
    target = connection.source_shape if transposed else connection.target_shape
    reached = 1 if connection.channelwise else channels(target)
    of_position = sent.reshape(-1, taps.source_positions, _channels(connection, transposed))
    events = float((of_position.sum(axis=(0, 2)) * fan_out).sum()) * reached
    return Traffic(itemsize * events, events)


def sent_spikes(group: NeuronGroup) -> NDArray[np.floating]:
    """Spikes that each neuron sent in the last run; not those of masked or dropped neurons.

    Of spikes that wait for the next step, the last ones are counted but were not delivered.
    """
    spikes = spikes_fired(group).astype(np.float64)
    if "mask" in group.variables:
        for factor in ("mask", "dropout"):
            spikes[group.variables[factor].get_value() == 0] = 0
    return spikes


def _channels(connection: Connection, transposed: bool) -> int:
    return channels(connection.target_shape if transposed else connection.source_shape)
