"""The table of a shared kernel: which source position reaches which target position, how.

A convolution, its transpose, average pooling and a dense layer differ only in this table. A layer
is a grid of positions with some channels at each; a kernel is one channel-to-channel matrix per
*tap* (a 5x5 convolution has 25). Each row of the table joins a source position to a target
position through one tap. A dense layer on a C x H x W source has H*W taps of one pair each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Taps:
    """Pairs of positions joined by each tap of a kernel, sorted by tap.

    Parameters
    ----------
    count : int
        Number of taps.
    source_positions, target_positions : int
        Number of positions (height x width) of the two layers.
    tap, source, target : int32 array, shape (pairs,)
        The rows of the table; positions count row by row, y * width + x. A tap joins a source to
        one target and a target to one source.

    Raises
    ------
    ValueError
        For rows of another kind, and for positions and taps that do not exist.
    """

    count: int
    source_positions: int
    target_positions: int
    tap: Index
    source: Index
    target: Index

    def __post_init__(self) -> None:
        columns = {
            "tap": (self.tap, self.count),
            "source": (self.source, self.source_positions),
            "target": (self.target, self.target_positions),
        }
        if len({np.shape(values) for values, _ in columns.values()}) > 1 or self.tap.ndim != 1:
            shapes = ", ".join(f"{name} {np.shape(each)}" for name, (each, _) in columns.items())
            raise ValueError(f"the rows of taps have {shapes}: give as many of each, in one axis")
        for name, (values, count) in columns.items():
            outside = (values < 0) | (values >= count)
            if outside.any():
                raise ValueError(
                    f"a row of taps has {name} {values[outside][0]}: there are {count}, from 0 on"
                )
        for name in ("source", "target"):
            values, count = columns[name]
            met = np.bincount(self.tap.astype(np.int64) * count + values)
            if met.max(initial=0) > 1:
                tap, place = divmod(int(met.argmax()), count)
                raise ValueError(
                    f"tap {tap} joins {name} {place} {met.max()} times: give each of these rows a "
                    "tap of its own"
                )

    @classmethod
    def from_grid(
        cls,
        source_size: tuple[int, int],
        target_size: tuple[int, int],
        kernel_size: int,
        stride: int,
        padding: int,
    ) -> Taps:
        """The table of a convolution: target (y, x) sees source (stride*y + dy - padding, ...).

        Parameters
        ----------
        source_size, target_size : (height, width)
        kernel_size, stride, padding : int
            As in PyTorch's ``Conv2d``.
        """
        rows: list[NDArray[np.int64]] = []
        target_y, target_x = np.mgrid[: target_size[0], : target_size[1]]
        for tap in range(kernel_size**2):
            dy, dx = divmod(tap, kernel_size)
            y = stride * target_y + dy - padding
            x = stride * target_x + dx - padding
            inside = (y >= 0) & (y < source_size[0]) & (x >= 0) & (x < source_size[1])
            source = y[inside] * source_size[1] + x[inside]
            target = target_y[inside] * target_size[1] + target_x[inside]
            rows.append(np.stack([np.full_like(source, tap), source, target]))
        tap_, source_, target_ = np.concatenate(rows, axis=1).astype(np.int32)
        return cls(
            kernel_size**2,
            source_size[0] * source_size[1],
            target_size[0] * target_size[1],
            tap_,
            source_,
            target_,
        )

    @property
    def transposed(self) -> Taps:
        """The same connections from target to source, as stage 2 uses them."""
        return Taps(
            self.count,
            self.target_positions,
            self.source_positions,
            self.tap,
            self.target,
            self.source,
        )

    def by_tap(self) -> tuple[Index, Index, Index, Index]:
        """The rows by tap, those of two taps side by side where they share the source position.

        Returns
        -------
        runs : int32 array, shape (runs, 4)
            Tap, other tap or -1, and first and last + 1 of the rows that are joined by both.
        source, target, other : int32 array
            Source position, and its target position through the tap and through the other one.
        """
        target_of = np.full((self.count, self.source_positions), -1, np.int32)
        target_of[self.tap, self.source] = self.target
        reach = target_of >= 0
        runs: list[tuple[int, int, int, int]] = []
        rows: list[NDArray[np.int32]] = []
        end = 0
        for tap, other in _pairs(reach):
            both = reach[tap] & reach[other] if other >= 0 else np.zeros_like(reach[tap])
            alone = [(each, -1, reach[each] & ~both) for each in (tap, other) if each >= 0]
            for one, two, joined in [(tap, other, both), *alone]:
                source = np.flatnonzero(joined)
                if len(source):
                    runs.append((one, two, end, end + len(source)))
                    rows.append(np.stack([source, target_of[one, source], target_of[two, source]]))
                    end += len(source)
        source, target, other_target = np.concatenate(rows, axis=1).astype(np.int32)
        return np.array(runs, np.int32), source, target, other_target

    def by_source(self) -> tuple[Index, Index, Index]:
        """The rows sorted by source position: offsets per position, taps, targets."""
        order = np.argsort(self.source, kind="stable")
        offsets = np.searchsorted(self.source[order], np.arange(self.source_positions + 1))
        return offsets.astype(np.int32), self.tap[order], self.target[order]


def _pairs(reach: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Each tap with the one it shares most source positions with, -1 if none is left.

    Parameters
    ----------
    reach : bool array, shape (taps, source positions)
    """
    counts = reach.astype(np.float32)
    common = counts @ counts.T
    left = list(range(len(reach)))
    pairs: list[tuple[int, int]] = []
    while left:
        tap = left.pop(0)
        other = max(left, key=lambda each: common[tap, each], default=-1)
        if other >= 0 and common[tap, other] > 0:
            left.remove(other)
        else:
            other = -1
        pairs.append((tap, other))
    return pairs
