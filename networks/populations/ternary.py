"""Populations with ternary output for stage 2: one group, or couples of two.

`TernaryPopulation` is one group of ternary neurons (eq. 6). `CouplePopulation` is two groups of
common integrate-and-fire neurons with opposite inputs, and the synapses through which each one
resets the other (section 4.1). Both answer to the same few methods, and spike for spike alike.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from brian2.core.base import BrianObject
from numpy.typing import NDArray

from equations import BACKWARD, NeuronModel, TernaryCouple, plasticity, ternary
from equations.propagation import BACKWARD_OPPOSITE_SIGN, BACKWARD_SAME_SIGN
from equations.ternary_couple import CROSS_RESET, OUTPUT
from networks.architecture import Layer
from networks.arrays import truth_value
from networks.connections import Connection, OneToOne
from networks.populations.neurons import state, write
from networks.populations.population import Build, Population
from networks.synapses import SynapsesObject

Array = NDArray[np.floating]


class SignedPopulation(Population):
    """Neurons of one layer that send spikes of both signs, and perhaps teach with them."""

    #: What a spike of each of `groups` teaches.
    teaching: ClassVar[dict[int, plasticity.Teaching]]

    def __init__(self, layer: Layer, neuron: NeuronModel, build: Build) -> None:
        variables = BACKWARD.neuron_variables
        if build.learns:
            variables += plasticity.NEURON_VARIABLES
        super().__init__(layer, neuron, variables, build)

    def send(self, mask: Array | NDArray[np.bool_], rescale: float) -> None:
        """Write what outgoing spikes are multiplied with.

        Parameters
        ----------
        mask : array, shape (samples, *layer.shape)
            m of this layer.
        rescale : float
            (V_th^b - u_rest^b) / (V_th - u_rest).
        """
        for group in self.groups.values():
            write(group, "mask", self.layer.shape, mask, len(mask))
            group.variables["rescale"].set_value(rescale)

    def without_input(self) -> None:
        """Skip the state update of neurons that receive spikes alone and do not leak."""
        for group in self.groups.values():
            group.state_updater.active = False


class TernaryPopulation(SignedPopulation):
    """One group of ternary neurons."""

    teaching: ClassVar = {1: plasticity.SIGNED}

    def __init__(self, layer: Layer, couple: TernaryCouple, build: Build) -> None:
        neuron = ternary(couple.v_threshold, couple.v_rest, couple.leak)
        super().__init__(layer, neuron, build)
        self._add_group(1, layer.name)

    def spike_count(self) -> Array:
        return state(self.groups[1], "spike_count", self.layer.shape)

    def connect_from(
        self, source: Population, connection: Connection, name: str
    ) -> list[SynapsesObject]:
        group = source.groups[1]
        return [
            self._synapses(
                group, self.groups[1], connection, BACKWARD.on_pre, f"{name}_synapses",
                transposed=True,
            )
        ]  # fmt: skip


class CouplePopulation(SignedPopulation):
    """Two groups of IF neurons, cross-coupled."""

    teaching: ClassVar = {1: plasticity.POSITIVE, -1: plasticity.NEGATIVE}

    def __init__(self, layer: Layer, couple: TernaryCouple, build: Build) -> None:
        super().__init__(layer, couple.neuron, build)
        for sign, side in ((1, "positive"), (-1, "negative")):
            self._add_group(sign, f"{layer.name}_{side}")
        reset = OneToOne(layer.shape, layer.shape, couple.span)
        self.coupling = [
            self._couple(1, -1, reset, CROSS_RESET, "resets_negative"),
            self._couple(-1, 1, reset, CROSS_RESET, "resets_positive"),
        ]
        self._has_output = couple.leak < 1
        if self._has_output:
            one = OneToOne(layer.shape, layer.shape, 1.0)
            self.coupling.append(self._couple(-1, 1, one, OUTPUT, "output"))

    def _couple(
        self, pre: int, post: int, connection: OneToOne, on_pre: str, name: str
    ) -> SynapsesObject:
        synapses = self._synapses(
            self.groups[pre], self.groups[post], connection, on_pre, f"{self.layer.name}_{name}",
            when=f"after_{self.build.slots[self.layer.name].resets}",
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
        self, source: Population, connection: Connection, name: str
    ) -> list[SynapsesObject]:
        return [
            self._synapses(
                source.groups[pre], self.groups[post], connection,
                BACKWARD_SAME_SIGN if pre == post else BACKWARD_OPPOSITE_SIGN,
                f"{name}_synapses_{number}", transposed=True,
            )
            for number, (pre, post) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1)))
        ]  # fmt: skip


def signed_population(as_couples: bool) -> type[TernaryPopulation] | type[CouplePopulation]:
    """The realisation of ternary output: couples, or their fast form."""
    return CouplePopulation if truth_value(as_couples, "as_couples") else TernaryPopulation
