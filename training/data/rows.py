"""Some images of many, chosen without copying them: they may be mapped files of gigabytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

_BLOCK = 2**26
"""Bytes of rows that are copied at a time, or one row if that has more."""


class Rows(TensorDataset):
    """Those rows of tensors whose numbers are given, in that order.

    Parameters
    ----------
    whole : TensorDataset
    numbers : int tensor, shape (rows,)
    """

    def __init__(self, whole: TensorDataset, numbers: Tensor) -> None:
        self._whole: TensorDataset = whole
        self._numbers: Tensor = numbers
        if isinstance(whole, Rows):  # whose own tensors would be copies
            self._whole, self._numbers = whole._whole, whole._numbers[numbers]

    @property
    def tensors(self) -> tuple[Tensor, ...]:  # type: ignore[override]
        """Copies of the rows: all of them are read."""
        return tuple(tensor[self._numbers] for tensor in self._whole.tensors)

    @property
    def columns(self) -> list[Column]:
        """Pixels and labels, not copied."""
        return [Column(tensor, self._numbers) for tensor in self._whole.tensors]

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[self._numbers[index]] for tensor in self._whole.tensors)

    def __len__(self) -> int:
        return len(self._numbers)


@dataclass(frozen=True)
class Column:
    """Pixels or labels of one part of a data set.

    Parameters
    ----------
    whole : Tensor, shape (rows of the whole, ...)
    numbers : int tensor, shape (rows,), optional
        Of the rows that are meant; all by default.
    """

    whole: Tensor
    numbers: Tensor | None = None

    @property
    def dtype(self) -> torch.dtype:
        """Type of a number."""
        return self.whole.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes, of which rows are the first."""
        rows = self.whole if self.numbers is None else self.numbers
        return (len(rows), *self.whole.shape[1:])

    def blocks(self) -> Iterator[Tensor]:
        """The rows in their order; copies are of a few at a time."""
        if self.numbers is None:
            yield self.whole
            return
        row = self.whole[:1].numel() * self.whole.element_size()
        for some in self.numbers.split(max(1, _BLOCK // max(1, row))):
            yield self.whole[some]


def columns_of(part: TensorDataset) -> list[Column]:
    """Pixels and labels of one part of a data set, none of which is copied."""
    if isinstance(part, Rows):
        return part.columns
    return [Column(tensor) for tensor in part.tensors]


def labels_of(part: TensorDataset) -> Tensor:
    """Labels of one part of a data set, whose pixels are not read."""
    return torch.cat(list(columns_of(part)[1].blocks()))


def as_numbers(pixels: Tensor) -> Tensor:
    """Pixels as the networks take them: spikes and counts of events are kept as bytes."""
    return pixels if pixels.is_floating_point() else pixels.to(torch.float32)
