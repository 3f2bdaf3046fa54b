"""Populations with ternary output for stage 2: one group, or couples of two.

`TernaryPopulation` is one group of ternary neurons (eq. 6). `CouplePopulation` is two groups of
common integrate-and-fire neurons with opposite inputs, and the synapses through which each one
resets the other (section 4.1). Both answer to the same few methods, and spike for spike alike.
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

from equations import BACKWARD, NeuronModel, TernaryCouple, ternary
from equations.propagation import BACKWARD_OPPOSITE_SIGN, BACKWARD_SAME_SIGN
from equations.ternary_couple import CROSS_RESET, OUTPUT
from networks.architecture import Layer
from networks.connections import Connection, OneToOne
from networks.devices import SynapsesKind
from networks.populations.neurons import count_spikes, population, put_to_rest, state, write
from networks.populations.own_neurons import values_at_rest
from networks.schedule import Slots
from networks.stages.wiring import SynapsesObject, open_window, synapses_class

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Build:
    """What all populations of one network are built with."""

    couple: TernaryCouple
    batch_size: int
    clock: Clock
    synapses: SynapsesKind
    dtype: str
    slots: Mapping[str, Slots]


class SignedPopulation(ABC):
    """Neurons of one layer that send spikes of both signs."""

    def __init__(self, layer: Layer, neuron: NeuronModel) -> None:
        self.layer = layer
        self.neuron = neuron
        self.groups: dict[int, NeuronGroup] = {}
        self._at_rest = values_at_rest(neuron)

    @property
    def objects(self) -> list[BrianObject]:
        """Everything that must be in the network."""
        return list(self.groups.values())

    @abstractmethod
    def connect_from(
        self, source: SignedPopulation, connection: Connection, build: Build, name: str
    ) -> list[SynapsesObject]:
        """Synapses along the transposed `connection`, from `source` to here."""

    @abstractmethod
    def spike_count(self) -> Array:
        """Positive minus negative spikes, leak-weighted; shape (batch_size, *layer.shape)."""

    def activity(self, samples: int) -> float:
        """Number of spikes of either sign since the run began, of the first `samples` samples."""
        shape = self.layer.shape
        return sum(count_spikes(group, shape, samples) for group in self.groups.values())

    def rest(
        self, mask: Array | NDArray[np.bool_], dropout: Array | None, rescale: float, steps: int
    ) -> None:
        """Clear the state for a run of `steps`; write what outgoing spikes are multiplied with."""
        for group in self.groups.values():
            put_to_rest(group, self._at_rest)
            write(group, "mask", self.layer.shape, mask, len(mask))
            if dropout is None:
                group.variables["dropout"].get_value().fill(1)
            else:
                state(group, "dropout", self.layer.shape)[: len(dropout)] = dropout
            group.variables["rescale"].set_value(rescale)
            open_window(group, steps)

    def inject(self, current: Array) -> None:
        """Set the input current, shape (samples, *layer.shape)."""
        for sign, group in self.groups.items():
            write(group, "I", self.layer.shape, sign * current, len(current))

    def without_input(self) -> None:
        """Skip the state update of neurons that receive spikes alone and do not leak."""
        for group in self.groups.values():
            group.state_updater.active = False


class TernaryPopulation(SignedPopulation):
    """One group of ternary neurons."""

    def __init__(self, layer: Layer, build: Build) -> None:
        couple = build.couple
        super().__init__(layer, ternary(couple.v_threshold, couple.v_rest, couple.leak))
        self.groups[1] = population(
            self.neuron, layer.shape, build.batch_size, variables=BACKWARD.neuron_variables,
            name=layer.name, slots=build.slots[layer.name], clock=build.clock, dtype=build.dtype,
        )  # fmt: skip

    def spike_count(self) -> Array:
        return state(self.groups[1], "spike_count", self.layer.shape)

    def connect_from(
        self, source: SignedPopulation, connection: Connection, build: Build, name: str
    ) -> list[SynapsesObject]:
        return [
            synapses_class(build.synapses)(
                source.groups[1], self.groups[1], connection, BACKWARD.on_pre,
                batch_size=build.batch_size, transposed=True, name=f"{name}_synapses",
                when=build.slots[self.layer.name].synapses,
            )
        ]  # fmt: skip


class CouplePopulation(SignedPopulation):
    """Two groups of IF neurons, cross-coupled."""

    def __init__(self, layer: Layer, build: Build) -> None:
        couple = build.couple
        super().__init__(layer, couple.neuron)
        for sign, side in ((1, "positive"), (-1, "negative")):
            self.groups[sign] = population(
                self.neuron, layer.shape, build.batch_size,
                variables=BACKWARD.neuron_variables,
                name=f"{layer.name}_{side}", slots=build.slots[layer.name], clock=build.clock,
                dtype=build.dtype,
            )  # fmt: skip
        reset = OneToOne(layer.shape, layer.shape, couple.span)
        self.coupling = [
            self._couple(build, 1, -1, reset, CROSS_RESET, "resets_negative"),
            self._couple(build, -1, 1, reset, CROSS_RESET, "resets_positive"),
        ]
        self._has_output = couple.leak < 1
        if self._has_output:
            one = OneToOne(layer.shape, layer.shape, 1.0)
            self.coupling.append(self._couple(build, -1, 1, one, OUTPUT, "output"))

    def _couple(
        self, build: Build, pre: int, post: int, connection: OneToOne, on_pre: str, name: str
    ) -> SynapsesObject:
        synapses = synapses_class(build.synapses)(
            self.groups[pre], self.groups[post], connection, on_pre,
            batch_size=build.batch_size, name=f"{self.layer.name}_{name}",
            when=f"after_{build.slots[self.layer.name].resets}",
        )  # fmt: skip
        synapses.set_weight(connection.kernel(None).numpy())
        return synapses

    def spike_count(self) -> Array:
        positive, negative = (
            state(self.groups[sign], "spike_count", self.layer.shape) for sign in (1, -1)
        )
        return positive if self._has_output else positive - negative

    @property
    def objects(self) -> list[BrianObject]:
        return [*super().objects, *self.coupling]

    def connect_from(
        self, source: SignedPopulation, connection: Connection, build: Build, name: str
    ) -> list[SynapsesObject]:
        return [
            synapses_class(build.synapses)(
                source.groups[pre], self.groups[post], connection,
                BACKWARD_SAME_SIGN if pre == post else BACKWARD_OPPOSITE_SIGN,
                batch_size=build.batch_size, transposed=True,
                name=f"{name}_synapses_{number}", when=build.slots[self.layer.name].synapses,
            )
            for number, (pre, post) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1)))
        ]  # fmt: skip
