"""Which layer is connected to which, in both stages: forwards in stage 1, against it in stage 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from numpy.typing import ArrayLike

from networks.architecture import Architecture
from networks.connections import Connection

Masks = Mapping[str, ArrayLike]

FEEDBACK = "feedback"


def incoming(architecture: Architecture) -> Iterator[tuple[str, str, str, Connection]]:
    """All connections between neurons: (name, source layer, target layer, connection)."""
    for source, target in zip(architecture.layers, architecture.layers[1:], strict=False):
        yield target.name, source.name, target.name, target.connection
    if architecture.feedback is not None:
        first = architecture.layers[0].name
        yield FEEDBACK, architecture.output.name, first, architecture.feedback
