"""Convolution, the paper's ``64C5`` and ``64C5s`` (stride 2); padding (k - 1)//2."""

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
class Convolution(Connection):
    """Weight (target channels, source channels, k, k), as ``torch.nn.Conv2d``.

    Parameters
    ----------
    kernel_size, stride : int
    """

    kernel_size: int
    stride: int = 1

    @classmethod
    def onto(cls, source: Shape, channels: int, kernel_size: int, stride: int = 1) -> Convolution:
        """A convolution of `source` with `channels` output channels.

        Raises
        ------
        ValueError
            If `source` is not (channels, height, width) or the kernel does not fit it.
        """
        if len(source) != 3:
            raise ValueError(f"a convolution needs (channels, height, width), not {source}")
        height, width = (
            (size + 2 * ((kernel_size - 1) // 2) - kernel_size) // stride + 1 for size in source[1:]
        )
        if height < 1 or width < 1:
            raise ValueError(f"a {kernel_size}x{kernel_size} kernel does not fit {source}")
        return cls(source, (channels, height, width), kernel_size, stride)

    @property
    def padding(self) -> int:
        """Zeros around the source."""
        return (self.kernel_size - 1) // 2

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return (self.target_shape[0], self.source_shape[0], self.kernel_size, self.kernel_size)

    @cached_property
    def taps(self) -> Taps:
        return Taps.from_grid(
            (self.source_shape[1], self.source_shape[2]),
            (self.target_shape[1], self.target_shape[2]),
            self.kernel_size,
            self.stride,
            self.padding,
        )

    def kernel(self, weight: torch.Tensor | None) -> torch.Tensor:
        assert weight is not None
        return weight.permute(2, 3, 1, 0).flatten(0, 1)

    def apply(self, weight: torch.Tensor | None, source: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import conv2d

        assert weight is not None
        return conv2d(source, weight, stride=self.stride, padding=self.padding)

    def drive(
        self, weight: torch.Tensor | None, bias: torch.Tensor | None, source: torch.Tensor
    ) -> torch.Tensor:
        from torch.nn.functional import conv2d

        assert weight is not None
        return conv2d(source, weight, bias, stride=self.stride, padding=self.padding)

    def apply_transposed(self, weight: torch.Tensor | None, target: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import conv_transpose2d

        assert weight is not None
        # Rows and columns at the end that no step of the stride reaches.
        left = [
            size - ((count - 1) * self.stride - 2 * self.padding + self.kernel_size)
            for size, count in zip(self.source_shape[1:], self.target_shape[1:], strict=True)
        ]
        return conv_transpose2d(
            target, weight, stride=self.stride, padding=self.padding, output_padding=left
        )

    def weight_gradient(self, target: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import unfold
        from torch.nn.grad import conv2d_weight

        if self.source_shape[0] == 1:
            # For grey images torch's own routine takes three times as long as this product; with
            # three channels it is the faster one.
            windows = unfold(source, self.kernel_size, padding=self.padding, stride=self.stride)
            return (target.flatten(2) @ windows.mT).sum(dim=0).reshape(self.weight_shape)
        return conv2d_weight(
            source, self.weight_shape, target, stride=self.stride, padding=self.padding
        )

    def nir_node(
        self, weight: NDArray[np.floating] | None, bias: NDArray[np.floating] | None
    ) -> nir.NIRNode:
        import nir
        import numpy as np

        assert weight is not None
        held = np.zeros(self.target_shape[0], weight.dtype) if bias is None else bias
        size = (self.source_shape[1], self.source_shape[2])
        return nir.Conv2d(size, weight, self.stride, self.padding, 1, 1, held)

    def weight_of_nir(self, node: nir.NIRNode) -> NDArray[np.floating] | None:
        import nir
        import numpy as np

        if not isinstance(node, nir.Conv2d):
            raise ValueError(f"{type(node).__name__} is no convolution")
        settings = (node.stride, node.padding, node.dilation)
        found = [tuple(np.broadcast_to(each, 2).tolist()) for each in settings]
        wanted = [(each, each) for each in (self.stride, self.padding, 1)]
        if found != wanted or node.groups != 1:
            raise ValueError(f"stride, padding and dilation are {found}: they must be {wanted}")
        return np.asarray(node.weight)
