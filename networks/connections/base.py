"""What every connection can do, and the shapes that layers have.

Layers are laid out sample-major and channel-last: neuron ``((sample * H + y) * W + x) * C + c``.
One spike then adds contiguous rows of the kernel to contiguous targets.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from networks.connections.taps import Taps

if TYPE_CHECKING:
    import nir
    import torch

#: (channels, height, width), or (units,) for a dense layer.
Shape = tuple[int, ...]


def channels(shape: Shape) -> int:
    """Number of channels; the units of a dense layer are channels of a single position."""
    return shape[0]


def positions(shape: Shape) -> int:
    """Number of positions, height x width; 1 for a dense layer."""
    return math.prod(shape[1:])


def units(shape: Shape) -> int:
    """Number of neurons of one sample."""
    return math.prod(shape)


@dataclass(frozen=True)
class Connection(ABC):
    """A linear connection from one layer to another.

    Parameters
    ----------
    source_shape, target_shape : tuple of int
        (channels, height, width) or (units,).
    """

    source_shape: Shape
    target_shape: Shape

    @property
    @abstractmethod
    def weight_shape(self) -> tuple[int, ...]:
        """Shape of the weight as PyTorch stores it; empty if nothing is learned."""

    @property
    @abstractmethod
    def taps(self) -> Taps:
        """Which positions are joined, and through which tap."""

    @property
    def channelwise(self) -> bool:
        """Whether a channel reaches only the same channel (pooling), with one weight per tap."""
        return False

    @property
    def output_axis(self) -> int:
        """The axis of the weight that runs over the target's channels."""
        return 0

    @property
    def has_parameters(self) -> bool:
        """Whether there is a weight (and a bias) to learn."""
        return bool(self.weight_shape)

    @property
    def fully_connected(self) -> bool:
        """Whether every source unit reaches every target unit by a weight of its own."""
        return False

    @property
    def upsamples(self) -> bool:
        """Whether it makes maps larger, with a weight that has its outputs on the second axis."""
        return False

    @property
    def synapses(self) -> int:
        """Number of synapses of one sample, each counted once."""
        fan = 1 if self.channelwise else channels(self.source_shape)
        return len(self.taps.tap) * fan * channels(self.target_shape)

    @property
    def fan_out(self) -> NDArray[np.int64]:
        """Synapses that a spike reaches from each source position, shape (source positions,).

        Fewer at the borders of a convolution, where its kernel sticks out.
        """
        joined = np.bincount(self.taps.source, minlength=self.taps.source_positions)
        return joined * (1 if self.channelwise else channels(self.target_shape))

    @property
    def fan_in(self) -> NDArray[np.int64]:
        """Synapses that end at a neuron of each target position, shape (target positions,)."""
        joined = np.bincount(self.taps.target, minlength=self.taps.target_positions)
        return joined * (1 if self.channelwise else channels(self.source_shape))

    @property
    def kernel_values(self) -> int:
        """Number of values of the kernel."""
        fan = 1 if self.channelwise else channels(self.target_shape)
        return self.taps.count * channels(self.source_shape) * fan

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        """Shape of `kernel`: (taps, source channels, target channels), or (taps, channels)."""
        taps, width = self.taps.count, channels(self.target_shape)
        return (taps, width) if self.channelwise else (taps, channels(self.source_shape), width)

    @abstractmethod
    def kernel(self, weight: torch.Tensor | None) -> torch.Tensor:
        """The weight as (taps, source channels, target channels); channelwise (taps, channels).

        Parameters
        ----------
        weight : tensor of shape `weight_shape`, or None without parameters
        """

    def weight_of_kernel(self, kernel: NDArray[np.floating]) -> NDArray[np.floating]:
        """The weight whose `kernel` this is: the same numbers in PyTorch's layout."""
        import torch

        # Where each number of a weight goes is what `kernel` does to their positions.
        places = torch.arange(units(self.weight_shape)).reshape(self.weight_shape)
        weight = np.empty(self.weight_shape, kernel.dtype)
        weight.reshape(-1)[self.kernel(places).numpy().ravel()] = kernel.ravel()
        return weight

    @abstractmethod
    def apply(self, weight: torch.Tensor | None, source: torch.Tensor) -> torch.Tensor:
        """The input that the target receives from `source`, without bias: ``F x``.

        Parameters
        ----------
        weight : tensor of shape `weight_shape`, or None without parameters
        source : tensor, shape (batch, *source_shape)

        Returns
        -------
        tensor, shape (batch, *target_shape)
        """

    def drive(
        self, weight: torch.Tensor | None, bias: torch.Tensor | None, source: torch.Tensor
    ) -> torch.Tensor:
        """The input that the target receives from `source`: ``F x + b``.

        Parameters
        ----------
        weight : tensor of shape `weight_shape`, or None without parameters
        bias : tensor, shape (channels,), or None
        source : tensor, shape (batch, *source_shape)

        Returns
        -------
        tensor, shape (batch, *target_shape)
        """
        driven = self.apply(weight, source)
        return driven if bias is None else driven + bias.view(-1, *[1] * (driven.ndim - 2))

    def apply_transposed(self, weight: torch.Tensor | None, target: torch.Tensor) -> torch.Tensor:
        """What the source receives from `target` against the connection: ``F^T y``.

        Parameters
        ----------
        weight : tensor of shape `weight_shape`, or None without parameters
        target : tensor, shape (batch, *target_shape)

        Returns
        -------
        tensor, shape (batch, *source_shape)
        """
        import torch

        from networks.connections.differentiated import differentiated

        # The derivative of a linear function is the function's transpose.
        with differentiated():
            source = torch.zeros(
                (len(target), *self.source_shape), dtype=target.dtype, requires_grad=True
            )
            there = self.apply(weight, source)
            (back,) = torch.autograd.grad(there, source, target)
        return back

    @abstractmethod
    def weight_gradient(self, target: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        """Sum over the batch and all positions of target times source (Algorithm 2, 16-20).

        Parameters
        ----------
        target : tensor, shape (batch, *target_shape)
            Masked and rescaled stage-2 rates of the target layer.
        source : tensor, shape (batch, *source_shape)
            Stage-1 rates of the source layer, or the average input.

        Returns
        -------
        tensor of shape `weight_shape`
        """

    def nir_node(
        self, weight: NDArray[np.floating] | None, bias: NDArray[np.floating] | None
    ) -> nir.NIRNode:
        """The connection as a node of NIR; one that NIR has no name for is its whole matrix.

        Parameters
        ----------
        weight : array of shape `weight_shape`, or None without parameters
        bias : array, shape (channels,), or None

        Returns
        -------
        nir.NIRNode
            A matrix takes its source and gives its target flat, in the order (channel, y, x).
        """
        import nir

        matrix = self._matrix(weight)
        if bias is None:
            return nir.Linear(matrix)
        return nir.Affine(matrix, np.repeat(bias, positions(self.target_shape)))

    def weight_of_nir(self, node: nir.NIRNode) -> NDArray[np.floating] | None:
        """The weight that a node of `nir_node` holds.

        Raises
        ------
        ValueError
            If it is another node, or a matrix that is not one of such a connection.
        """
        matrix = np.asarray(getattr(node, "weight", None))
        if matrix.shape != (units(self.target_shape), units(self.source_shape)):
            raise ValueError(f"{type(node).__name__} has no matrix of {self.target_shape}")
        first = np.unique(self.taps.tap, return_index=True)[1]  # a row of the table for each tap
        cells = matrix.reshape(
            channels(self.target_shape),
            positions(self.target_shape),
            channels(self.source_shape),
            positions(self.source_shape),
        )
        kernel = np.zeros(self.kernel_shape, matrix.dtype)
        for row in first:
            pair = cells[:, self.taps.target[row], :, self.taps.source[row]]
            kernel[self.taps.tap[row]] = pair.diagonal() if self.channelwise else pair.T
        weight = self.weight_of_kernel(kernel)
        if not np.array_equal(self._matrix(weight), matrix):
            raise ValueError(
                f"the matrix from {self.source_shape} to {self.target_shape} is not that of one "
                "kernel at all positions"
            )
        return weight

    def _matrix(self, weight: NDArray[np.floating] | None) -> NDArray[np.floating]:
        """All weights, shape (target units, source units): what each source unit alone gives."""
        import torch

        count = units(self.source_shape)
        tensor = None if weight is None else torch.from_numpy(np.array(weight))
        dtype = torch.get_default_dtype() if tensor is None else tensor.dtype
        each = torch.eye(count, dtype=dtype).reshape(count, *self.source_shape)
        return np.ascontiguousarray(self.apply(tensor, each).flatten(1).numpy().T)
