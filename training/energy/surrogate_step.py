"""Work of backpropagation through time with surrogate gradients, counted in the way back itself.

Forward it is stage 1. On the way back a real number, the gradient of a potential, passes every
synapse at every step, unless the surrogate derivative has made it zero; where the source has fired,
it is added to the gradient of the weight, too. A probe on every potential counts both, and the
tensors that torch keeps for the way back are counted as it saves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from networks import Architecture
from networks.connections import Connection
from networks.wiring import FEEDBACK, incoming
from training.energy.forward import are_spikes
from training.energy.readout import readout_back, readout_gradient
from training.energy.work import Work
from training.methods.parts.batch import Batch
from training.methods.parts.counted import operations_against
from training.methods.parts.unrolled import Spiking
from training.methods.surrogate import Surrogate, surrogate_spike
from training.recipes.two_stage_config import TwoStageConfig


class Probe:
    """The spike function of the surrogate method, which remembers what passes it.

    Parameters
    ----------
    layers : int
    spike : callable
        That function.
    """

    def __init__(self, layers: int, spike: Spiking) -> None:
        self._layers, self._spike = layers, spike
        self.spikes: list[Tensor] = []
        self.gradients: dict[int, Tensor] = {}

    def __call__(self, u: Tensor, threshold: float) -> Tensor:
        call = len(self.spikes)

        def remember(gradient: Tensor) -> None:
            self.gradients[call] = (gradient != 0).float()

        if u.requires_grad:  # not where the layers below have nothing to learn
            u.register_hook(remember)
        fired = self._spike(u, threshold)
        self.spikes.append(fired.detach().float())
        return fired

    def gradient(self, step: int, layer: int) -> Tensor | None:
        """1 where the gradient of a layer's potential was not zero; None if there was none."""
        return self.gradients.get(step * self._layers + layer)

    def fired(self, step: int, layer: int) -> Tensor:
        """The spikes of a layer."""
        return self.spikes[step * self._layers + layer]


def surrogate_learning(
    architecture: Architecture,
    config: TwoStageConfig,
    parameters: Mapping[str, ArrayLike],
    batch: Batch,
) -> tuple[list[Work], float]:
    """Count the products of a batch step by step, and what torch keeps for them.

    Parameters
    ----------
    architecture : Architecture
    config : TwoStageConfig
        Those of its values that belong to stage 1, and the loss scale.
    parameters : dict of array
        As the network uses them.
    batch : Batch

    Returns
    -------
    list of Work
        Of all images of the batch.
    float
        Numbers of an image that are kept for the way back, beside the image itself.
    """
    probe = Probe(len(architecture.layers), surrogate_spike(config))
    dtype = batch.images.dtype.name
    method = Surrogate(architecture, config, batch.samples, dtype, spike=probe)
    method.set_parameters(parameters)
    # A kernel may have as many outputs as there are images.
    ours = {each.untyped_storage().data_ptr() for each in method.tensors.values()}
    kept: dict[int, int] = {}
    pixels = prod(architecture.input_shape)  # a dense layer keeps them as a row

    def keep(saved: Tensor) -> Tensor:
        of_images = saved.dim() > 0 and len(saved) == batch.samples
        given = not saved.requires_grad and saved.shape[1:].numel() == pixels
        if of_images and not given and saved.untyped_storage().data_ptr() not in ours:
            kept[saved.data_ptr()] = saved.numel()
        return saved

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda saved: saved):
        result = method.step_batch(batch)
    works = [
        readout_back(architecture, batch.samples),
        readout_gradient(architecture, result.alpha[architecture.output.name]),
    ]
    for end in _ends(architecture):
        works += _along(end, probe, config.forward_steps, batch)
    return works, sum(kept.values()) / batch.samples


@dataclass(frozen=True)
class _End:
    """A connection: numbers of its target and source layer, and the steps that a spike takes."""

    name: str
    connection: Connection
    target: int
    source: int | None
    late: int = 0


def _ends(architecture: Architecture) -> list[_End]:
    number = {layer.name: index for index, layer in enumerate(architecture.layers)}
    first = architecture.layers[0]
    return [
        _End(first.name, first.connection, 0, None),
        *(
            _End(name, connection, number[target], number[source], late=int(name == FEEDBACK))
            for name, source, target, connection in incoming(architecture)
        ),
    ]


def _along(end: _End, probe: Probe, steps: int, batch: Batch) -> list[Work]:
    """What goes back along a connection, and what is added to its gradient."""
    if end.source is None:
        return _from_input(end, probe, steps, batch)
    connection, back, added = end.connection, 0.0, 0.0
    for step in range(end.late, steps):
        passing = probe.gradient(step, end.target)
        if passing is None:
            continue
        back += operations_against(passing, connection)
        if connection.has_parameters:
            fired = probe.fired(step - end.late, end.source)
            added += _products(connection, passing, fired)
    dense = float(steps * batch.samples * connection.synapses)
    works = [Work("way back", end.name, 0, back, dense)]
    if connection.has_parameters:
        works.append(Work("gradients", end.name, added, 0, dense))
    return works


def _from_input(end: _End, probe: Probe, steps: int, batch: Batch) -> list[Work]:
    """The products with the input: of frames at every step, of a constant image once for all."""
    if not end.connection.has_parameters:
        return []
    passing = [(step, probe.gradient(step, end.target)) for step in range(steps)]
    open_ = [(step, each) for step, each in passing if each is not None]
    seen = torch.from_numpy(batch.images != 0).float()
    multiplied, dense = 0.0, float(batch.samples * end.connection.synapses)
    if batch.frames:
        dense *= steps
        multiplied = sum(_products(end.connection, each, seen[step]) for step, each in open_)
    elif open_:
        ever = torch.stack([each for _, each in open_]).amax(dim=0)
        multiplied = _products(end.connection, ever, seen)
    added = multiplied if are_spikes(batch.images) else 0.0
    return [Work("gradients", end.name, added, multiplied - added, dense)]


def _products(connection: Connection, target: Tensor, source: Tensor) -> float:
    """Pairs of ones that the connection joins."""
    return float(connection.weight_gradient(target, source).sum(dtype=torch.float64))
