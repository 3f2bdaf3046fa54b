"""How a batch is cut: the shares of the cores, and the parts that a share takes one after another.

A part is no larger than what stays in the cache from step to step.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from networks.devices.facts import FACTS, Backend, DeviceName

if TYPE_CHECKING:
    from networks import Architecture

#: Below this many neurons a share is dominated by the interpreter, which runs one thread at a time:
#: two shares took 0.71 of the time of one for 12,800 neurons, 0.61 for 65,536, 0.54 for 262,144.
NEURONS_PER_SHARE = 5_000

#: With many more neurons a part's state no longer stays in the cache; with fewer, the interpreter
#: has its say again, between the runs. Measured on `mnist-feedback`, turn by turn: parts of 32
#: images take 0.94 of the time of parts of 64 while others use the last cache too, 0.99 to 1.02
#: otherwise; parts of 16 take 0.93 and 1.03 to 1.04.
NEURONS_PER_PART = 640_000


def number_of_shares(
    architecture: Architecture,
    batch_size: int,
    device: DeviceName,
    backend: Backend,
    threads: int,
) -> int:
    """As many as there are threads, fewer for small networks.

    Programs on other devices than the runtime run without the interpreter, so any size pays;
    a GPU is not shared.
    """
    neurons = batch_size * sum(layer.units for layer in architecture.layers)
    most = min(threads, batch_size)
    if device == "genn" and backend == "cuda":
        return 1
    if FACTS[device].compiles_programs:
        return most
    return max(1, min(most, neurons // NEURONS_PER_SHARE))


def samples_per_part(
    architecture: Architecture, batch_size: int, shares: int, device: DeviceName
) -> int:
    """Samples of each part, for which the networks are built.

    The shares of a batch, cut into equal parts of at most `NEURONS_PER_PART` neurons. On other
    devices than the runtime a run costs more than the cache saves: one part per share.
    """
    share = -(-batch_size // shares)
    if FACTS[device].compiles_programs:
        return share
    neurons = sum(layer.units for layer in architecture.layers)
    return -(-share // -(-share * neurons // NEURONS_PER_PART))


def split(samples: int, shares: int, most: int) -> list[slice]:
    """Contiguous slices of nearly equal length for every share; none is empty.

    Parameters
    ----------
    samples : int
    shares : int
        Their number divides that of the slices, unless there are fewer samples.
    most : int
        Most samples of a slice.
    """
    rounds = -(-samples // (shares * most))
    edges = np.linspace(0, samples, min(samples, shares * rounds) + 1).round().astype(int).tolist()
    return [slice(a, b) for a, b in itertools.pairwise(edges)]
