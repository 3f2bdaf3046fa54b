"""Work on the way forward: stage 1 with its input and readout, or a dense network.

The input is a real number, so layer 1 multiplies; a constant image does so once, a frame at its
step. Frames of spikes (0, 1 and -1 alone) add, as spikes do. Between neurons there are spikes
alone. The readout is computed once from rates, real numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from networks import Architecture
from networks.connections import Connection
from networks.wiring import incoming
from training.energy.work import Work
from training.methods.parts.counted import operations_of

Array = NDArray[np.floating]


def connections(architecture: Architecture) -> Iterator[tuple[str, Connection]]:
    """All connections by name, that of the input first."""
    first = architecture.layers[0]
    yield first.name, first.connection
    for each in incoming(architecture):
        yield each.name, each.connection


def are_spikes(images: Array) -> bool:
    """Whether inputs are 0, 1 and -1 alone, which need no product with a weight."""
    return bool(np.isin(images, (-1, 0, 1)).all())


def input_work(architecture: Architecture, images: Array) -> Work:
    """What the images of a batch multiply or add in layer 1, frame by frame if they have frames."""
    first = architecture.layers[0]
    flat = np.reshape(images, (-1, *architecture.input_shape))
    sent = torch.from_numpy(flat != 0).double()
    effective = operations_of(sent, first.connection)
    added = effective if are_spikes(images) else 0.0
    dense = float(len(flat) * first.connection.synapses)
    return Work("forward", first.name, added, effective - added, dense)


def readout_work(architecture: Architecture, alpha: Mapping[str, Array]) -> Work:
    """What the rates of the last layer multiply in the readout."""
    last = alpha[architecture.output.name]
    return Work(
        "forward", "readout", 0, float(np.count_nonzero(last)) * architecture.classes,
        float(last.size) * architecture.classes,
    )  # fmt: skip


def stage_1_work(
    architecture: Architecture, operations: Mapping[str, float], images: int, steps: int
) -> Iterator[Work]:
    """What the spikes of stage 1 add.

    Parameters
    ----------
    architecture : Architecture
    operations : dict of float
        Of all images, by connection.
    images, steps : int
    """
    for each in incoming(architecture):
        dense = float(images * steps * each.connection.synapses)
        yield Work("forward", each.name, operations[each.name], 0, dense)


def dense_works(architecture: Architecture, *, learns: bool) -> tuple[Work, ...]:
    """The work of a dense network of real numbers for an image: every connection once.

    Parameters
    ----------
    architecture : Architecture
        Pooling included; a feedback is used once.
    learns : bool
        Whether it learns: then each connection is used once more on the way back, but for the
        input's, and once for the gradient of its weight.
    """
    counts = {name: float(each.synapses) for name, each in connections(architecture)}
    counts["readout"] = float(architecture.output.units * architecture.classes)
    fixed = {name for name, each in connections(architecture) if not each.has_parameters}
    works = [Work("forward", name, 0, count, count) for name, count in counts.items()]
    if learns:
        first = architecture.layers[0].name
        works += [
            Work("way back", name, 0, count, count)
            for name, count in counts.items()
            if name != first
        ]
        works += [
            Work("gradients", name, 0, count, count)
            for name, count in counts.items()
            if name not in fixed
        ]
    return tuple(works)
