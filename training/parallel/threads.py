"""Threads of torch beside the threads of this package.

After a parallel operation, torch's own threads go on spinning for some milliseconds in case that
another one follows. On a machine whose cores all have a worker (`training.parallel.workers`)
that keeps a core from its worker: a batch began 3 ms late on one of two cores.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Within it, torch computes in the calling thread alone."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
