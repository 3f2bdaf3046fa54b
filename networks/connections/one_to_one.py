"""One neuron to its namesake in another population, such as the cross-reset of a couple."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from networks.connections.base import Connection, channels, positions
from networks.connections.taps import Taps

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class OneToOne(Connection):
    """Neuron i to neuron i, all with one fixed weight.

    Parameters
    ----------
    weight : float
    """

    weight: float

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return ()

    @property
    def channelwise(self) -> bool:
        return True

    @cached_property
    def taps(self) -> Taps:
        count = positions(self.source_shape)
        each = np.arange(count, dtype=np.int32)
        return Taps(1, count, count, np.zeros_like(each), each, each)

    def kernel(self, weight: torch.Tensor | None) -> torch.Tensor:
        import torch

        return torch.full((1, channels(self.source_shape)), self.weight, dtype=torch.float64)

    def apply(self, weight: torch.Tensor | None, source: torch.Tensor) -> torch.Tensor:
        return self.weight * source

    def weight_gradient(self, target: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        raise TypeError("a one-to-one connection has no weight to learn")
