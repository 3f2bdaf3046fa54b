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
        self._whole, self._numbers = whole, numbers

    @property
    def tensors(self) -> tuple[Tensor, ...]:  # type: ignore[override]
        """Copies of the rows: all of them are read."""
        return tuple(tensor[self._numbers] for tensor in self._whole.tensors)

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[self._numbers[index]] for tensor in self._whole.tensors)

    def __len__(self) -> int:
        return len(self._numbers)


def as_numbers(pixels: Tensor) -> Tensor:
    """Pixels as the networks take them: spikes and counts of events are kept as bytes."""
    return pixels if pixels.is_floating_point() else pixels.to(torch.float32)
