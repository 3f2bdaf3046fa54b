"""A batch spread over the cores: one pair of networks per core, which takes part after part.

Samples never meet inside a stage, so the shares run side by side, in threads, without waiting for
each other: the compiled code releases the interpreter's lock. What a sample computes does not
depend on the share or the part it is in. `training.parallel.partition` says how a batch is cut.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from training.methods.share import Share

Array = NDArray[np.floating]
Masks = Mapping[str, Array]
Result = TypeVar("Result")


def masks_of(masks: Masks, part: slice) -> Masks:
    """The masks of some of the samples."""
    return {name: mask[part] for name, mask in masks.items()}


class Shares:
    """All shares of a batch and the threads that run them.

    Parameters
    ----------
    shares : list of Share
    """

    def __init__(self, shares: list[Share]) -> None:
        self.shares = shares
        self._process = os.getpid()
        self._forked = False
        self._threads = self._new_threads()
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
            self._process, self._forked, self._threads = os.getpid(), True, self._new_threads()
        # A forked child has the memory of its parent and none of its threads, torch's included;
        # a thread that has called nothing of torch before is given new ones.
        if not self._forked and (len(self) == 1 or len(parts) == 1):
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

    def _new_threads(self) -> ThreadPoolExecutor:
        """The threads, none of which is started before there is work; they end with this object."""
        if len(self) == 1:
            return ThreadPoolExecutor(1)
        # torch computes the weight gradients of a part within its thread.
        return ThreadPoolExecutor(len(self), initializer=torch.set_num_threads, initargs=(1,))
