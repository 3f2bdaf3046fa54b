"""How much of a GPU's memory GeNN takes for both stages of a batch, known without building them.

Synapses lie there once for all samples. Each has the number of its target and its place in the
kernel, in rows as long as the longest of its connection (GeNN's SPARSE connectivity). Neurons have
their variables, their spikes and, for each connection that ends at them, what arrives, once for
each sample. What GeNN itself counts while it generates code is a few kilobytes more: tables of
addresses, which do not grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from networks.architecture import Architecture
from networks.connections import Connection, units
from networks.wiring import incoming

#: A floating-point number in single precision, a number of a neuron, a place in a kernel.
WORD = 4

#: Values of each neuron and sample: v, I, spike_count and dropout in stage 1; the mask too in
#: stage 2; s and activity of ternary neurons. One more is its place in the list of spikes.
FORWARD_WORDS, COUPLE_WORDS, TERNARY_WORDS = 5, 6, 8

#: Values of a population and sample: v_threshold, v_rest, leak, both ends of the window, the number
#: of spikes; stage 2 has the factor of its spikes as well.
FORWARD_SCALARS, BACKWARD_SCALARS = 6, 7

#: The most samples that GeNN runs side by side (a limit of CUDA's grids).
LARGEST_BATCH = 1023


@dataclass(frozen=True)
class DeviceMemory:
    """Bytes on the GPU.

    Parameters
    ----------
    synapses : int
        Once for all samples: synapses, kernels and numbers of neurons.
    sample : int
        For each sample.
    """

    synapses: int
    sample: int

    def __add__(self, other: DeviceMemory) -> DeviceMemory:
        return DeviceMemory(self.synapses + other.synapses, self.sample + other.sample)

    def of_batch(self, samples: int) -> int:
        """Bytes with so many samples side by side."""
        return self.synapses + samples * self.sample

    def largest_batch(self, available: int) -> int:
        """The most samples that fit into so many bytes, and that GeNN can run; 0 if none do."""
        return min(max(0, (available - self.synapses) // self.sample), LARGEST_BATCH)


def device_memory(architecture: Architecture, couples: bool) -> DeviceMemory:
    """The memory of both stages.

    Parameters
    ----------
    architecture : Architecture
    couples : bool
        Whether stage 2 consists of couples: two populations, and four connections for one.
    """
    return forward_memory(architecture) + backward_memory(architecture, couples)


def forward_memory(architecture: Architecture) -> DeviceMemory:
    """The memory of stage 1."""
    return sum(_forward_parts(architecture), DeviceMemory(0, 0))


def backward_memory(architecture: Architecture, couples: bool) -> DeviceMemory:
    """The memory of stage 2."""
    return sum(_backward_parts(architecture, couples), DeviceMemory(0, 0))


def _forward_parts(architecture: Architecture) -> Iterator[DeviceMemory]:
    for layer in architecture.layers:
        yield _population(layer.units, FORWARD_WORDS, FORWARD_SCALARS)
    for each in incoming(architecture):
        yield _connection(each.connection, transposed=False)


def _backward_parts(architecture: Architecture, couples: bool) -> Iterator[DeviceMemory]:
    for layer in architecture.layers:
        for _ in range(2 if couples else 1):
            words = COUPLE_WORDS if couples else TERNARY_WORDS
            yield _population(layer.units, words, BACKWARD_SCALARS)
            if couples:  # through which the other side resets it
                yield _rows(layer.units, 1, layer.units, 1)
    for each in incoming(architecture):
        for _ in range(4 if couples else 1):
            yield _connection(each.connection, transposed=True)


def _population(neurons: int, words: int, scalars: int) -> DeviceMemory:
    return DeviceMemory(WORD * neurons, WORD * (words * neurons + scalars))


def _connection(connection: Connection, transposed: bool) -> DeviceMemory:
    shapes = (connection.source_shape, connection.target_shape)
    source, target = shapes[::-1] if transposed else shapes
    longest = int((connection.fan_in if transposed else connection.fan_out).max())
    return _rows(units(source), longest, units(target), connection.kernel_values)


def _rows(sources: int, longest: int, targets: int, kernel_values: int) -> DeviceMemory:
    """Rows of synapses with their lengths, the kernel, and what arrives at the targets."""
    return DeviceMemory(WORD * (sources * (2 * longest + 1) + kernel_values), WORD * targets)
