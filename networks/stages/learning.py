"""Learning inside stage 2: every spike teaches the synapses that it runs along (section 4.2).

Beside the synapses that carry spikes from the couples of a layer to those below lie synapses that
learn: one set for each weight and bias, and for the feedback. Below layer 1 there are no couples,
so its synapses end at input units, which hold the input where couples hold ``alpha``. A spike
teaches in the step in which it is fired, so that those of the last step teach as well, though what
they send along the feedback would arrive after the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from brian2.core.base import BrianObject
from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import ArrayLike, NDArray

from equations import average_rate_weight, plasticity
from networks.architecture import Architecture, Layer
from networks.arrays import by_name, numbers
from networks.brian.code_generation import code_object_class
from networks.checks import check_kind
from networks.connections import Connection, OneToOne, Shape, units
from networks.populations.neurons import UncheckedGroup, write
from networks.populations.operations import Pathway
from networks.populations.population import Build
from networks.populations.ternary import SignedNeurons, SignedPopulation
from networks.synapses import PLASTIC, PlasticSynapsesObject
from networks.wiring import FEEDBACK

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Stage1Rates:
    """What the synapses of stage 2 need to know of stage 1.

    Parameters
    ----------
    x : array, shape (samples, *input_shape)
        The input, averaged over time if it came in frames.
    alpha : dict of array
        Rates by layer, shape (samples, *layer.shape).
    """

    x: ArrayLike
    alpha: Mapping[str, ArrayLike]


class Learning:
    """The learning synapses of a stage 2, for all parameters but those of the readout.

    Parameters
    ----------
    architecture : Architecture
    populations : dict of SignedPopulation
        Those of stage 2 by layer, built with ``Build.learns``.
    neurons : TernaryCouple or TracePair
        What they consist of.
    build : Build
        What they were built with.
    """

    def __init__(
        self,
        architecture: Architecture,
        populations: Mapping[str, SignedPopulation],
        neurons: SignedNeurons,
        build: Build,
    ) -> None:
        self._architecture = architecture
        self._populations = populations
        self._neurons = neurons
        self._build = build
        self.inputs = UncheckedGroup(
            build.batch_size * units(architecture.input_shape),
            plasticity.INPUT_UNIT,
            dtype=np.dtype(build.dtype),
            clock=build.clock,
            name="input",
            codeobj_class=code_object_class(),
        )
        #: By name of the parameter, one object for each side of a couple.
        self.synapses: dict[str, list[PlasticSynapsesObject]] = {}
        #: The same connections as `kernel` and `weight_of_kernel` need them.
        self._connections: dict[str, Connection] = {}
        below = self.inputs
        for layer in architecture.layers:
            if layer.connection.has_parameters:
                self._connections[f"{layer.name}.weight"] = layer.connection
                self._learn(f"{layer.name}.weight", layer, layer.connection, below)
                self._learn_bias(layer)
            below = self._keeper(layer)
        if architecture.feedback is not None:
            name = f"{FEEDBACK}.weight"
            self._connections[name] = architecture.feedback
            self._learn(name, architecture.layers[0], architecture.feedback, below)
        if neurons.leak < 1:
            for _, group in self._firing():
                group.run_regularly(plasticity.LESSON, when="start", name=f"{group.name}_lesson")

    @property
    def pathways(self) -> tuple[Pathway, ...]:
        """The synapses that learn; dropout is no part of what a spike teaches."""
        return tuple(
            Pathway(
                f"{parameter}.learning", each.source, each.connection.target_shape,
                each.connection.fan_in, ("mask",),
            )
            for parameter, several in self.synapses.items()
            for each in several
        )  # fmt: skip

    @property
    def objects(self) -> list[BrianObject]:
        """Everything that must be in the network beside the populations."""
        return [self.inputs, *(each for several in self.synapses.values() for each in several)]

    def begin(self, stage1: Stage1Rates | None, samples: int, steps: int, rescale: float) -> None:
        """Prepare for a run of stage 2.

        Parameters
        ----------
        stage1 : Stage1Rates or None
        samples : int
        steps : int
            T_B.
        rescale : float
            1/(V_th - u_rest) of stage 1.

        Raises
        ------
        ValueError
            If there are no rates, they are of another type, do not fit the architecture and the
            number of samples, or are not finite.
        """
        if stage1 is None:
            raise ValueError(
                "a network that learns from spikes needs the rates of stage 1: give learn_from"
            )
        check_kind(stage1, (Stage1Rates,), "learn_from", "Stage1Rates(x, rates.alpha) makes them")
        self._keep("input", self.inputs, self._architecture.input_shape, stage1.x, samples)
        alpha = by_name(stage1.alpha, "the rates of stage 1")
        for layer in self._architecture.layers:
            if layer.name not in alpha:
                raise ValueError(f"the rates of '{layer.name}' are missing: each layer needs them")
            kept = alpha[layer.name]
            self._keep(layer.name, self._keeper(layer), layer.shape, kept, samples)
        neurons = self._neurons
        total = average_rate_weight(neurons.leak, steps, self._build.dtype)
        gain = plasticity.lesson_gain(neurons.span, rescale, total)
        for name, group in self._firing():
            first = self._build.slots[name].delay or 0
            lesson = {
                "lesson": gain,
                "lesson_gain": gain,
                "lesson_leak": neurons.leak,
                "lesson_end": first + steps - 1,
            }
            for variable, value in lesson.items():
                group.variables[variable].set_value(value)
        for several in self.synapses.values():
            for each in several:
                each.forget()

    def gradients(self) -> dict[str, Array]:
        """What the spikes of the run have taught, by parameter name, summed over the batch."""
        kernels = {
            name: np.sum([each.gradient() for each in several], axis=0)
            for name, several in self.synapses.items()
        }
        return {
            name: self._connections[name].weight_of_kernel(kernel)
            if name in self._connections
            else kernel[0]  # a bias has one tap
            for name, kernel in kernels.items()
        }

    def _keep(
        self, name: str, group: NeuronGroup, shape: Shape, given: ArrayLike, samples: int
    ) -> None:
        rates: Array = numbers(given, self._build.dtype, f"the rates of '{name}'")
        if rates.shape != (samples, *shape):
            raise ValueError(
                f"the rates of '{name}' have shape {rates.shape}: it must be {(samples, *shape)}"
            )
        if not np.isfinite(rates).all():
            raise ValueError(f"the rates of '{name}' hold NaN or infinite values")
        write(group, "alpha", shape, rates, samples)

    def _keeper(self, layer: Layer) -> NeuronGroup:
        """Who keeps the rates of stage 1 of a layer: of a couple the positive side."""
        return self._populations[layer.name].groups[1]

    def _firing(self) -> Iterator[tuple[str, NeuronGroup]]:
        """All populations that teach, with the layer they belong to."""
        for name, population in self._populations.items():
            for group in population.groups.values():
                yield name, group

    def _learn(
        self, parameter: str, layer: Layer, connection: Connection, below: NeuronGroup
    ) -> None:
        population = self._populations[layer.name]
        self.synapses[parameter] = [
            self._synapses(parameter, layer, sign, below, connection, each.weight)
            for sign, each in population.teaching.items()
        ]

    def _learn_bias(self, layer: Layer) -> None:
        """One synapse per neuron from a unit that is always on, which need not be there."""
        population, parameter = self._populations[layer.name], f"{layer.name}.bias"
        own = OneToOne(layer.shape, layer.shape, 1.0)
        self.synapses[parameter] = [
            self._synapses(parameter, layer, sign, population.groups[sign], own, each.bias)
            for sign, each in population.teaching.items()
        ]

    def _synapses(
        self,
        parameter: str,
        layer: Layer,
        sign: int,
        below: NeuronGroup,
        connection: Connection,
        on_pre: str,
    ) -> PlasticSynapsesObject:
        group = self._populations[layer.name].groups[sign]
        side = {1: "", -1: "_negative"}[sign]
        return PLASTIC[self._build.synapses](
            group, below, connection, on_pre,
            batch_size=self._build.batch_size,
            name=f"{parameter.replace('.', '_')}_learning{side}",
            when=f"after_{self._build.slots[layer.name].resets}",
        )  # fmt: skip
