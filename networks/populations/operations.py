"""Synaptic operations: each spike times the synapses that it reaches, counted after a run.

How many synapses a spike reaches depends on the position of its neuron alone, not on its channel:
in the middle of a convolution's source it is the whole kernel, at the border less. So the spikes of
a population are added up by position, and a product with the connection's fan-out is the count. A
spike of stage 2 that is masked or dropped is not sent (`equations.propagation`) and reaches none.
Spikes of the last step count like all others, though what they send back arrives after the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import NDArray

from networks.connections import Shape, channels, positions
from networks.populations.neurons import spikes_fired


@dataclass(frozen=True, eq=False)
class Pathway:
    """Synapses that leave a group.

    Parameters
    ----------
    name : str
        ``layer2``, ``feedback``: that of the connection.
    group : NeuronGroup
        Who sends.
    shape : tuple of int
        Of its layer.
    reached : int array, shape (positions,)
        Synapses that a spike reaches, by position of its neuron.
    gates : tuple of str
        Variables of the group; a spike is sent where none of them is 0.
    """

    name: str
    group: NeuronGroup
    shape: Shape
    reached: NDArray[np.int64]
    gates: tuple[str, ...] = ()


class OperationCounter:
    """Counts the synaptic operations of the last run of a stage.

    Parameters
    ----------
    pathways : sequence of Pathway
    """

    def __init__(self, pathways: Sequence[Pathway]) -> None:
        self._pathways = tuple(pathways)
        # New memory for every product would take longer than the products.
        self._scratch: dict[int, torch.Tensor] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """What is counted apart."""
        return tuple(dict.fromkeys(pathway.name for pathway in self._pathways))

    @property
    def synapses(self) -> dict[str, int]:
        """Synapses of one sample by name: the operations of a step in which all neurons fire."""
        total = dict.fromkeys(self.names, 0)
        for pathway in self._pathways:
            total[pathway.name] += int(pathway.reached.sum()) * channels(pathway.shape)
        return total

    def count(self, samples: int) -> dict[str, float]:
        """Operations by name of the pathway, all samples together.

        Parameters
        ----------
        samples : int
            Those that count; a group may hold more.
        """
        operations = dict.fromkeys(self.names, 0.0)
        sent: dict[tuple[str, tuple[str, ...]], NDArray[np.float64]] = {}
        for pathway in self._pathways:
            key = (pathway.group.name, pathway.gates)
            if key not in sent:
                sent[key] = self._sent(pathway, samples)
            operations[pathway.name] += float(sent[key] @ pathway.reached)
        return operations

    def _sent(self, pathway: Pathway, samples: int) -> NDArray[np.float64]:
        """Spikes that were sent from each position, of all channels and samples."""
        count, width = positions(pathway.shape), channels(pathway.shape)
        size = samples * count * width
        spikes = torch.from_numpy(spikes_fired(pathway.group))[:size]
        if pathway.gates:
            gates = [
                torch.from_numpy(pathway.group.variables[name].get_value())[:size]
                for name in pathway.gates
            ]
            spikes = torch.mul(spikes, self._open(gates), out=self._buffer(spikes))
        # Sums of a position of a sample are exact in single precision, and fast as products.
        summed = torch.mv(spikes.view(-1, width), torch.ones(width, dtype=spikes.dtype))
        total: NDArray[np.float64] = summed.view(-1, count).sum(dim=0, dtype=torch.float64).numpy()
        return total

    def _open(self, gates: Sequence[torch.Tensor]) -> torch.Tensor:
        """1 where no gate is 0."""
        first, *others = gates
        product = self._buffer(first).copy_(first)
        for gate in others:
            product.mul_(gate)
        return product.sign_().abs_()

    def _buffer(self, like: torch.Tensor) -> torch.Tensor:
        size = len(like)
        if size not in self._scratch:
            self._scratch[size] = torch.empty_like(like)
        return self._scratch[size]
