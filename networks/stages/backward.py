"""Stage 2 (Algorithm 2): ternary couples solve the implicit differentiation with spikes.

The output gradient g is the current of the last layer. Spikes run along the transposed
connections, from layer N down to layer 1 within a step, and back from layer 1 to layer N in the
next one (eq. 10). Theorems 1 and 2: their average rates beta approach the solution of eq. 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import ArrayLike, NDArray

from equations import TernaryCouple, average_rate_weight
from networks.architecture import Architecture
from networks.arrays import numbers, truth_value, whole_number
from networks.checks import (
    check_build,
    check_dropout,
    check_masks,
    check_output_gradient,
    check_precision,
    check_rescale,
    typed_dropout,
    typed_masks,
    written,
)
from networks.devices import Backend, DeviceName, PropagationChoice, SynapsesChoice, choose
from networks.populations.neurons import dropout_values
from networks.populations.potentials import check_potentials
from networks.populations.ternary import (
    Build,
    CouplePopulation,
    SignedPopulation,
    TernaryPopulation,
)
from networks.schedule import make_schedule
from networks.stages.wiring import FEEDBACK, Masks, incoming
from networks.weights import Weights

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
    """

    beta: dict[str, Array]
    firing_rates: dict[str, float]


class BackwardNetwork:
    """The network of stage 2, built once and run many times.

    Parameters
    ----------
    architecture : Architecture
    couple : TernaryCouple
        Threshold, resting potential and leak of the couples.
    batch_size : int
        Number of samples simulated side by side.
    as_couples : bool, optional
        Whether to simulate couples of two IF populations instead of one ternary population. Both
        give the same spikes; the single population is faster. By default couples on GeNN, one
        population elsewhere.
    synapses : {"auto", "shared", "explicit"}
        Realisation of the synapses; "auto" is the first that the device offers.
    dtype : {"float32", "float64"}
        Precision of all state variables and weights.
    device : {"runtime", "cpp_standalone", "genn"}
        Where Brian2 runs: in this process, or as a program that is compiled once and kept on
        disk (explicit synapses; no monitors).
    propagation : {"auto", "sequential", "synchronous"}
        When spikes arrive, see `networks.schedule`; "auto" is the first that the device offers.
    backend : {"cuda", "cpu"}
        What GeNN generates code for; other devices have no such choice.

    Raises
    ------
    ValueError
        For a batch size below 1, and for a dtype, device, synapses or propagation that do not
        exist or do not go together.
    CompilerNotFoundError
        Without a C++ compiler.

    Attributes
    ----------
    network : BrianNetwork
        The Brian2 network: add monitors to it with ``network.add``. Every run begins at time
        zero; a monitor goes on recording from run to run.
    """

    def __init__(
        self,
        architecture: Architecture,
        couple: TernaryCouple,
        batch_size: int,
        *,
        as_couples: bool | None = None,
        synapses: SynapsesChoice = "auto",
        dtype: str = "float32",
        device: DeviceName = "runtime",
        propagation: PropagationChoice = "auto",
        backend: Backend = "cuda",
    ) -> None:
        batch_size = check_build(batch_size, dtype)
        check_precision(couple.neuron, dtype)
        choice = choose(device, synapses, propagation, backend)
        self.architecture = architecture
        self.couple = couple
        self.batch_size = batch_size
        self._dtype = np.dtype(dtype)
        self._weights: Weights | None = None
        schedule = make_schedule(
            choice.propagation, [layer.name for layer in architecture.layers[::-1]]
        )
        self.simulator = choice.simulator("backward", schedule, batch_size)
        self.network = self.simulator.network
        build = Build(
            couple, self.simulator.copies, self.simulator.clock, choice.synapses, dtype,
            schedule.layers,
        )  # fmt: skip
        if as_couples is None:
            as_couples = device == "genn"
        as_couples = truth_value(as_couples, "as_couples")
        kind = CouplePopulation if as_couples else TernaryPopulation
        with self.simulator.building():
            self.populations: dict[str, SignedPopulation] = {
                layer.name: kind(layer, build) for layer in architecture.layers
            }
            # Against the arrows of stage 1: from the target of each connection to its source.
            self.synapses = {
                name: self.populations[source].connect_from(
                    self.populations[target], connection, build, name
                )
                for name, source, target, connection in incoming(architecture)
            }
        for layer in architecture.layers[:-1]:
            self.populations[layer.name].without_input()
        self.simulator.add(
            *(item for each in self.populations.values() for item in each.objects),
            *(item for objects in self.synapses.values() for item in objects),
        )

    def __getitem__(self, group: str) -> NeuronGroup:
        """The group ``layer1``; of couples ``layer1_positive`` and ``layer1_negative``."""
        for each in self.populations.values():
            for candidate in each.groups.values():
                if candidate.name == group:
                    return candidate
        raise KeyError(group)

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

    def set_parameters(self, parameters: Mapping[str, ArrayLike]) -> None:
        """Copy the weights, and write them into the transposed synapses.

        Parameters
        ----------
        parameters : dict of array
            Named and shaped as `Architecture.parameter_shapes` says.

        Raises
        ------
        ValueError
            If they do not fit the architecture or are not finite in the network's precision.
        """
        weights = Weights.of(self.architecture, parameters, self._dtype)
        for name, _, _, connection in incoming(self.architecture):
            for synapses in self.synapses[name]:
                synapses.set_weight(weights.kernel(name, connection))
        self._weights = weights

    def run(
        self,
        output_gradient: ArrayLike,
        masks: Mapping[str, ArrayLike],
        steps: int,
        *,
        rescale: float,
        dropout_masks: Masks | None = None,
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
        profile : bool
            Whether to keep Brian2's profile of the run in ``network.profiling_info``.

        Returns
        -------
        BackwardRates

        Raises
        ------
        ValueError
            If gradient or masks do not fit or are not finite, or `steps` is below 1.
        NotFiniteError
            If a potential becomes NaN or infinite.
        KeyboardInterrupt
            If the run was interrupted.
        """
        steps = whole_number(steps, "the number of steps")
        written(self._weights)
        output_gradient = numbers(output_gradient, self._dtype, "the values of the output gradient")
        masks = typed_masks(masks, self._dtype)
        samples = check_output_gradient(self.architecture, output_gradient, self.batch_size)
        check_masks(self.architecture, masks, samples)
        dropout = typed_dropout(dropout_masks, self._dtype)
        check_dropout(self.architecture, dropout, samples)
        span = self.couple.span
        rescale = check_rescale(rescale, span, self._dtype)

        def simulate(steps: int, profile: bool = False) -> None:
            for number, layer in enumerate(self.architecture.layers):
                # Layer 1 sends along the transposed feedback, layer l > 1 along its own connection.
                mask = dropout.get(layer.name if number else FEEDBACK)
                if mask is not None:
                    mask = dropout_values(mask, layer.shape)
                self.populations[layer.name].rest(masks[layer.name], mask, span * rescale, steps)
            self.populations[self.architecture.output.name].inject(output_gradient)
            total = steps + self.simulator.schedule.extra_steps
            self.simulator.run(total, samples, profile=profile)

        simulate(steps, profile)
        groups = [g for each in self.populations.values() for g in each.groups.values()]
        check_potentials({group.name: group for group in groups[::-1]}, 2, steps, simulate)
        weight = average_rate_weight(self.couple.leak, steps, self._dtype)
        rates = BackwardRates({}, {})
        for name, each in self.populations.items():
            rates.firing_rates[name] = each.activity(samples) / (steps * samples * each.layer.units)
            rates.beta[name] = span * each.spike_count()[:samples] / weight
        return rates
