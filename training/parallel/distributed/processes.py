"""What the processes of a training do together: split, add up, wait for each other.

A batch is split into contiguous parts whose sizes differ by one at most; with fewer samples than
processes some parts are empty. Sums are made by ``torch.distributed`` (gloo), which adds every
element up in one place and then hands it round: all processes get the same bits.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray

from training.errors import LostProcessError
from training.parallel.distributed.launch import Launch

_LONGEST_TEXT = 4096

_PATIENCE = timedelta(hours=6)
"""For what the first process does alone, such as a download; one that ends is told at once."""


class Processes:
    """One process alone: everything is its part, and there is nobody to wait for.

    Parameters
    ----------
    launch : Launch, optional
        How this process was started.
    """

    def __init__(self, launch: Launch | None = None) -> None:
        self.launch = launch or Launch()

    @property
    def size(self) -> int:
        """Number of processes."""
        return self.launch.size

    @property
    def leads(self) -> bool:
        """Whether this process is the one that prints and writes."""
        return self.launch.leads

    def part(self, count: int) -> slice:
        """Which of `count` samples are those of this process."""
        rank, size = self.launch.rank, self.launch.size
        return slice(rank * count // size, (rank + 1) * count // size)

    def largest_part(self, count: int) -> int:
        """Most samples that any process gets of `count` or fewer."""
        return -(-count // self.size)

    def sum_(self, arrays: Sequence[NDArray[np.floating]]) -> None:
        """Add up, in place, what all processes have in these arrays.

        Raises
        ------
        LostProcessError
            If a process is gone; the arrays are as they were.
        """

    def text_of_first(self, text: str) -> str:
        """The text that the first process gives, in all of them.

        Raises
        ------
        LostProcessError
            If a process is gone.
        """
        return text

    @contextlib.contextmanager
    def first_one_then_others(self) -> Iterator[None]:
        """A context that the first process leaves before the others enter it.

        Raises
        ------
        LostProcessError
            If a process is gone.
        """
        yield

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass


class ProcessGroup(Processes):
    """The processes that torchrun started, connected to each other within the context.

    Raises
    ------
    LostProcessError
        On entering, if the others cannot be reached.
    """

    def sum_(self, arrays: Sequence[NDArray[np.floating]]) -> None:
        dtypes = sorted({values.dtype for values in arrays}, key=str)
        alike = [[values for values in arrays if values.dtype == dtype] for dtype in dtypes]
        # One message for all of a type: a small one takes as long as a megabyte.
        packed = [np.concatenate([values.ravel() for values in group]) for group in alike]
        for sums in packed:
            _together(dist.all_reduce, torch.from_numpy(sums))
        for group, sums in zip(alike, packed, strict=True):
            ends = np.cumsum([values.size for values in group])
            for values, total in zip(group, np.split(sums, ends[:-1]), strict=True):
                values[...] = total.reshape(values.shape)

    def text_of_first(self, text: str) -> str:
        encoded = text.encode()
        buffer = torch.zeros(_LONGEST_TEXT, dtype=torch.uint8)
        buffer[: len(encoded)] = torch.tensor(list(encoded), dtype=torch.uint8)
        _together(dist.broadcast, buffer, src=0)
        return bytes(buffer.tolist()).rstrip(b"\0").decode()

    @contextlib.contextmanager
    def first_one_then_others(self) -> Iterator[None]:
        if not self.leads:
            _together(dist.barrier)
        yield
        if self.leads:
            _together(dist.barrier)

    def __enter__(self) -> Self:
        _together(dist.init_process_group, "gloo", timeout=_PATIENCE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # After an error the connections stay until the process ends: the others notice the loss
        # when this process has told its reason, not before.
        if kind is None:
            # torchrun ends all processes when one returns a status other than 0, and the first
            # still has files to write.
            with contextlib.suppress(LostProcessError):
                _together(dist.barrier)
            dist.destroy_process_group()


def join(launch: Launch) -> Processes:
    """Return the processes of a launch, to be entered."""
    return Processes(launch) if launch.size == 1 else ProcessGroup(launch)


def _together(operation: Callable[..., Any], *arguments: Any, **keywords: Any) -> None:
    """Call an operation that needs all processes.

    Raises
    ------
    LostProcessError
        If one of them is gone.
    """
    try:
        operation(*arguments, **keywords)
    except RuntimeError as error:
        raise LostProcessError(
            "another process of this training has ended or cannot be reached (torchrun names it)"
        ) from error
