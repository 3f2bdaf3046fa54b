"""Stage 2 without synapses: every layer of ternary neurons has a current of its own.

What direct feedback alignment needs (Nokland 2016): the error does not pass from layer to layer.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from networks.architecture import Architecture
from networks.arrays import by_name, numbers, whole_number
from networks.checks import check_currents
from networks.populations.operations import OperationCounter
from networks.populations.potentials import check_potentials
from networks.populations.ternary import (
    SignedNeurons,
    SignedPopulation,
    signed_populations,
    simulated_as_couples,
)
from networks.simulation import Simulation
from networks.stages.backward import BackwardRates
from networks.stages.stage import Stage
from networks.turns import in_turn
from networks.weights import Weights

Array = NDArray[np.floating]


class DirectNetwork(Stage):
    """Ternary neurons with a current each, built once and run many times.

    Parameters
    ----------
    architecture : Architecture
    neurons : TernaryCouple or TracePair
        What it consists of, with threshold, resting potential and leak.
    batch_size : int
        Number of samples simulated side by side.
    simulation : Simulation
    couple : bool, optional
        Whether to simulate couples of two IF populations; by default what the device prefers.

    Raises
    ------
    ValueError
        For a batch size below 1, and for options that do not go together.
    CompilerNotFoundError
        Without a C++ compiler.
    """

    name = "backward"

    def __init__(
        self,
        architecture: Architecture,
        neurons: SignedNeurons,
        batch_size: int,
        simulation: Simulation,
        *,
        couple: bool | None = None,
    ) -> None:
        layers = [layer.name for layer in architecture.layers]
        super().__init__(architecture, neurons.neuron, batch_size, simulation, layers)
        self.neurons = neurons
        couples = simulated_as_couples(neurons, couple, simulation.facts.couples)
        self.populations: Mapping[str, SignedPopulation]
        with self.simulator.building():
            self.populations = signed_populations(neurons, architecture.layers, self.build, couples)
        self._counter = OperationCounter(
            [each for population in self.populations.values() for each in population.inner_pathways]
        )
        self._put_into_network()

    @in_turn
    def set_parameters(self, parameters: Mapping[str, ArrayLike]) -> None:
        """Check and copy them; there are no synapses to write them into.

        Raises
        ------
        ValueError
            If they do not fit the architecture or are not finite.
        """
        self._weights = Weights.of(self.architecture, parameters, self.dtype)

    @in_turn
    def run(
        self, currents: Mapping[str, ArrayLike], steps: int, *, count: bool = False
    ) -> BackwardRates:
        """Run from rest.

        Parameters
        ----------
        currents : dict of array
            g_l of each layer, shape (samples, *layer.shape).
        steps : int
            T_B.
        count : bool
            Whether to count synaptic operations: those within couples, there are no others.

        Raises
        ------
        ValueError
            If a current is missing, does not fit or is not finite, or `steps` is below 1.
        NotFiniteError
            If a potential becomes NaN or infinite.
        KeyboardInterrupt
            If the run was interrupted.
        """
        steps = whole_number(steps, "the number of steps")
        given = {
            name: numbers(current, self.dtype, f"the values of the current of '{name}'")
            for name, current in by_name(currents, "the currents").items()
        }
        samples = check_currents(self.architecture, given, self.batch_size)

        def simulate(steps: int) -> None:
            for name, population in self.populations.items():
                population.rest(None, steps)
                population.inject(given[name], samples)
            self.simulator.run(steps + self.simulator.schedule.extra_steps, samples)

        simulate(steps)
        check_potentials(self.groups, 2, steps, samples, simulate)
        beta, firing_rates, operations = self._read(
            samples, steps, self.neurons.leak, self.neurons.span, count=count
        )
        return BackwardRates(beta, firing_rates, operations=operations)
