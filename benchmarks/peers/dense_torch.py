"""The peer: Algorithms 1 and 2 as dense PyTorch, every neuron and weight at every step.

It computes what `training.methods.spide` computes, for convolutional networks with constant
input. It is written to be fast: inference mode, channels-last memory if asked for, biases and
inputs added once per step as one tensor, no copies of states.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks import Architecture
from networks.connections import Connection
from training.methods.parts.local_gradients import loss_and_gradient
from training.recipes.two_stage_config import TwoStageConfig

Array = NDArray[np.floating]


class DenseTorch:
    """Both stages of a convolutional network, dense.

    Parameters
    ----------
    architecture : Architecture
        Convolutions and transposed convolutions only.
    config : TwoStageConfig
        Without leak.
    channels_last : bool
        Memory format of all states.
    device : str
        Of torch: ``cuda`` is a GPU.

    Raises
    ------
    ValueError
        For other layers or leaky neurons.
    """

    def __init__(
        self,
        architecture: Architecture,
        config: TwoStageConfig,
        *,
        channels_last: bool = False,
        device: str = "cpu",
    ) -> None:
        connections = [layer.connection for layer in architecture.layers]
        if architecture.feedback is not None:
            connections.append(architecture.feedback)
        if config.leak != 1 or not all(len(each.weight_shape) == 4 for each in connections):
            raise ValueError("the dense peer knows convolutions of IF neurons only")
        self.architecture = architecture
        self.config = config
        self.device = device
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        self.parameters: dict[str, Tensor] = {}

    def set_parameters(self, parameters: Mapping[str, Array]) -> None:
        """Take over parameters, named and shaped as `Architecture.parameter_shapes` says."""
        self.parameters = {
            name: self._tensor(value).contiguous(memory_format=self.format)
            if value.ndim == 4
            else self._tensor(value)
            for name, value in parameters.items()
        }

    @torch.inference_mode()
    def step(
        self,
        images: Array,
        labels: NDArray[np.integer],
        dropout_masks: Mapping[str, Array] | None = None,
    ) -> tuple[Array, dict[str, Array]]:
        """Logits and gradients of one batch; see `training.methods.method.Method.step`."""
        x = self._tensor(images).contiguous(memory_format=self.format)
        masks = {name: self._tensor(mask) for name, mask in (dropout_masks or {}).items()}
        alpha = self._forward(x, masks)
        weight, bias = self.parameters["readout.weight"], self.parameters["readout.bias"]
        logits = (alpha[-1].flatten(1) @ weight.T + bias).cpu().numpy()
        _, gradient = loss_and_gradient(logits, labels, self.config.loss_scale)
        errors = self._tensor(gradient)
        g = (errors @ weight).view_as(alpha[-1].contiguous())
        g = g.contiguous(memory_format=self.format)
        active = [((rate > 0) & (rate < 1)).to(x.dtype) for rate in alpha]
        beta = self._backward(g, active, masks)
        rescale = self.config.rescale
        local = [rescale * (mask * rate) for mask, rate in zip(active, beta, strict=True)]
        gradients: dict[str, Tensor] = {}
        source = x
        for layer, here, rate in zip(self.architecture.layers, local, alpha, strict=True):
            gradients[f"{layer.name}.weight"] = layer.connection.weight_gradient(here, source)
            gradients[f"{layer.name}.bias"] = here.sum(dim=(0, 2, 3))
            source = rate
        if self.architecture.feedback is not None:
            feedback = self.architecture.feedback.weight_gradient(local[0], source)
            gradients["feedback.weight"] = feedback
        gradients["readout.weight"] = errors.T @ source.flatten(1)
        gradients["readout.bias"] = errors.sum(dim=0)
        return logits, {name: value.cpu().numpy() for name, value in gradients.items()}

    def _tensor(self, values: NDArray) -> Tensor:
        return torch.as_tensor(values, device=self.device)

    def _forward(self, x: Tensor, masks: Mapping[str, Tensor]) -> list[Tensor]:
        """Algorithm 1: the rates alpha of all layers."""
        layers, config = self.architecture.layers, self.config
        first = layers[0]
        current = first.connection.apply(self.parameters[f"{first.name}.weight"], x)
        current += self.parameters[f"{first.name}.bias"].view(-1, 1, 1)
        if first.name in masks:
            current *= masks[first.name]
        u = [self._zeros(x, layer.shape) for layer in layers]
        count = [torch.zeros_like(each) for each in u]
        spikes: Tensor | None = None
        for _ in range(config.forward_steps):
            for index, layer in enumerate(layers):
                if index == 0:
                    u[0] += current
                    if self.architecture.feedback is not None and spikes is not None:
                        u[0] += self._masked(self.architecture.feedback, "feedback", spikes, masks)
                else:
                    assert spikes is not None
                    drive = layer.connection.apply(self.parameters[f"{layer.name}.weight"], spikes)
                    drive += self.parameters[f"{layer.name}.bias"].view(-1, 1, 1)
                    u[index] += drive * masks[layer.name] if layer.name in masks else drive
                spikes = (u[index] >= config.v_threshold).to(x.dtype)
                u[index].sub_(spikes, alpha=config.v_threshold - config.v_rest)
                count[index] += spikes
        return [each.div_(config.forward_steps) for each in count]

    def _backward(
        self, g: Tensor, active: list[Tensor], masks: Mapping[str, Tensor]
    ) -> list[Tensor]:
        """Algorithm 2, lines 2-14: the rates beta of all layers."""
        layers, config = self.architecture.layers, self.config
        # What a layer's spikes are multiplied with on their way along the transposed connection.
        gain = []
        for index, layer in enumerate(layers):
            mask = masks.get(layer.name if index else "feedback")
            gain.append(config.rescale * (active[index] if mask is None else active[index] * mask))
        u = [torch.zeros_like(each) for each in active]
        count = [torch.zeros_like(each) for each in active]
        spikes: Tensor | None = None
        reset = config.v_threshold_backward - config.v_rest_backward
        for _ in range(config.backward_steps):
            for index in reversed(range(len(layers))):
                if index == len(layers) - 1:
                    u[index] += g
                    if self.architecture.feedback is not None and spikes is not None:
                        u[index] += self._transposed(
                            self.architecture.feedback, "feedback", gain[0] * spikes
                        )
                else:
                    above = layers[index + 1]
                    assert spikes is not None
                    u[index] += self._transposed(
                        above.connection, above.name, gain[index + 1] * spikes
                    )
                fires = u[index].abs() >= config.v_threshold_backward
                spikes = u[index].sign() * fires
                u[index].sub_(spikes, alpha=reset)
                count[index] += spikes
        return [each.div_(config.backward_steps) for each in count]

    def _masked(
        self, connection: Connection, name: str, spikes: Tensor, masks: Mapping[str, Tensor]
    ) -> Tensor:
        drive = connection.apply(self.parameters[f"{name}.weight"], spikes)
        return drive * masks[name] if name in masks else drive

    def _transposed(self, connection: Connection, name: str, values: Tensor) -> Tensor:
        return connection.apply_transposed(self.parameters[f"{name}.weight"], values)

    def _zeros(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        zeros = torch.zeros((len(x), *shape), dtype=x.dtype, device=x.device)
        return zeros.contiguous(memory_format=self.format)
