"""The peer: backpropagation through time with surrogate gradients, what one would train with else.

The same forward network (Algorithm 1, dropout included), unrolled over T_F steps in PyTorch and
differentiated by autograd. The step function of the threshold has no useful derivative; in the
backward pass a triangle around the threshold takes its place (Esser et al. 2016; Bellec et al.
2018). As usual, the reset is not differentiated. The readout sees the average rates and the loss
is that of `training.local_gradients`, scale included, so that both train the same network. It
differs from stage 2 in what it costs: all potentials and spikes of all steps are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from networks import Architecture
from networks.connections import Connection
from training.two_stage_config import TwoStageConfig

Array = NDArray[np.floating]


class TriangularSpike(torch.autograd.Function):
    """A spike where the argument, potential minus threshold, is not negative.

    Its derivative is taken to be ``max(0, 1 - |x| / width) / width``.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, width: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.width = width
        return (x >= 0).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        triangle = x.abs().mul_(-1 / ctx.width).add_(1).clamp_(min=0)
        return triangle.mul_(gradients[0]).mul_(1 / ctx.width), None


class SurrogateTorch:
    """A feedback network with BPTT.

    Parameters
    ----------
    architecture : Architecture
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

    def gradients(
        self,
        images: Array,
        labels: NDArray[np.integer],
        dropout_masks: Mapping[str, Array] | None = None,
    ) -> tuple[list[Array], dict[str, Array]]:
        """Rates alpha of all layers and surrogate gradients of one batch."""
        masks = {name: torch.as_tensor(mask) for name, mask in (dropout_masks or {}).items()}
        rates = self._rates(self._formatted(torch.as_tensor(images)), masks)
        weight, bias = self.parameters["readout.weight"], self.parameters["readout.bias"]
        logits = rates[-1].flatten(1) @ weight.T + bias
        loss = cross_entropy(logits, torch.as_tensor(labels, dtype=torch.int64))
        names = list(self.parameters)
        found = torch.autograd.grad(
            self.config.loss_scale * loss, [self.parameters[name] for name in names]
        )
        gradients = {name: each.numpy() for name, each in zip(names, found, strict=True)}
        return [rate.detach().numpy() for rate in rates], gradients

    def _rates(self, x: Tensor, masks: Mapping[str, Tensor]) -> list[Tensor]:
        config, layers = self.config, self.architecture.layers
        width = config.v_threshold - config.v_rest
        current = self._drive(layers[0].name, layers[0].connection, x, masks)
        potentials: list[Tensor | float] = [0.0 for _ in layers]
        counts: list[Tensor | float] = [0.0 for _ in layers]
        spikes: Tensor | None = None
        for _ in range(config.forward_steps):
            for index, layer in enumerate(layers):
                if index == 0:
                    drive = current
                    if self.architecture.feedback is not None and spikes is not None:
                        drive = drive + self._drive(
                            "feedback", self.architecture.feedback, spikes, masks
                        )
                else:
                    assert spikes is not None
                    drive = self._drive(layer.name, layer.connection, spikes, masks)
                u = potentials[index] + drive
                spikes = TriangularSpike.apply(u - config.v_threshold, width)
                potentials[index] = torch.sub(u, spikes.detach(), alpha=width)
                counts[index] = counts[index] + spikes
        return [torch.as_tensor(count) / config.forward_steps for count in counts]

    def _drive(
        self, name: str, connection: Connection, source: Tensor, masks: Mapping[str, Tensor]
    ) -> Tensor:
        drive = connection.apply(self.parameters.get(f"{name}.weight"), source)
        bias = self.parameters.get(f"{name}.bias")
        if bias is not None:
            drive = drive + bias.view(-1, *(1 for _ in connection.target_shape[1:]))
        return drive * masks[name] if name in masks else drive

    def _formatted(self, values: Tensor) -> Tensor:
        return values.contiguous(memory_format=self.format) if values.ndim == 4 else values
