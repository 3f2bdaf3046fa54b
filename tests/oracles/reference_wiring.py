"""The paper's notation (appendix D.3) as plain lists of synapses, for `tests.oracles.reference`.

A connection is nothing but its synapses: target, source and the entry of the parameter that is
their weight. Its matrix, its transpose and the gradient of a shared kernel all follow from that one
list. Populations are flattened in the order (channel, row, column), as PyTorch flattens NCHW.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Wiring:
    """One connection as the list of its synapses.

    `target`, `source` and `entry` have one element per synapse; `entry` is the position of its
    weight in the flattened parameter.
    """

    target: Indices
    source: Indices
    entry: Indices
    target_shape: Shape
    source_shape: Shape

    def matrix(self, parameter: Array | None) -> csr_array:
        """The matrix (targets, sources); without a parameter, each target averages its sources."""
        if parameter is None:
            weight = 1.0 / np.bincount(self.target)[self.target]
        else:
            weight = parameter.ravel()[self.entry]
        size = (math.prod(self.target_shape), math.prod(self.source_shape))
        return coo_array((weight, (self.target, self.source)), size).tocsr()

    def gradient(self, target_rate: Array, source_rate: Array, parameter: Array) -> Array:
        """Target rate times source rate, summed over samples and each entry's synapses."""
        outer = (target_rate.T @ source_rate)[self.target, self.source]
        per_entry = np.zeros(parameter.size)
        np.add.at(per_entry, self.entry, outer)
        return per_entry.reshape(parameter.shape)


def indices(*sizes: int) -> list[Indices]:
    """All combinations of one index per size, each index flattened."""
    return [index.ravel() for index in np.indices(sizes)]


def dense(units: int, source_shape: Shape) -> Wiring:
    """Every source to every unit, the weight (units, sources)."""
    target, source = indices(units, math.prod(source_shape))
    return Wiring(target, source, np.arange(target.size), (units,), source_shape)


def convolution(channels: int, size: int, stride: int, source_shape: Shape) -> Wiring:
    """Convolution padded by (size - 1) // 2, the weight (channels, source channels, size, size)."""
    depth, height, width = source_shape
    padding = (size - 1) // 2
    rows, columns = ((n + 2 * padding - size) // stride + 1 for n in (height, width))
    out, y, x, into, tap_y, tap_x = indices(channels, rows, columns, depth, size, size)
    source_y, source_x = stride * y + tap_y - padding, stride * x + tap_x - padding
    inside = (source_y >= 0) & (source_y < height) & (source_x >= 0) & (source_x < width)
    target = (out * rows + y) * columns + x
    source = (into * height + source_y) * width + source_x
    entry = ((out * depth + into) * size + tap_y) * size + tap_x
    target_shape = (channels, rows, columns)
    return Wiring(target[inside], source[inside], entry[inside], target_shape, source_shape)


def transposed_convolution(channels: int, size: int, source_shape: Shape) -> Wiring:
    """A stride-2 convolution with every synapse turned round.

    The weight is (source channels, channels, size, size). The padding of (size - 1) // 2 and the
    output padding of 1 double the population when the kernel is odd.
    """
    depth, height, width = source_shape
    padding = (size - 1) // 2
    rows, columns = (2 * (n - 1) - 2 * padding + size + 1 for n in (height, width))
    forth = convolution(depth, size, 2, (channels, rows, columns))
    return Wiring(forth.source, forth.target, forth.entry, forth.source_shape, forth.target_shape)


def average_pool(size: int, source_shape: Shape) -> Wiring:
    """Each block of size x size sources to one target; there is no parameter."""
    depth, height, width = source_shape
    rows, columns = height // size, width // size
    channel, y, x, tap_y, tap_x = indices(depth, rows, columns, size, size)
    target = (channel * rows + y) * columns + x
    source = (channel * height + size * y + tap_y) * width + size * x + tap_x
    return Wiring(target, source, np.zeros_like(target), (depth, rows, columns), source_shape)


def wire(symbol: str, source_shape: Shape) -> Wiring:
    """The connection that one symbol stands for: ``64C5``, ``64C5s``, ``64C3u``, ``P2``, ``9``."""
    if kernel := re.fullmatch(r"(\d+)C(\d+)([su]?)", symbol):
        channels, size = int(kernel[1]), int(kernel[2])
        if kernel[3] == "u":
            return transposed_convolution(channels, size, source_shape)
        return convolution(channels, size, 2 if kernel[3] == "s" else 1, source_shape)
    if symbol.startswith("P"):
        return average_pool(int(symbol[1:]), source_shape)
    return dense(int(symbol), source_shape)


def wire_all(notation: str, input_shape: Shape) -> tuple[list[Wiring], Wiring | None]:
    """The connection into each layer, and the feedback from the last layer to the first."""
    layers, _, feedback = notation.partition(" ")
    wirings: list[Wiring] = []
    for symbol in layers.split("-"):
        wirings.append(wire(symbol, wirings[-1].target_shape if wirings else input_shape))
    if not feedback:
        return wirings, None
    return wirings, wire(feedback.strip("(F)"), wirings[-1].target_shape)
