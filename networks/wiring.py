"""Which layer is connected to which, in both stages: forwards in stage 1, against it in stage 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from numpy.typing import ArrayLike

from networks.architecture import Architecture
from networks.connections import Connection

Masks = Mapping[str, ArrayLike]

FEEDBACK = "feedback"


class Incoming(NamedTuple):
    """A connection between neurons.

    Parameters
    ----------
    name : str
        The layer that it leads to in stage 1, or ``feedback``.
    source, target : str
        Layers, as spikes of stage 1 run.
    connection : Connection
    """

    name: str
    source: str
    target: str
    connection: Connection


def incoming(architecture: Architecture) -> Iterator[Incoming]:
    """All connections between neurons; that from the input is none."""
    for source, target in zip(architecture.layers, architecture.layers[1:], strict=False):
        yield Incoming(target.name, source.name, target.name, target.connection)
    if architecture.feedback is not None:
        first = architecture.layers[0].name
        yield Incoming(FEEDBACK, architecture.output.name, first, architecture.feedback)
