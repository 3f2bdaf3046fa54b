"""What the networks of both stages share: populations by layer, synapses by connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import ArrayLike

from networks.architecture import Architecture
from networks.connections import Connection
from networks.devices import SynapsesKind
from networks.synapses import ExplicitSynapses, SharedSynapses

SynapsesObject = SharedSynapses | ExplicitSynapses
Masks = Mapping[str, ArrayLike]

FEEDBACK = "feedback"


def synapses_class(kind: SynapsesKind) -> type[SharedSynapses] | type[ExplicitSynapses]:
    """The realisation called `kind`.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if kind == "shared":
        return SharedSynapses
    if kind == "explicit":
        return ExplicitSynapses
    raise ValueError(f"synapses are 'shared' or 'explicit', not '{kind}'")


def incoming(architecture: Architecture) -> Iterator[tuple[str, str, str, Connection]]:
    """All connections between neurons: (name, source layer, target layer, connection)."""
    for source, target in zip(architecture.layers, architecture.layers[1:], strict=False):
        yield target.name, source.name, target.name, target.connection
    if architecture.feedback is not None:
        first = architecture.layers[0].name
        yield FEEDBACK, architecture.output.name, first, architecture.feedback


def open_window(group: NeuronGroup, steps: int) -> None:
    """Tell neurons that live in a window how long it is."""
    if "window_steps" in group.variables:
        group.variables["window_steps"].set_value(steps)
