"""Fully connected layer, the paper's ``400`` and ``F400``.

A source of shape (C, H, W) is flattened in that order, as PyTorch does; each of its positions is
a tap of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from networks.connections.base import Connection, Shape, channels, positions, units
from networks.connections.taps import Taps

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Dense(Connection):
    """Weight (target units, source units), as ``torch.nn.Linear``."""

    @classmethod
    def onto(cls, source: Shape, count: int) -> Dense:
        """A dense connection of `source` to `count` units."""
        return cls(source, (count,))

    @property
    def fully_connected(self) -> bool:
        return True

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return (units(self.target_shape), units(self.source_shape))

    @cached_property
    def taps(self) -> Taps:
        count = positions(self.source_shape)
        each = np.arange(count, dtype=np.int32)
        return Taps(count, count, 1, each, each, np.zeros_like(each))

    def kernel(self, weight: torch.Tensor | None) -> torch.Tensor:
        assert weight is not None
        shape = (-1, channels(self.source_shape), positions(self.source_shape))
        return weight.reshape(shape).permute(2, 1, 0)

    def apply(self, weight: torch.Tensor | None, source: torch.Tensor) -> torch.Tensor:
        assert weight is not None
        return source.flatten(1) @ weight.T

    def weight_gradient(self, target: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        return target.T @ source.flatten(1)
