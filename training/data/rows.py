"""Some images of many, chosen without copying them: they may be mapped files of gigabytes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils.data import TensorDataset


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
    def labels(self) -> Tensor:
        """Labels of the rows, without a look at the pixels."""
        return self._whole.tensors[1][self._numbers]

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[self._numbers[index]] for tensor in self._whole.tensors)

    def __len__(self) -> int:
        return len(self._numbers)


def labels_of(part: TensorDataset) -> Tensor:
    """Labels of one part of a data set, whose pixels are not read."""
    return part.labels if isinstance(part, Rows) else part.tensors[1]


def as_numbers(pixels: Tensor) -> Tensor:
    """Pixels as the networks take them: spikes and counts of events are kept as bytes."""
    return pixels if pixels.is_floating_point() else pixels.to(torch.float32)
