"""Workers: one method per core, in a thread of its own, which takes part after part of a batch.

Samples never meet inside a stage, so the workers run side by side without waiting for each other:
the compiled code releases the interpreter's lock. What a sample computes does not depend on the
worker or the part it is in. `training.parallel.partition` says how a batch is cut.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier
from typing import TypeVar

import torch

from training.methods.parts.batch import Batch
from training.methods.recipe_method import RecipeMethod

Result = TypeVar("Result")


class Workers:
    """All workers of a batch and their threads.

    Parameters
    ----------
    workers : list of RecipeMethod
    """

    def __init__(self, workers: list[RecipeMethod]) -> None:
        self._workers = workers
        self._process = os.getpid()
        self._forked = False
        self._threads = self._new_threads()
        # Compiled one after the other; the second one finds everything that it needs.
        for worker in workers:
            worker.prepare()

    def __iter__(self) -> Iterator[RecipeMethod]:
        return iter(self._workers)

    def __len__(self) -> int:
        return len(self._workers)

    @property
    def first(self) -> RecipeMethod:
        """The one that takes the first part of every batch."""
        return self._workers[0]

    def run(
        self, function: Callable[[RecipeMethod, Batch], Result], parts: Sequence[Batch]
    ) -> list[Result]:
        """Call ``function(worker, part)`` for each part, side by side.

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
            return [function(self.first, part) for part in parts]
        if not self._started:
            self._start_threads()
        results: dict[int, Result] = {}
        # Each begins with the part of its number; whichever is free then takes the next one.
        remaining = iter(range(len(self), len(parts)))

        def work(number: int, worker: RecipeMethod) -> None:
            while number < len(parts):
                results[number] = function(worker, parts[number])
                number = next(remaining, len(parts))

        futures = [self._threads.submit(work, *each) for each in enumerate(self)]
        try:
            for future in futures:
                future.result()
        except BaseException:
            for _ in remaining:
                pass
            for worker in self:
                worker.stop()
            wait(futures)
            raise
        return [results[number] for number in range(len(parts))]

    def _new_threads(self) -> ThreadPoolExecutor:
        """The threads, none of which is started before there is work; they end with this object."""
        self._started = len(self) == 1
        if self._started:
            return ThreadPoolExecutor(1)
        # torch computes the weight gradients of a part within its thread.
        return ThreadPoolExecutor(len(self), initializer=torch.set_num_threads, initargs=(1,))

    def _start_threads(self) -> None:
        """Start all of them, and leave torch's number as it was for threads to come.

        What a thread sets is what new ones begin with, wherever they are.
        """
        begun = Barrier(len(self) + 1)
        try:
            for _ in self:
                self._threads.submit(begun.wait)
            begun.wait()
        except BaseException:
            begun.abort()  # or those that wait already would do so for ever
            raise
        torch.set_num_threads(torch.get_num_threads())
        self._started = True
