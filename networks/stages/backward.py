"""Stage 2 (Algorithm 2): ternary couples solve the implicit differentiation with spikes.

The output gradient g is the current of the last layer. Spikes run along the transposed
connections, from layer N down to layer 1 within a step, and back from layer 1 to layer N in the
next one (eq. 10). Theorems 1 and 2: their average rates beta approach the solution of eq. 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Unpack, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from networks.architecture import Architecture
from networks.arrays import numbers, real_number, whole_number
from networks.checks import (
    check_architecture,
    check_dropout,
    check_kind,
    check_masks,
    check_output_gradient,
    typed_dropout,
    typed_masks,
)
from networks.populations.operations import OperationCounter, Pathway
from networks.populations.potentials import check_potentials
from networks.populations.ternary import (
    SignedNeurons,
    SignedPopulation,
    signed_populations,
    simulated_as_couples,
)
from networks.precision import check_rescale
from networks.simulation import Simulation, SimulationOptions
from networks.stages.learning import Learning, Stage1Rates
from networks.stages.stage import Stage, asked_for
from networks.turns import in_turn
from networks.wiring import FEEDBACK, Masks, incoming

Array = NDArray[np.floating]


@dataclass(frozen=True)
class BackwardRates:
    """What stage 2 gives.

    Parameters
    ----------
    beta : dict of array
        Signed rates by layer, times V_th^b - u_rest^b (section 4.2), shape
        (samples, *layer.shape).
    firing_rates : dict of float
        Share of neurons that fire per step, spikes of both signs counted, by layer.
    gradients : dict of array
        What the spikes have taught, by parameter name, of all parameters but the readout's;
        empty if the network learns from rates.
    operations : dict of float
        Synaptic operations of all samples: by connection, against which the spikes run; of couples
        also ``layer1.couple``, ...; and ``layer1.weight.learning``, ... where spikes teach. Empty
        if they were not counted.
    """

    beta: dict[str, Array]
    firing_rates: dict[str, float]
    gradients: dict[str, Array] = field(default_factory=dict)
    operations: dict[str, float] = field(default_factory=dict)


class BackwardNetwork(Stage):
    """The network of stage 2, built once and run many times.

    Parameters
    ----------
    architecture : Architecture
    neurons : TernaryCouple or TracePair
        What it consists of, with threshold, resting potential and leak.
    batch_size : int
        Number of samples simulated side by side.
    simulation : Simulation, optional
    couple : bool, optional
        Whether to simulate couples of two IF populations instead of one ternary population. Both
        give the same spikes; the single population is faster. By default what the device prefers:
        couples on GeNN, one population elsewhere. Of neurons with traces there are no couples.
    **options
        Fields of `Simulation` to change, such as ``dtype="float64"``.

    Raises
    ------
    ValueError
        For a batch size below 1, and for options that do not exist or do not go together.
    CompilerNotFoundError
        Without a C++ compiler.
    """

    name = "backward"

    def __init__(
        self,
        architecture: Architecture,
        neurons: SignedNeurons,
        batch_size: int,
        simulation: Simulation | None = None,
        *,
        couple: bool | None = None,
        **options: Unpack[SimulationOptions],
    ) -> None:
        check_architecture(architecture)
        remedy = "such as TernaryCouple(v_threshold, v_rest)"
        check_kind(neurons, get_args(SignedNeurons), "the neurons of stage 2", remedy)
        for name in ("v_threshold", "v_rest", "leak"):
            real_number(getattr(neurons, name), f"{name} of the neurons of stage 2")
        super().__init__(
            architecture,
            neurons.neuron,
            batch_size,
            asked_for(simulation, options),
            [layer.name for layer in architecture.layers[::-1]],
        )
        self.neurons = neurons
        couples = simulated_as_couples(neurons, couple, self.simulation.facts.couples)
        self.populations: Mapping[str, SignedPopulation]
        with self.simulator.building():
            self.populations = signed_populations(neurons, architecture.layers, self.build, couples)
            # Against the arrows of stage 1: from the target of each connection to its source.
            self.synapses = {
                name: self.populations[source].connect_from(
                    self.populations[target], connection, name
                )
                for name, source, target, connection in incoming(architecture)
            }
            self.learning = (
                Learning(architecture, self.populations, neurons, self.build)
                if self.build.learns
                else None
            )
        for layer in architecture.layers[:-1]:
            self.populations[layer.name].without_input()
        teaching = self.learning.pathways if self.learning else ()
        self._counter = OperationCounter([*self._sending(), *teaching])
        self._put_into_network(*(self.learning.objects if self.learning else ()))

    @in_turn
    def run(
        self,
        output_gradient: ArrayLike,
        masks: Mapping[str, ArrayLike],
        steps: int,
        *,
        rescale: float,
        dropout_masks: Masks | None = None,
        learn_from: Stage1Rates | None = None,
        count: bool = False,
        profile: bool = False,
    ) -> BackwardRates:
        """Run stage 2 from rest.

        Parameters
        ----------
        output_gradient : array, shape (samples, *shape of the last layer)
            g, the gradient of the scaled loss with respect to alpha of the last layer.
        masks : dict of array
            ``m = (0 < alpha < 1)`` of each layer, shape (samples, *layer.shape).
        steps : int
            T_B.
        rescale : float
            1/(V_th - u_rest) of stage 1.
        dropout_masks : dict of array, optional
            Those of stage 1.
        learn_from : Stage1Rates, optional
            What a network that learns from spikes needs to know of stage 1.
        count : bool
            Whether to count synaptic operations, which takes about 1 % of a run's time.
        profile : bool
            Whether to keep Brian2's profile of the run in ``network.profiling_info``.

        Returns
        -------
        BackwardRates

        Raises
        ------
        ValueError
            If gradient or masks do not fit or are not finite, `steps` is below 1, or a network
            that learns from spikes is not told of stage 1 (and another one is).
        NotFiniteError
            If a potential becomes NaN or infinite.
        KeyboardInterrupt
            If the run was interrupted.
        """
        steps = whole_number(steps, "the number of steps")
        _ = self.weights
        output_gradient = numbers(output_gradient, self.dtype, "the values of the output gradient")
        masks = typed_masks(masks, self.dtype)
        samples = check_output_gradient(self.architecture, output_gradient, self.batch_size)
        check_masks(self.architecture, masks, samples)
        dropout = typed_dropout(dropout_masks, self.dtype)
        check_dropout(self.architecture, dropout, samples)
        span = self.neurons.span
        rescale = check_rescale(rescale, span, self.dtype)
        if self.learning is not None:
            self.learning.begin(learn_from, samples, steps, rescale)
        elif learn_from is not None:
            raise ValueError("this network learns from rates: build it with learning='spikes'")

        def simulate(steps: int, profile: bool = False) -> None:
            for number, layer in enumerate(self.architecture.layers):
                population = self.populations[layer.name]
                # Layer 1 sends along the transposed feedback, layer l > 1 along its own connection.
                population.rest(dropout.get(layer.name if number else FEEDBACK), steps)
                population.send(masks[layer.name], span * rescale)
            self.populations[self.architecture.output.name].inject(output_gradient, samples)
            total = steps + self.simulator.schedule.extra_steps
            self.simulator.run(total, samples, profile=profile)

        simulate(steps, profile)
        check_potentials(dict(reversed(self.groups.items())), 2, steps, samples, simulate)
        taught = {} if self.learning is None else self.learning.gradients()
        beta, firing_rates, operations = self._read(
            samples, steps, self.neurons.leak, span, count=count
        )
        return BackwardRates(beta, firing_rates, taught, operations)

    def _sending(self) -> Iterator[Pathway]:
        """The synapses that carry spikes: those of each connection, and those within couples."""
        for each in incoming(self.architecture):
            for synapses in self.synapses[each.name]:
                yield Pathway(
                    each.name, synapses.source, each.connection.target_shape,
                    each.connection.fan_in, ("mask", "dropout"),
                )  # fmt: skip
        for population in self.populations.values():
            yield from population.inner_pathways
