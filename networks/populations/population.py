"""The neurons of one layer, and what a stage asks of them, whatever they are.

A layer is one Brian2 group, or two where it consists of couples. The stage puts it to rest before
every run, gives it a current, connects it, and afterwards asks how often it fired.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from brian2.core.base import BrianObject
from brian2.core.clocks import Clock
from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import NDArray

from equations import FORWARD, NeuronModel
from networks.architecture import Layer
from networks.connections import Connection
from networks.devices import SynapsesKind
from networks.populations.neurons import (
    UncheckedGroup,
    count_spikes,
    dropout_values,
    neuron_group,
    open_window,
    put_to_rest,
    state,
    write,
)
from networks.populations.own_neurons import values_at_rest
from networks.schedule import Slots
from networks.synapses import REALISATIONS, SynapsesObject

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Build:
    """What all populations of one network are built with.

    Parameters
    ----------
    batch_size : int
        Samples that a population simulates side by side.
    clock : Clock
    synapses : {"shared", "explicit"}
    dtype : {"float32", "float64"}
    slots : dict of Slots
        By layer.
    learns : bool
        Whether spikes of stage 2 teach.
    """

    batch_size: int
    clock: Clock
    synapses: SynapsesKind
    dtype: str
    slots: Mapping[str, Slots]
    learns: bool = False


class Population(ABC):
    """The neurons of one layer.

    Parameters
    ----------
    layer : Layer
    neuron : NeuronModel
        Of every group.
    variables : str
        Equations of the variables that the synapses need.
    build : Build

    Attributes
    ----------
    groups : dict of UncheckedGroup
        By the sign of what a spike sends.
    """

    def __init__(self, layer: Layer, neuron: NeuronModel, variables: str, build: Build) -> None:
        self.layer = layer
        self.neuron = neuron
        self.build = build
        self.groups: dict[int, UncheckedGroup] = {}
        self._variables = variables
        self._at_rest = values_at_rest(neuron)

    def _add_group(self, sign: int, name: str) -> None:
        self.groups[sign] = neuron_group(
            self.neuron,
            self.layer.shape,
            self.build.batch_size,
            variables=self._variables,
            name=name,
            slots=self.build.slots[self.layer.name],
            clock=self.build.clock,
            dtype=self.build.dtype,
        )

    def _synapses(
        self,
        source: NeuronGroup,
        target: NeuronGroup,
        connection: Connection,
        on_pre: str,
        name: str,
        *,
        transposed: bool = False,
        when: str | None = None,
    ) -> SynapsesObject:
        """Synapses of the realisation that the network has, into a group of this layer."""
        return REALISATIONS[self.build.synapses](
            source,
            target,
            connection,
            on_pre,
            batch_size=self.build.batch_size,
            transposed=transposed,
            name=name,
            when=when or self.build.slots[self.layer.name].synapses,
        )

    @property
    def objects(self) -> list[BrianObject]:
        """Everything that must be in the network."""
        return list(self.groups.values())

    @abstractmethod
    def connect_from(
        self, source: Population, connection: Connection, name: str
    ) -> list[SynapsesObject]:
        """Synapses of a connection, from `source` to here."""

    @abstractmethod
    def spike_count(self) -> Array:
        """Spikes with their signs, leak-weighted; shape (batch_size, *layer.shape)."""

    def activity(self, samples: int) -> float:
        """Number of spikes of either sign since the run began, of the first `samples` samples."""
        shape = self.layer.shape
        return sum(count_spikes(group, shape, samples) for group in self.groups.values())

    def rest(self, dropout: Array | None, steps: int) -> None:
        """Clear the state for a run of `steps`; mask what `dropout` masks, which may be nothing."""
        values = None if dropout is None else dropout_values(dropout, self.layer.shape)
        for group in self.groups.values():
            put_to_rest(group, self._at_rest)
            open_window(group, steps)
            if values is None:
                group.variables["dropout"].get_value().fill(1)
            else:
                state(group, "dropout", self.layer.shape)[: len(values)] = values

    def inject(self, current: Array | float, samples: int) -> None:
        """Set the input current of the first samples, shape (samples, *layer.shape)."""
        for sign, group in self.groups.items():
            write(group, "I", self.layer.shape, current if sign > 0 else -current, samples)


class SpikingPopulation(Population):
    """One group of neurons of stage 1."""

    def __init__(self, layer: Layer, neuron: NeuronModel, build: Build) -> None:
        super().__init__(layer, neuron, FORWARD.neuron_variables, build)
        self._add_group(1, layer.name)

    def spike_count(self) -> Array:
        return state(self.groups[1], "spike_count", self.layer.shape)

    def connect_from(
        self, source: Population, connection: Connection, name: str
    ) -> list[SynapsesObject]:
        group = source.groups[1]
        return [
            self._synapses(group, self.groups[1], connection, FORWARD.on_pre, f"{name}_synapses")
        ]
