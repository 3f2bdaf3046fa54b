"""Populations with ternary output for stage 2: one group, couples of two, or pairs with traces.

`TernaryPopulation` is one group of ternary neurons (eq. 6). `CouplePopulation` is two groups of
common integrate-and-fire neurons with opposite inputs, and the synapses through which each one
resets the other (section 4.1). Both answer to the same few methods, and spike for spike alike.
`TracePopulation` is two groups of SpikeGrad's neurons with opposite inputs
(`equations.trace_pair`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from brian2.core.base import BrianObject
from numpy.typing import NDArray

from equations import BACKWARD, NeuronModel, TernaryCouple, TracePair, plasticity, ternary
from equations.propagation import (
    BACKWARD_NEGATED,
    BACKWARD_OPPOSITE_SIGN,
    BACKWARD_SAME_SIGN,
)
from equations.ternary_couple import CROSS_RESET, OUTPUT
from networks.architecture import Layer
from networks.arrays import truth_value
from networks.connections import Connection, OneToOne
from networks.populations.neurons import state, write
from networks.populations.operations import Pathway
from networks.populations.population import Build, Population
from networks.precision import span_in
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

    @property
    def inner_pathways(self) -> Iterator[Pathway]:
        """Synapses that stay within the layer."""
        yield from ()

    def send(self, mask: Array | NDArray[np.bool_], span_ratio: float) -> None:
        """Write what outgoing spikes are multiplied with.

        Parameters
        ----------
        mask : array, shape (samples, *layer.shape)
            m of this layer.
        span_ratio : float
            (V_th^b - u_rest^b) / (V_th - u_rest).
        """
        for group in self.groups.values():
            write(group, "mask", self.layer.shape, mask, len(mask))
            group.variables["span_ratio"].set_value(span_ratio)

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


class TwoSidedPopulation(SignedPopulation):
    """Two groups with opposite inputs, whose difference is the output."""

    #: What a spike does to the same side of its target, and to the other one.
    on_pre: ClassVar[tuple[str, str]]

    def __init__(self, layer: Layer, neuron: NeuronModel, build: Build) -> None:
        super().__init__(layer, neuron, build)
        for sign, side in ((1, "positive"), (-1, "negative")):
            self._add_group(sign, f"{layer.name}_{side}")

    def spike_count(self) -> Array:
        positive, negative = (
            state(self.groups[sign], "spike_count", self.layer.shape) for sign in (1, -1)
        )
        return positive - negative

    def connect_from(
        self, source: Population, connection: Connection, name: str
    ) -> list[SynapsesObject]:
        same, other = self.on_pre
        return [
            self._synapses(
                source.groups[pre], self.groups[post], connection, same if pre == post else other,
                f"{name}_synapses_{number}", transposed=True,
            )
            for number, (pre, post) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1)))
        ]  # fmt: skip


class TracePopulation(TwoSidedPopulation):
    """Two groups of ternary neurons with traces."""

    teaching: ClassVar = {1: plasticity.SIGNED, -1: plasticity.SIGNED_NEGATED}
    on_pre: ClassVar = (BACKWARD.on_pre, BACKWARD_NEGATED)

    def __init__(self, layer: Layer, pair: TracePair, build: Build) -> None:
        super().__init__(layer, pair.neuron, build)


class CouplePopulation(TwoSidedPopulation):
    """Two groups of IF neurons, cross-coupled."""

    teaching: ClassVar = {1: plasticity.POSITIVE, -1: plasticity.NEGATIVE}
    on_pre: ClassVar = (BACKWARD_SAME_SIGN, BACKWARD_OPPOSITE_SIGN)

    def __init__(self, layer: Layer, couple: TernaryCouple, build: Build) -> None:
        super().__init__(layer, couple.neuron, build)
        span = span_in(build.dtype, couple.v_threshold, couple.v_rest)
        reset = OneToOne(layer.shape, layer.shape, span)
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
        if self._has_output:
            return state(self.groups[1], "spike_count", self.layer.shape)
        return super().spike_count()

    @property
    def inner_pathways(self) -> Iterator[Pathway]:
        """The mutual resets, which every spike makes, masked or not, and the common output."""
        for synapses in self.coupling:
            yield Pathway(
                f"{self.layer.name}.couple", synapses.source, self.layer.shape,
                synapses.connection.fan_out,
            )  # fmt: skip

    @property
    def objects(self) -> list[BrianObject]:
        return [*super().objects, *self.coupling]


#: What stage 2 may consist of: couples (or their fast form), or pairs of neurons with traces.
SignedNeurons = TernaryCouple | TracePair


def signed_populations(
    neurons: SignedNeurons, layers: Sequence[Layer], build: Build, couple: bool
) -> dict[str, SignedPopulation]:
    """The populations of stage 2 by layer.

    Parameters
    ----------
    neurons : TernaryCouple or TracePair
    layers : sequence of Layer
    build : Build
    couple : bool
        Of ternary couples, whether they are two populations, not their fast form.
    """
    if isinstance(neurons, TracePair):
        return {layer.name: TracePopulation(layer, neurons, build) for layer in layers}
    kind = CouplePopulation if couple else TernaryPopulation
    return {layer.name: kind(layer, neurons, build) for layer in layers}


def simulated_as_couples(neurons: SignedNeurons, couple: bool | None, device_prefers: bool) -> bool:
    """Whether stage 2 is of couples, as asked for, or else as the device prefers.

    Raises
    ------
    ValueError
        If this is no truth value, or the neurons have traces, of which there are no couples.
    """
    if couple is None:
        return device_prefers
    if truth_value(couple, "couple") and isinstance(neurons, TracePair):
        raise ValueError(
            "couples reset each other, and neurons with traces do not: leave couple out, or use "
            "the backward neuron 'ternary'"
        )
    return couple
