"""What the networks of both stages share: populations by layer, synapses by connection."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import NDArray

from networks.architecture import Architecture
from networks.code_generation import require_compiler
from networks.connections import Connection
from networks.devices import SynapsesKind
from networks.synapses import ExplicitSynapses, SharedSynapses

SynapsesObject = SharedSynapses | ExplicitSynapses
Masks = Mapping[str, NDArray[np.floating]]

FEEDBACK = "feedback"
DTYPES = ("float32", "float64")


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


def check_build(batch_size: int, dtype: str) -> None:
    """Refuse what cannot be built, and machines without a compiler.

    Raises
    ------
    ValueError
        If the batch size is below 1 or the dtype is neither ``float32`` nor ``float64``.
    CompilerNotFoundError
        Without a C++ compiler.
    """
    if batch_size < 1:
        raise ValueError(f"the batch size is {batch_size}: it must be at least 1")
    if dtype not in DTYPES:
        raise ValueError(f"the dtype is '{dtype}': it must be 'float32' or 'float64'")
    require_compiler()


def check_steps(steps: int) -> None:
    """Raise `ValueError` unless there is at least one step."""
    if steps < 1:
        raise ValueError(f"a stage must run at least 1 step, not {steps}")


def check_dropout(architecture: Architecture, masks: Masks, samples: int) -> None:
    """Refuse dropout masks that would be ignored, or spread over the wrong neurons.

    Raises
    ------
    ValueError
        If one is for a connection that does not exist, or is not one value per sample and channel.
    """
    targets = {layer.name: layer.shape for layer in architecture.layers}
    if architecture.feedback is not None:
        targets[FEEDBACK] = architecture.layers[0].shape
    for name, mask in masks.items():
        if name not in targets:
            raise ValueError(f"dropout for '{name}': '{architecture.notation}' has no such layer")
        expected = (samples, targets[name][0])
        if mask.shape[:2] != expected or mask.size != math.prod(expected):
            raise ValueError(
                f"the dropout mask of '{name}' has shape {mask.shape}: it must be one value per "
                f"sample and channel, {expected} and then ones"
            )


def incoming(architecture: Architecture) -> Iterator[tuple[str, str, str, Connection]]:
    """All connections between neurons: (name, source layer, target layer, connection)."""
    for source, target in zip(architecture.layers, architecture.layers[1:], strict=False):
        yield target.name, source.name, target.name, target.connection
    if architecture.feedback is not None:
        first = architecture.layers[0].name
        yield FEEDBACK, architecture.output.name, first, architecture.feedback


def write_kernel(
    synapses: list[SynapsesObject],
    connection: Connection,
    weight: NDArray[np.floating] | None,
) -> None:
    """Write a weight, in PyTorch's layout, into all synapses that carry it."""
    kernel = connection.kernel(None if weight is None else torch.as_tensor(weight)).numpy()
    for each in synapses:
        each.set_weight(kernel)


def open_window(group: NeuronGroup, steps: int) -> None:
    """Tell neurons that live in a window how long it is."""
    if "window_steps" in group.variables:
        group.variables["window_steps"].set_value(steps)


def clear(group: NeuronGroup) -> None:
    """Put the neurons of a group to rest: no potential, no spikes counted."""
    for variable in ("v", "spike_count", "activity"):
        if variable in group.variables:
            group.variables[variable].get_value().fill(0)
