"""Transposed convolution, the paper's ``F64C3u``: upscales 2x.

Stride 2, padding (k - 1)//2 and output padding 1: source (y, x) reaches target
(2*y + dy - padding, 2*x + dx - padding). It is a strided convolution with source and target
exchanged, and so is its table of taps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from networks.connections.base import Connection, Shape
from networks.connections.taps import Taps

if TYPE_CHECKING:
    import torch

STRIDE = 2
OUTPUT_PADDING = 1


@dataclass(frozen=True)
class TransposedConvolution(Connection):
    """Weight (source channels, target channels, k, k), as ``torch.nn.ConvTranspose2d``.

    Parameters
    ----------
    kernel_size : int
    """

    kernel_size: int

    @classmethod
    def onto(cls, source: Shape, channels: int, kernel_size: int) -> TransposedConvolution:
        """A transposed convolution of `source` with `channels` output channels.

        Raises
        ------
        ValueError
            If `source` is not (channels, height, width).
        """
        if len(source) != 3:
            raise ValueError(
                f"a transposed convolution needs (channels, height, width), not {source}"
            )
        padding = (kernel_size - 1) // 2
        height, width = (
            STRIDE * (size - 1) - 2 * padding + kernel_size + OUTPUT_PADDING for size in source[1:]
        )
        return cls(source, (channels, height, width), kernel_size)

    @property
    def padding(self) -> int:
        """Rows and columns cut from the border of the target."""
        return (self.kernel_size - 1) // 2

    @property
    def upsamples(self) -> bool:
        return True

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return (self.source_shape[0], self.target_shape[0], self.kernel_size, self.kernel_size)

    @property
    def output_axis(self) -> int:
        return 1

    @cached_property
    def taps(self) -> Taps:
        return Taps.from_grid(
            (self.target_shape[1], self.target_shape[2]),
            (self.source_shape[1], self.source_shape[2]),
            self.kernel_size,
            STRIDE,
            self.padding,
        ).transposed

    def kernel(self, weight: torch.Tensor | None) -> torch.Tensor:
        assert weight is not None
        return weight.permute(2, 3, 0, 1).flatten(0, 1)

    def apply(self, weight: torch.Tensor | None, source: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import conv_transpose2d

        assert weight is not None
        return conv_transpose2d(
            source, weight, stride=STRIDE, padding=self.padding, output_padding=OUTPUT_PADDING
        )

    def apply_transposed(self, weight: torch.Tensor | None, target: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import conv2d

        assert weight is not None
        return conv2d(target, weight, stride=STRIDE, padding=self.padding)

    def weight_gradient(self, target: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        from torch.nn.grad import conv2d_weight

        return conv2d_weight(target, self.weight_shape, source, stride=STRIDE, padding=self.padding)
