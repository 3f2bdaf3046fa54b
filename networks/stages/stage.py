"""What both stages are: a network of populations, built once and run many times."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from brian2.core.base import BrianObject
from numpy.typing import ArrayLike, NDArray

from equations import NeuronModel, average_rate_weight
from networks.architecture import Architecture
from networks.arrays import whole_number
from networks.brian.code_generation import require_compiler
from networks.brian.network import BrianNetwork
from networks.checks import written
from networks.devices import simulator_class
from networks.populations.neurons import UncheckedGroup
from networks.populations.operations import OperationCounter
from networks.populations.population import Build, Population
from networks.precision import check_precision
from networks.schedule import make_schedule
from networks.simulation import Simulation, SimulationOptions
from networks.synapses import SynapsesObject
from networks.turns import InTurn, in_turn
from networks.weights import Weights
from networks.wiring import incoming

Array = NDArray[np.floating]


def asked_for(simulation: Simulation | None, options: SimulationOptions) -> Simulation:
    """What a network is asked for by hand.

    Raises
    ------
    ValueError
        As for `Simulation.of`, and for several threads. (A trainer has a network for each thread,
        and gives all of them its own record.)
    """
    asked = Simulation.of(simulation, options)
    if "threads" in options and asked.threads > 1:
        raise ValueError(
            f"threads is {asked.threads}, and a network runs in one: leave threads out, or use "
            "TwoStageTrainer, which has a network for each thread"
        )
    return asked


class Stage(InTurn, ABC):
    """A network on one device: populations by layer, synapses by connection, the weights in them.

    Threads that use one at the same time wait for each other.

    Parameters
    ----------
    architecture : Architecture
    neuron : NeuronModel
        What every group consists of.
    batch_size : int
        Number of samples simulated side by side.
    simulation : Simulation
    order : sequence of str
        The layers in the order in which spikes pass through them.

    Raises
    ------
    ValueError
        For a batch size below 1, a neuron that the precision cannot hold, and while Brian2's device
        is not that of this process.
    CompilerNotFoundError
        Without a C++ compiler.

    Attributes
    ----------
    network : BrianNetwork
        The Brian2 network: add monitors to it with ``network.add``. Every run begins at time
        zero; a monitor goes on recording from run to run.
    """

    #: ``forward`` or ``backward``.
    name: ClassVar[str]

    def __init__(
        self,
        architecture: Architecture,
        neuron: NeuronModel,
        batch_size: int,
        simulation: Simulation,
        order: Sequence[str],
    ) -> None:
        super().__init__()
        self.batch_size = whole_number(batch_size, "the batch size")
        require_compiler()
        check_precision(neuron, simulation.dtype)
        self.architecture = architecture
        self.neuron = neuron
        self.simulation = simulation
        self.dtype = np.dtype(simulation.dtype)
        realised = simulation.realised
        schedule = make_schedule(realised.propagation, order)
        self.simulator = simulator_class(simulation)(self.name, schedule, self.batch_size)
        self.build = Build(
            self.simulator.copies,
            self.simulator.clock,
            realised.synapses,
            simulation.dtype,
            schedule.layers,
            simulation.learning == "spikes",
        )
        self.populations: Mapping[str, Population] = {}
        self.synapses: dict[str, list[SynapsesObject]] = {}
        self._weights: Weights | None = None
        self._counter = OperationCounter(())

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} '{self.architecture.notation}', batch {self.batch_size}, "
            f"{self.simulation.device}, {self.dtype}>"
        )

    def __getitem__(self, group: str) -> UncheckedGroup:
        """The neurons of a layer: ``layer1``; of couples ``layer1_positive``, ``layer1_negative``.

        Raises
        ------
        KeyError
            If there is no such group.
        """
        groups = self.groups
        if group not in groups:
            raise KeyError(f"there is no group '{group}': there are {', '.join(groups)}")
        return groups[group]

    @property
    def groups(self) -> dict[str, UncheckedGroup]:
        """All groups of neurons by name, from layer 1 on."""
        populations = self.populations.values()
        return {group.name: group for each in populations for group in each.groups.values()}

    def window(self, group: str, steps: int) -> slice:
        """Where the steps of a group lie among those of a run, which a pipeline makes longer.

        Parameters
        ----------
        group : str
        steps : int
            T_F or T_B.

        Raises
        ------
        KeyError
            If there is no such group.
        """
        whose = self[group]
        for layer, each in self.populations.items():
            if any(whose is member for member in each.groups.values()):
                first = self.simulator.schedule.layers[layer].delay or 0
                return slice(first, first + steps)
        raise KeyError(f"'{group}' belongs to no layer")

    @property
    def network(self) -> BrianNetwork:
        """The Brian2 network."""
        return self.simulator.network

    @property
    def weights(self) -> Weights:
        """What is in the synapses, to read; `set_parameters` writes others.

        Raises
        ------
        ValueError
            If nothing has been written yet.
        """
        return written(self._weights)

    @property
    def pathways(self) -> Mapping[str, int]:
        """Where synaptic operations are counted, and the synapses of one sample there.

        The connections by name, and what else spikes reach.
        """
        return self._counter.synapses

    @in_turn
    def prepare(self) -> None:
        """Compile now what the first run would compile.

        Raises
        ------
        DeviceError
            If it does not compile.
        """
        self.simulator.prepare()

    def stop(self) -> None:
        """Interrupt a run that is going on in another thread."""
        self.simulator.stop()

    @in_turn
    def set_parameters(self, parameters: Mapping[str, ArrayLike]) -> None:
        """Copy weights and biases, and write the weights into the synapses.

        Parameters
        ----------
        parameters : dict of array
            Named and shaped as `Architecture.parameter_shapes` says.

        Raises
        ------
        ValueError
            If they do not fit the architecture or are not finite in the network's precision.
        """
        weights = Weights.of(self.architecture, parameters, self.dtype)
        self._weights = None  # an interruption leaves some of either
        for each in incoming(self.architecture):
            for synapses in self.synapses[each.name]:
                synapses.set_weight(weights.kernel(each.name, each.connection))
        self._weights = weights

    def _read(
        self, samples: int, steps: int, leak: float, span: float = 1.0, *, count: bool = False
    ) -> tuple[dict[str, Array], dict[str, float], dict[str, float]]:
        """Average rates, times `span`, share of neurons that fired per step, and operations."""
        weight = average_rate_weight(leak, steps, self.dtype)
        rates: dict[str, Array] = {}
        firing: dict[str, float] = {}
        for name, each in self.populations.items():  # all of a layer while it is in the cache
            firing[name] = each.activity(samples) / (steps * samples * each.layer.units)
            counted = each.spike_count()[:samples]
            rates[name] = (counted if span == 1 else span * counted) / weight
        return rates, firing, self._counter.count(samples) if count else {}

    def _put_into_network(self, *others: BrianObject) -> None:
        """Hand all objects over to the device: populations, synapses and others."""
        self.simulator.add(
            *(item for each in self.populations.values() for item in each.objects),
            *(item for objects in self.synapses.values() for item in objects),
            *others,
        )
        for group in self.groups.values():
            group.stage_device = self.simulation.device
            if not self.simulation.facts.compiles_programs:
                group.stage_network = self.network
