"""How a batch is cut: workers, one per core, and the parts that each takes one after another.

A part is no larger than what stays in the cache from step to step.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from networks import Architecture
    from networks.simulation import Simulation

#: Below this many neurons a worker is dominated by the interpreter, which runs one thread at a
#: time: two workers took 0.71 of the time of one for 12,800 neurons, 0.61 for 65,536, 0.54 for
#: 262,144.
NEURONS_PER_WORKER = 5_000

#: With many more neurons a part's state no longer stays in the cache; with fewer, the interpreter
#: has its say again, between the runs. Measured on `mnist-feedback`, turn by turn: parts of 32
#: images take 0.94 of the time of parts of 64 while others use the last cache too, 0.99 to 1.02
#: otherwise; parts of 16 take 0.93 and 1.03 to 1.04.
NEURONS_PER_PART = 640_000


def number_of_workers(
    architecture: Architecture, batch_size: int, simulation: Simulation, threads: int
) -> int:
    """As many as there are threads, fewer for small networks.

    Programs on other devices than the runtime run without the interpreter, so any size pays;
    a GPU is not shared.
    """
    neurons = batch_size * architecture.spiking_neurons
    most = min(threads, batch_size)
    if simulation.undivided:
        return 1
    if simulation.facts.compiles_programs:
        return most
    return max(1, min(most, neurons // NEURONS_PER_WORKER))


def samples_per_part(
    architecture: Architecture, batch_size: int, workers: int, simulation: Simulation
) -> int:
    """Samples of each part, for which the networks are built.

    The samples of a worker, cut into equal parts of at most `NEURONS_PER_PART` neurons. On other
    devices than the runtime a run costs more than the cache saves: one part per worker.
    """
    own = -(-batch_size // workers)
    if simulation.facts.compiles_programs:
        return own
    neurons = architecture.spiking_neurons
    return -(-own // -(-own * neurons // NEURONS_PER_PART))


def split(samples: int, workers: int, most: int) -> list[slice]:
    """Contiguous slices of nearly equal length for every worker; none is empty.

    Parameters
    ----------
    samples : int
    workers : int
        Their number divides that of the slices, unless there are fewer samples.
    most : int
        Most samples of a slice.
    """
    rounds = -(-samples // (workers * most))
    edges = np.linspace(0, samples, min(samples, workers * rounds) + 1).round().astype(int).tolist()
    return [slice(a, b) for a, b in itertools.pairwise(edges)]
