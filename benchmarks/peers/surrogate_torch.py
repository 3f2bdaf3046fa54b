"""The peer: backpropagation through time with surrogate gradients, what one would train with else.

The same forward network (Algorithm 1, dropout included), unrolled over T_F steps in PyTorch and
differentiated by autograd. The step function of the threshold has no useful derivative; in the
backward pass that of STBP (Wu et al. 2018) takes its place, 1 within 1/2 of the threshold and 0
elsewhere, the cheapest one in use: one pass over the potentials. As usual, the reset is not
differentiated. The readout sees the average rates and the loss is that of
`training.methods.local_gradients`, scale included, so that both train the same network. What it
costs is memory and time for the potentials and spikes of all steps, which are kept for the way
back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import conv2d, cross_entropy

from networks import Architecture
from networks.connections import Connection, Convolution
from training.methods.two_stage_config import TwoStageConfig

Array = NDArray[np.floating]


class Spike(torch.autograd.Function):
    """A spike where the potential reaches the threshold.

    Its derivative is taken to be 1 where ``|u - threshold| < 1/2``, else 0.
    """

    @staticmethod
    def forward(ctx: Any, u: Tensor, threshold: float) -> Tensor:
        ctx.save_for_backward(u)
        ctx.threshold = threshold
        return (u >= threshold).to(u.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (u,) = ctx.saved_tensors
        # The derivative of a clipped identity is this rectangle, in one pass.
        low, high = ctx.threshold - 0.5, ctx.threshold + 0.5
        return torch.ops.aten.hardtanh_backward(gradients[0], u, low, high), None


class SurrogateTorch:
    """A feedback network with BPTT.

    Parameters
    ----------
    architecture : Architecture
        Without pooling, for which there is no weight.
    config : TwoStageConfig
        Without leak; T_B is not used.
    channels_last : bool
        Memory format of images and kernels, which convolutions pass on.

    Raises
    ------
    ValueError
        For leaky neurons.
    """

    def __init__(
        self, architecture: Architecture, config: TwoStageConfig, *, channels_last: bool = False
    ) -> None:
        if config.leak != 1:
            raise ValueError("the surrogate peer knows IF neurons only")
        self.architecture = architecture
        self.config = config
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        self.parameters: dict[str, Tensor] = {}

    def set_parameters(self, parameters: Mapping[str, Array]) -> None:
        """Take over parameters, named and shaped as `Architecture.parameter_shapes` says."""
        self.parameters = {
            name: self._formatted(torch.tensor(value)).requires_grad_()
            for name, value in parameters.items()
        }

    @torch.no_grad()
    def rates(self, images: Array, dropout_masks: Mapping[str, Array]) -> list[Array]:
        """The rates alpha of all layers, for comparison."""
        spikes = self._forward(images, dropout_masks)
        return [torch.stack(each).mean(0).numpy() for each in spikes]

    def step(
        self,
        images: Array,
        labels: NDArray[np.integer],
        dropout_masks: Mapping[str, Array] | None = None,
    ) -> tuple[Array, dict[str, Array]]:
        """Logits and surrogate gradients of one batch."""
        alpha = torch.stack(self._forward(images, dropout_masks or {})[-1]).mean(0)
        weight, bias = self.parameters["readout.weight"], self.parameters["readout.bias"]
        logits = alpha.flatten(1) @ weight.T + bias
        loss = cross_entropy(logits, torch.as_tensor(labels, dtype=torch.int64))
        names = list(self.parameters)
        found = torch.autograd.grad(
            self.config.loss_scale * loss, [self.parameters[name] for name in names]
        )
        gradients = {name: each.numpy() for name, each in zip(names, found, strict=True)}
        return logits.detach().numpy(), gradients

    def _forward(self, images: Array, dropout_masks: Mapping[str, Array]) -> list[list[Tensor]]:
        """Algorithm 1: the spikes of all layers in all steps."""
        config, layers = self.config, self.architecture.layers
        masks = {name: torch.as_tensor(mask) for name, mask in dropout_masks.items()}
        x = self._formatted(torch.as_tensor(images))
        fall = config.v_threshold - config.v_rest
        current = self._drive(layers[0].name, layers[0].connection, x)
        if layers[0].name in masks:
            current = current * masks[layers[0].name]
        potentials: list[Tensor | None] = [None for _ in layers]
        spikes: list[list[Tensor]] = [[] for _ in layers]
        for _ in range(config.forward_steps):
            for index, layer in enumerate(layers):
                u = potentials[index]
                if index == 0:
                    u = current if u is None else u + current
                    if self.architecture.feedback is not None and spikes[-1]:
                        drive = self._drive("feedback", self.architecture.feedback, spikes[-1][-1])
                        u = _add(u, drive, masks.get("feedback"))
                else:
                    drive = self._drive(layer.name, layer.connection, spikes[index - 1][-1])
                    u = _add(u, drive, masks.get(layer.name))
                fired = Spike.apply(u, config.v_threshold)
                spikes[index].append(fired)
                potentials[index] = torch.sub(u, fired.detach(), alpha=fall)
        return spikes

    def _drive(self, name: str, connection: Connection, source: Tensor) -> Tensor:
        weight, bias = self.parameters[f"{name}.weight"], self.parameters.get(f"{name}.bias")
        if isinstance(connection, Convolution):
            stride, padding = connection.stride, connection.padding
            return conv2d(source, weight, bias, stride=stride, padding=padding)
        drive = connection.apply(weight, source)
        return drive if bias is None else drive + bias.view(-1, *[1] * (drive.ndim - 2))

    def _formatted(self, values: Tensor) -> Tensor:
        return values.contiguous(memory_format=self.format) if values.ndim == 4 else values


def _add(u: Tensor | None, drive: Tensor, mask: Tensor | None) -> Tensor:
    """``u + mask * drive``, where no potential is zero and no mask one."""
    if mask is None:
        return drive if u is None else u + drive
    return mask * drive if u is None else torch.addcmul(u, mask, drive)
