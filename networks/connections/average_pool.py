"""Average pooling, the paper's ``P2``, as a layer of spiking neurons.

Each spike adds ``1/size**2`` to the neuron of its window and channel; nothing is learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from networks.connections.base import Connection, Shape
from networks.connections.taps import Taps

if TYPE_CHECKING:
    import nir
    import numpy as np
    import torch
    from numpy.typing import NDArray


@dataclass(frozen=True)
class AveragePool(Connection):
    """Average over windows of `size` x `size`, without overlap.

    Parameters
    ----------
    size : int
    """

    size: int

    @classmethod
    def onto(cls, source: Shape, size: int) -> AveragePool:
        """Pooling of `source`.

        Raises
        ------
        ValueError
            If `source` is not (channels, height, width) or smaller than a window.
        """
        if len(source) != 3:
            raise ValueError(f"pooling needs (channels, height, width), not {source}")
        height, width = source[1] // size, source[2] // size
        if height < 1 or width < 1:
            raise ValueError(f"windows of {size}x{size} do not fit {source}")
        return cls(source, (source[0], height, width), size)

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return ()

    @property
    def channelwise(self) -> bool:
        return True

    @cached_property
    def taps(self) -> Taps:
        return Taps.from_grid(
            (self.source_shape[1], self.source_shape[2]),
            (self.target_shape[1], self.target_shape[2]),
            self.size,
            self.size,
            0,
        )

    def kernel(self, weight: torch.Tensor | None) -> torch.Tensor:
        import torch

        return torch.full(
            (self.size**2, self.source_shape[0]), 1 / self.size**2, dtype=torch.float64
        )

    def apply(self, weight: torch.Tensor | None, source: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import avg_pool2d

        return avg_pool2d(source, self.size)

    def weight_gradient(self, target: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        raise TypeError("average pooling has no weight and therefore no weight gradient")

    def nir_node(
        self, weight: NDArray[np.floating] | None, bias: NDArray[np.floating] | None
    ) -> nir.NIRNode:
        import nir
        import numpy as np

        window = np.array([self.size, self.size])
        return nir.AvgPool2d(kernel_size=window, stride=window, padding=np.array([0, 0]))

    def weight_of_nir(self, node: nir.NIRNode) -> NDArray[np.floating] | None:
        import nir
        import numpy as np

        if not isinstance(node, nir.AvgPool2d) or np.any(node.padding):
            raise ValueError(f"{type(node).__name__} is no average pooling without padding")
        if np.any(node.kernel_size != self.size) or np.any(node.stride != self.size):
            raise ValueError(f"a window is {node.kernel_size}: it must be {self.size}")
        return None
