"""One part of an architecture in the paper's notation, such as ``64C5s``, as a connection."""

from __future__ import annotations

import re

from networks.connections import (
    AveragePool,
    Connection,
    Convolution,
    Dense,
    Shape,
    TransposedConvolution,
    units,
)

LARGEST = 2**31 - 1
"""Neurons of a group, weights of a connection: Brian2 numbers them with 32 bits."""

_CONVOLUTION = re.compile(r"(\d+)C(\d+)([su]?)")
_POOLING = re.compile(r"P(\d+)")
_DENSE = re.compile(r"(\d+)")


class ArchitectureError(ValueError):
    """An architecture that cannot be built; the message says where it breaks."""


def read_connection(part: str, source: Shape, where: str) -> Connection:
    """The connection that a part of the notation makes onto a layer.

    Parameters
    ----------
    part : str
        Such as ``64C5s``.
    source : tuple of int
        Shape of the layer, or of the input, that it comes from.
    where : str
        The part and its place, for messages.

    Raises
    ------
    ArchitectureError
        If it cannot be read, does not fit the source, or has more neurons or weights than can be
        numbered.
    """
    try:
        connection = _read(part, source)
        for what, count in (
            ("neurons", units(connection.target_shape)),
            ("weights", units(connection.weight_shape)),
        ):
            if count > LARGEST:
                raise ValueError(f"it has {count:,} {what}: choose at most {LARGEST:,}")
    except ValueError as error:
        raise ArchitectureError(f"{where}: {error}") from None
    return connection


def _read(part: str, source: Shape) -> Connection:
    if match := _CONVOLUTION.fullmatch(part):
        count, size = int(match[1]), int(match[2])
        if count < 1 or size < 1:
            raise ValueError("channels and kernel size must be at least 1")
        if match[3] == "u":
            return TransposedConvolution.onto(source, count, size)
        return Convolution.onto(source, count, size, stride=2 if match[3] == "s" else 1)
    if match := _POOLING.fullmatch(part):
        if int(match[1]) < 1:
            raise ValueError("a pooling window must be at least 1")
        return AveragePool.onto(source, int(match[1]))
    if match := _DENSE.fullmatch(part):
        if int(match[1]) < 1:
            raise ValueError("a dense layer must have at least 1 neuron")
        return Dense.onto(source, int(match[1]))
    raise ValueError("expected a layer such as 64C5, 64C5s, 64C3u, P2 or 300")
