"""Operations of one kind at one place: accumulates, multiply-accumulates, and what dense takes.

The definitions are those of NeuroBench (Yik et al. 2025, "The NeuroBench framework for
benchmarking neuromorphic computing algorithms and systems"): an operation is *effective* unless
what is sent is zero. A spike that is sent along a synapse adds a weight, an *accumulate* (AC); a
real number multiplies it first (MAC). *Dense* counts every synapse at every step, zeros as well.
Only synapses count: what neurons do for themselves (leak, threshold, bias) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Phase = Literal["forward", "way back", "gradients"]
PHASES: tuple[Phase, ...] = get_args(Phase)
"""In their order."""


@dataclass(frozen=True)
class Work:
    """Operations of one image at one place.

    Parameters
    ----------
    phase : {"forward", "way back", "gradients"}
        Stage 1, or what a network does in its place; stage 2 likewise; and the products that
        change weights.
    where : str
        The connection or parameter: ``layer1`` (from the input), ``feedback``, ``readout``, ...
    accumulates, multiplies : float
        Effective ACs and MACs.
    dense : float
        Operations if zeros were not left out.
    """

    phase: Phase
    where: str
    accumulates: float
    multiplies: float
    dense: float


@dataclass(frozen=True)
class Account:
    """All operations of one image in one network.

    Parameters
    ----------
    network : str
        What does it: the name of a method, or ``dense``.
    works : tuple of Work
    kept : float
        Numbers of an image that are kept from the way forward for the way back, beside the image
        itself, which all methods need; 0 if there is no way back.
    """

    network: str
    works: tuple[Work, ...]
    kept: float = 0.0

    @property
    def accumulates(self) -> float:
        """Effective ACs."""
        return sum(work.accumulates for work in self.works)

    @property
    def multiplies(self) -> float:
        """Effective MACs."""
        return sum(work.multiplies for work in self.works)

    @property
    def dense(self) -> float:
        """Operations if zeros were not left out."""
        return sum(work.dense for work in self.works)

    def of(self, phase: Phase) -> Account:
        """One phase of it."""
        return Account(
            self.network, tuple(work for work in self.works if work.phase == phase), self.kept
        )


def scaled(works: Iterable[Work], images: int) -> tuple[Work, ...]:
    """Work of so many images as that of one."""
    return tuple(
        Work(
            work.phase, work.where, work.accumulates / images, work.multiplies / images,
            work.dense / images,
        )
        for work in works
    )  # fmt: skip
