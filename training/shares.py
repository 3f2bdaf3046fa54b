"""A batch spread over the cores: one pair of networks per core, which takes part after part.

Samples never meet inside a stage, so the shares run side by side, in threads, without waiting for
each other: the compiled code releases the interpreter's lock. What a sample computes does not
depend on the share or the part it is in. A part is no larger than what stays in the cache from
step to step.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from networks import Architecture, Backend, DeviceName
from training.share import Share

Array = NDArray[np.floating]
Masks = Mapping[str, Array]
Result = TypeVar("Result")

#: Below this many neurons a share is dominated by the interpreter, which runs one thread at a time:
#: two shares took 0.71 of the time of one for 12,800 neurons, 0.61 for 65,536, 0.54 for 262,144.
NEURONS_PER_SHARE = 5_000

#: With many more neurons a part's state no longer stays in the cache; with fewer, the interpreter
#: has its say again, between the runs. Measured on `mnist-feedback`, turn by turn: parts of 32
#: images take 0.94 of the time of parts of 64 while others use the last cache too, 0.99 to 1.02
#: otherwise; parts of 16 take 0.93 and 1.03 to 1.04.
NEURONS_PER_PART = 640_000


def number_of_shares(
    architecture: Architecture, batch_size: int, device: DeviceName, backend: Backend
) -> int:
    """As many as torch has threads (``OMP_NUM_THREADS``), fewer for small networks.

    Programs on other devices than the runtime run without the interpreter, so any size pays;
    a GPU is not shared.
    """
    neurons = batch_size * sum(layer.units for layer in architecture.layers)
    most = min(torch.get_num_threads(), batch_size)
    if device == "genn" and backend == "cuda":
        return 1
    if device != "runtime":
        return most
    return max(1, min(most, neurons // NEURONS_PER_SHARE))


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


def masks_of(masks: Masks, part: slice) -> Masks:
    """The masks of some of the samples."""
    return {name: mask[part] for name, mask in masks.items()}


def samples_per_part(
    architecture: Architecture, batch_size: int, shares: int, device: DeviceName
) -> int:
    """Samples of each part, for which the networks are built.

    The shares of a batch, cut into equal parts of at most `NEURONS_PER_PART` neurons. On other
    devices than the runtime a run costs more than the cache saves: one part per share.
    """
    share = -(-batch_size // shares)
    if device != "runtime":
        return share
    neurons = sum(layer.units for layer in architecture.layers)
    return -(-share // -(-share * neurons // NEURONS_PER_PART))


class Shares:
    """All shares of a batch and the threads that run them.

    Parameters
    ----------
    shares : list of Share
    """

    def __init__(self, shares: list[Share]) -> None:
        self.shares = shares
        self._process = os.getpid()
        self._threads = self._start_threads()
        # Compiled one after the other; the second share finds everything that it needs.
        for share in shares:
            share.prepare()

    def __iter__(self) -> Iterator[Share]:
        return iter(self.shares)

    def __len__(self) -> int:
        return len(self.shares)

    def run(
        self, function: Callable[[Share, slice], Result], parts: Sequence[slice]
    ) -> list[Result]:
        """Call ``function(share, part)`` for each part, side by side.

        Raises
        ------
        KeyboardInterrupt
            If one was interrupted; the others are stopped first.
        """
        if self._process != os.getpid():
            self._begin_in_forked_child()
        if self._threads is None or len(parts) == 1:
            return [function(self.shares[0], part) for part in parts]
        results: dict[int, Result] = {}
        remaining = iter(enumerate(parts))  # whichever share is free takes the next one

        def work(share: Share) -> None:
            for number, part in remaining:
                results[number] = function(share, part)

        futures = [self._threads.submit(work, share) for share in self.shares]
        try:
            for future in futures:
                future.result()
        except BaseException:
            for _ in remaining:
                pass
            for share in self.shares:
                share.stop()
            wait(futures)
            raise
        return [results[number] for number in range(len(parts))]

    def _start_threads(self) -> ThreadPoolExecutor | None:
        if len(self.shares) == 1:
            return None
        # torch computes the weight gradients of a part within its thread.
        return ThreadPoolExecutor(
            len(self.shares), initializer=torch.set_num_threads, initargs=(1,)
        )

    def _begin_in_forked_child(self) -> None:
        """Take new threads: a forked child has none of its parent's, nor torch's OpenMP ones."""
        torch.set_num_threads(1)
        self._threads = self._start_threads()
        self._process = os.getpid()
