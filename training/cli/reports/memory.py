"""How much memory a training takes, computed without building anything.

What counts is what the process holds at its peak as the command ``train`` runs it: interpreter and
libraries, the images, the networks of every thread, and a batch with its rates and masks.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from networks import Architecture
from training.data import find
from training.parallel.partition import number_of_workers, samples_per_part
from training.recipes.methods import METHODS
from training.recipes.recipe import Recipe

LIBRARY_BYTES = 445 * 2**20
"""Python, torch, Brian2, torchvision or scikit-learn, matplotlib, and compiled modules.

Measured on Linux: 415 to 470 MiB.
"""

EXPLICIT_SYNAPSE_BYTES = 40
"""Roughly what Brian2 keeps per synapse: two indices, a delay, a weight, an entry of its queue."""

GENN_SYNAPSE_BYTES = 130
"""What GeNN's programs and the process that asks them keep on the host, per synapse.

Measured on OpenCL: 79 to 107 in the programs, 44 in the process.
"""

FORWARD_STATES, BACKWARD_STATES, COUPLE_STATES, TRACE_STATES = 4, 7, 10, 14
"""Floating-point variables of a neuron in stage 1 and stage 2, `networks.populations.neurons`."""

UNROLLED_STATES = 3
"""Values per neuron and step that a method in torch keeps until it has been back through time.

Measured: 2.9 to 3.1 on the digits.
"""

INTEGERS = 2
"""Of each neuron: its number, and its place in the list of spikes."""

BATCH_COPIES = 5
"""Values per neuron and image that a batch has beside the networks: rates, masks, products."""

PARAMETER_COPIES = 6
"""Of each parameter: its value, momentum, gradient and what torch makes on the way."""


@dataclass(frozen=True)
class Memory:
    """Bytes of a training at its peak, by what they are for.

    Parameters
    ----------
    libraries, images, networks, batch : int
    threads : int
        Threads that share a batch.
    part : int
        Images that the networks of a thread hold.
    """

    libraries: int
    images: int
    networks: int
    batch: int
    threads: int
    part: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.libraries + self.images + self.networks + self.batch


def number_of_threads(environment: Mapping[str, str]) -> int:
    """As many as torch will have: ``OMP_NUM_THREADS``, or one per core of this process."""
    text = environment.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if text.isdigit() and int(text) > 0:
        return int(text)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory(recipe: Recipe, architecture: Architecture, threads: int) -> Memory:
    """Estimate the memory of a training of one process.

    Parameters
    ----------
    recipe : Recipe
    architecture : Architecture
        The recipe's network for the images of its data set.
    threads : int
        As many as torch has.
    """
    data_set = find(recipe.data_set)
    training, test = (
        size * (data_set.frames or 1) * math.prod(data_set.input_shape) * pixel_bytes
        for size, pixel_bytes in zip(data_set.sizes, data_set.pixel_bytes, strict=True)
    )
    size, simulation = recipe.batch_size, recipe.simulation
    workers = simulation.threads or number_of_workers(architecture, size, simulation, threads)
    part = samples_per_part(architecture, size, workers, simulation)
    itemsize = np.dtype(recipe.dtype).itemsize
    neurons = architecture.spiking_neurons
    parameters = architecture.parameters * itemsize
    # Of frames there are as many as steps; the networks have them in another order.
    inputs = 2 * size * (data_set.frames or 0) * math.prod(data_set.input_shape) * itemsize
    return Memory(
        libraries=LIBRARY_BYTES,
        images=training + test,
        networks=workers * _networks(recipe, architecture, part),
        batch=BATCH_COPIES * size * neurons * itemsize + inputs + PARAMETER_COPIES * parameters,
        threads=workers,
        part=part,
    )


def _networks(recipe: Recipe, architecture: Architecture, part: int) -> int:
    """Return the bytes of what simulates a part of a batch."""
    facts, itemsize = METHODS[recipe.method], np.dtype(recipe.dtype).itemsize
    neurons = architecture.spiking_neurons
    if facts.in_torch:
        return UNROLLED_STATES * recipe.forward_steps * part * neurons * itemsize
    found = part * neurons * (FORWARD_STATES * itemsize + INTEGERS * 4)
    if facts.stage_2:
        found += _stage_2(recipe, part * neurons)
    if facts.direct_feedback:
        found += architecture.classes * neurons * itemsize
    return found + _synapses(recipe, architecture, part)


def _stage_2(recipe: Recipe, neurons: int) -> int:
    """Return the bytes of its neurons."""
    if recipe.backward_neuron == "trace":
        states = TRACE_STATES
    else:
        states = COUPLE_STATES if has_two_sides(recipe) else BACKWARD_STATES
    populations = 2 if has_two_sides(recipe) else 1
    return neurons * (states * np.dtype(recipe.dtype).itemsize + populations * INTEGERS * 4)


def _synapses(recipe: Recipe, architecture: Architecture, part: int) -> int:
    """Return the bytes of all synapses; two sides have four connections for one."""
    simulation, facts = recipe.simulation, METHODS[recipe.method]
    connected = facts.stage_2 and not facts.direct_feedback
    times = 1 + (4 if has_two_sides(recipe) else 1) * connected
    if simulation.realised.synapses == "shared":
        return times * architecture.parameters * np.dtype(recipe.dtype).itemsize
    copies = 1 if simulation.facts.compiles_programs else part
    synapses = times * architecture.synapses
    if simulation.learning == "spikes":  # others beside those of stage 2, from the input as well
        first = architecture.layers[0].connection
        neurons = architecture.spiking_neurons
        sides = 2 if has_two_sides(recipe) else 1
        synapses += sides * (architecture.synapses + first.synapses + neurons)
    each = GENN_SYNAPSE_BYTES if simulation.undivided else EXPLICIT_SYNAPSE_BYTES
    return copies * synapses * each


def has_two_sides(recipe: Recipe) -> bool:
    """Whether stage 2 is of couples, asked for or preferred by the device, or of pairs."""
    pairs = recipe.backward_neuron == "trace"
    return pairs or recipe.has_couples or recipe.simulation.facts.couples
