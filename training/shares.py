"""A batch spread over the cores: one pair of networks per core, each with its share of samples.

Samples never meet inside a stage, so the shares run side by side, in threads, without waiting for
each other: the compiled code releases the interpreter's lock. What a sample computes does not
depend on the share it is in.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from networks import Architecture, Backend, BackwardNetwork, DeviceName, ForwardNetwork

Array = NDArray[np.floating]
Masks = Mapping[str, Array]
Result = TypeVar("Result")

#: Below this many neurons a share is dominated by the interpreter, which runs one thread at a time.
NEURONS_PER_SHARE = 100_000


@dataclass(frozen=True, eq=False)
class Share:
    """The networks of one share of the batch."""

    forward: ForwardNetwork
    backward: BackwardNetwork


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


def split(samples: int, shares: int) -> list[slice]:
    """Contiguous slices of nearly equal length; none is empty."""
    edges = np.linspace(0, samples, min(samples, shares) + 1).round().astype(int)
    return [slice(a, b) for a, b in itertools.pairwise(edges)]


def masks_of(masks: Masks, part: slice) -> Masks:
    """The masks of some of the samples."""
    return {name: mask[part] for name, mask in masks.items()}


def join(parts: Sequence[Array]) -> Array:
    """Put the samples of all shares together, channel-last in memory as they come."""
    if len(parts) == 1:
        return parts[0]
    if parts[0].ndim != 4:
        return np.concatenate(parts)
    last = [part.transpose(0, 2, 3, 1) for part in parts]
    return np.concatenate(last).transpose(0, 3, 1, 2)


def join_by_layer(parts: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """`join` for every layer."""
    return {name: join([part[name] for part in parts]) for name in parts[0]}


def average(rates: Sequence[Mapping[str, float]], parts: Sequence[slice]) -> dict[str, float]:
    """Firing rates of the whole batch from those of its shares."""
    sizes = [part.stop - part.start for part in parts]
    return {
        name: float(np.average([rate[name] for rate in rates], weights=sizes)) for name in rates[0]
    }


class Shares:
    """All shares of a batch and the threads that run them.

    Parameters
    ----------
    shares : list of Share
    """

    def __init__(self, shares: list[Share]) -> None:
        self.shares = shares
        self._threads = ThreadPoolExecutor(len(shares)) if len(shares) > 1 else None
        # Compiled one after the other; the second share finds everything that it needs.
        for share in shares:
            share.forward.prepare()
            share.backward.prepare()

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
        pairs = list(zip(self.shares, parts, strict=False))
        if self._threads is None or len(pairs) == 1:
            return [function(share, part) for share, part in pairs]
        futures = [self._threads.submit(function, share, part) for share, part in pairs]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for share in self.shares:
                share.forward.stop()
                share.backward.stop()
            wait(futures)
            raise
