"""Algorithm 1 in torch, step by step, for methods that differentiate through it.

The same integrate-and-fire neurons, the same order of layers within a step and the same dropout as
in `ForwardNetwork`:

    u <- leak * u + D * (F s + b),    s = spike(u),    u <- u - (V_th - u_rest) s

What `spike` does on the way back is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from networks import Architecture
from networks.connections import Connection
from networks.populations.neurons import dropout_values
from networks.populations.potentials import not_finite_error
from networks.precision import span_in
from networks.wiring import FEEDBACK
from training.methods.parts.batch import Batch
from training.recipes.two_stage_config import TwoStageConfig

Spiking = Callable[[Tensor, float], Tensor]


@dataclass(frozen=True)
class UnrolledNetwork:
    """The network of stage 1 as torch operations.

    Parameters
    ----------
    architecture : Architecture
    config : TwoStageConfig
        Those of its values that belong to stage 1.
    spike : callable
        ``spike(u, threshold)``: 1 where the potential reaches the threshold, else 0.
    layout : torch.memory_format
        Memory format of images, and of what follows from them.
    """

    architecture: Architecture
    config: TwoStageConfig
    spike: Spiking
    layout: torch.memory_format = torch.contiguous_format

    def steps(self, parameters: Mapping[str, Tensor], batch: Batch) -> Iterator[Sequence[Tensor]]:
        """The spikes of all layers, step after step.

        Parameters
        ----------
        parameters : dict of tensor
            Named and shaped as `Architecture.parameter_shapes` says.
        batch : Batch

        Yields
        ------
        list of tensor, shapes (samples, *layer.shape)

        Raises
        ------
        NotFiniteError
            After the last step, if a potential has become NaN or infinite.
        """
        potentials: Sequence[Tensor] = ()
        for fired, after in self._steps(parameters, batch):
            yield fired
            potentials = after
        # The reset subtracts: what is no number at a step is none at the end, see
        # `networks.populations.potentials`.
        name, number = self._first_not_finite(potentials), self.config.forward_steps
        if name is None:
            return
        again = replace(self, spike=_fires)._steps(parameters, batch)
        with torch.no_grad():
            for step, (_, potentials) in enumerate(again, start=1):
                if found := self._first_not_finite(potentials):
                    name, number = found, step
                    break
        raise not_finite_error(name, "v", number, stage=1)

    def _first_not_finite(self, potentials: Sequence[Tensor]) -> str | None:
        """The first layer with potentials that are no numbers."""
        for layer, u in zip(self.architecture.layers, potentials, strict=True):
            # The sum first: it is much faster, and finite only if all values are.
            if not (u.detach().sum().isfinite() or u.isfinite().all()):
                return layer.name
        return None

    def _steps(
        self, parameters: Mapping[str, Tensor], batch: Batch
    ) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
        """Spikes of all layers step after step, and the potentials after the reset."""
        config, layers = self.config, self.architecture.layers
        fall = span_in(batch.images.dtype, config.v_threshold, config.v_rest)
        masks = self._masks(batch)
        constant = None if batch.frames else self._input(parameters, batch.images, masks)
        potentials: list[Tensor] = []
        fired: list[Tensor] = []
        for step in range(config.forward_steps):
            last = fired[-1] if fired else None
            fired, before, potentials = [], potentials, []
            for index, layer in enumerate(layers):
                u = before[index] if before else None
                if u is not None and config.leak != 1:
                    u = config.leak * u
                if index == 0:
                    drive = constant
                    if drive is None:
                        drive = self._input(parameters, batch.images[step], masks)
                    u = drive if u is None else u + drive
                    if self.architecture.feedback is not None and last is not None:
                        back = drive_of(parameters, FEEDBACK, self.architecture.feedback, last)
                        u = _add(u, back, masks.get(FEEDBACK))
                else:
                    drive = drive_of(parameters, layer.name, layer.connection, fired[-1])
                    u = _add(u, drive, masks.get(layer.name))
                spikes = self.spike(u, config.v_threshold)
                fired.append(spikes)
                potentials.append(torch.sub(u, spikes, alpha=fall))
            yield fired, potentials

    def _input(
        self, parameters: Mapping[str, Tensor], images: object, masks: Mapping[str, Tensor]
    ) -> Tensor:
        """``D^1 * (F^1 x + b^1)``."""
        first = self.architecture.layers[0]
        x = in_layout(torch.as_tensor(images), self.layout)
        current = drive_of(parameters, first.name, first.connection, x)
        mask = masks.get(first.name)
        return current if mask is None else current * mask

    def _masks(self, batch: Batch) -> dict[str, Tensor]:
        shapes = {layer.name: layer.shape for layer in self.architecture.layers}
        shapes[FEEDBACK] = self.architecture.layers[0].shape
        return {
            name: torch.as_tensor(dropout_values(mask, shapes[name]))
            for name, mask in batch.masks.items()
        }


def drive_of(
    parameters: Mapping[str, Tensor], name: str, connection: Connection, source: Tensor
) -> Tensor:
    """``F s + b`` of one connection."""
    return connection.drive(
        parameters.get(f"{name}.weight"), parameters.get(f"{name}.bias"), source
    )


def readout_of(parameters: Mapping[str, Tensor], rate: Tensor) -> Tensor:
    """Logits ``W_o alpha_N + b_o``, as torch may differentiate them; shape (samples, classes)."""
    return torch.addmm(parameters["readout.bias"], rate.flatten(1), parameters["readout.weight"].T)


def in_layout(values: Tensor, layout: torch.memory_format) -> Tensor:
    """The same values in a memory format, which only images and kernels have."""
    return values.contiguous(memory_format=layout) if values.ndim == 4 else values


def _fires(u: Tensor, threshold: float) -> Tensor:
    """A spike where the potential reaches the threshold, with no way back."""
    return (u >= threshold).to(u.dtype)


def _add(u: Tensor | None, drive: Tensor, mask: Tensor | None) -> Tensor:
    """``u + mask * drive``, where no potential is zero and no mask one."""
    if mask is None:
        return drive if u is None else u + drive
    return mask * drive if u is None else torch.addcmul(u, mask, drive)
