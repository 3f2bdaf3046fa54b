"""Threads of torch beside the threads of this package.

After a parallel operation, torch's own threads go on spinning for some milliseconds in case that
another one follows. On a machine whose cores all have a worker (`training.parallel.workers`)
that keeps a core from its worker: a batch began 3 ms late on one of two cores.

How many threads torch has is one number of the process, which every thread takes over when it
begins. Trainings may go on side by side: what the number was outside of all of them is kept.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import torch


class _Trainings:
    """Which threads of this process train, and how many threads torch has outside of them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside: Counter[int] = Counter()
        self.outside = 0


_TRAININGS = _Trainings()


def torch_threads() -> int:
    """As many threads as torch has, whether or not a training goes on just now."""
    with _TRAININGS.lock:
        return _TRAININGS.outside if _TRAININGS.inside else torch.get_num_threads()


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Within it, torch computes in the calling thread alone."""
    thread, known = threading.get_ident(), _TRAININGS
    with known.lock:
        if not known.inside:
            known.outside = torch.get_num_threads()
        known.inside[thread] += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with known.lock:
            known.inside[thread] -= 1
            if not known.inside[thread]:
                del known.inside[thread]
                torch.set_num_threads(known.outside)
