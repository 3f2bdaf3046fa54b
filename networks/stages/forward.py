"""Stage 1 (Algorithm 1): a feedback network of integrate-and-fire neurons.

The input is a current, constant or one per step (frames). Spikes pass from layer to layer within
a step; the feedback from the last layer reaches the first one in the next step (eq. 3). Averaged
over T_F steps, the spikes approach the network's equilibrium (section 3.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import ArrayLike, NDArray

from equations import FORWARD, NeuronModel, average_rate_weight
from networks.architecture import Architecture, Layer
from networks.arrays import for_torch, numbers, whole_number
from networks.checks import (
    check_build,
    check_dropout,
    check_images,
    check_precision,
    typed_dropout,
    written,
)
from networks.devices import Backend, DeviceName, PropagationChoice, SynapsesChoice, choose
from networks.populations.neurons import (
    count_spikes,
    dropout_values,
    population,
    put_to_rest,
    state,
    write,
)
from networks.populations.own_neurons import check_neuron, values_at_rest
from networks.populations.potentials import check_potentials
from networks.schedule import make_schedule
from networks.stages.currents import bias_current, input_current
from networks.stages.wiring import (
    FEEDBACK,
    Masks,
    incoming,
    open_window,
    synapses_class,
)
from networks.weights import Weights

Array = NDArray[np.floating]


@dataclass(frozen=True)
class ForwardRates:
    """What stage 1 gives.

    Parameters
    ----------
    alpha : dict of array
        Average rates by layer, shape (samples, *layer.shape); leak-weighted for leaky neurons.
    firing_rates : dict of float
        Share of neurons that fire per step, by layer.
    """

    alpha: dict[str, Array]
    firing_rates: dict[str, float]


class ForwardNetwork:
    """The network of stage 1, built once and run many times.

    Parameters
    ----------
    architecture : Architecture
    neuron : NeuronModel
        The neuron of every layer, `integrate_and_fire`, `leaky_integrate_and_fire` or your own.
    batch_size : int
        Number of samples simulated side by side.
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
        For a batch size below 1, for a dtype, device, synapses or propagation that do not
        exist or do not go together, and for a neuron that cannot be simulated.
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
        neuron: NeuronModel,
        batch_size: int,
        *,
        synapses: SynapsesChoice = "auto",
        dtype: str = "float32",
        device: DeviceName = "runtime",
        propagation: PropagationChoice = "auto",
        backend: Backend = "cuda",
    ) -> None:
        batch_size = check_build(batch_size, dtype)
        check_neuron(neuron)
        check_precision(neuron, dtype)
        choice = choose(device, synapses, propagation, backend)
        self.architecture = architecture
        self.neuron = neuron
        self.batch_size = batch_size
        self._dtype = np.dtype(dtype)
        schedule = make_schedule(choice.propagation, [layer.name for layer in architecture.layers])
        self.simulator = choice.simulator("forward", schedule, batch_size)
        self.network = self.simulator.network
        with self.simulator.building():
            self.groups = {
                layer.name: population(
                    neuron, layer.shape, self.simulator.copies,
                    variables=FORWARD.neuron_variables, name=layer.name,
                    slots=schedule.layers[layer.name], clock=self.simulator.clock, dtype=dtype,
                )
                for layer in architecture.layers
            }  # fmt: skip
            self.synapses = {
                name: synapses_class(choice.synapses)(
                    self.groups[source], self.groups[target], connection, FORWARD.on_pre,
                    batch_size=self.simulator.copies, name=f"{name}_synapses",
                    when=schedule.layers[target].synapses,
                )
                for name, source, target, connection in incoming(architecture)
            }  # fmt: skip
        self._at_rest = values_at_rest(neuron)
        self._weights: Weights | None = None
        self.simulator.add(*self.groups.values(), *self.synapses.values())
        self.simulator.drive(self.groups[architecture.layers[0].name])

    def __getitem__(self, layer: str) -> NeuronGroup:
        """The population of a layer: ``layer1``, ``layer2``, ..."""
        return self.groups[layer]

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
        """Copy weights and biases, and write them into the synapses and neurons.

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
            self.synapses[name].set_weight(weights.kernel(name, connection))
        self._weights = weights

    def run(
        self,
        images: ArrayLike,
        steps: int,
        dropout_masks: Masks | None = None,
        *,
        profile: bool = False,
    ) -> ForwardRates:
        """Run stage 1 from rest.

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (steps, samples, *input_shape)
            Constant input or one frame per step; at most `batch_size` samples.
        steps : int
            T_F.
        dropout_masks : dict of array, optional
            Masks of the connections into ``layer1``, ... and of ``feedback``, scaled by
            1/(1 - rate): one value per sample and neuron, (samples, *layer.shape), or per sample
            and channel, (samples, channels) and then ones. Missing ones are 1.
        profile : bool
            Whether to keep Brian2's profile of the run in ``network.profiling_info``.

        Returns
        -------
        ForwardRates

        Raises
        ------
        ValueError
            If images or masks do not fit or are not finite, or `steps` is below 1.
        NotFiniteError
            If a potential becomes NaN or infinite.
        KeyboardInterrupt
            If the run was interrupted.
        """
        steps = whole_number(steps, "the number of steps")
        weights = written(self._weights)
        images = for_torch(numbers(images, self._dtype, "the images"))
        samples = check_images(self.architecture, images, steps, self.batch_size)
        masks = typed_dropout(dropout_masks, self._dtype)
        check_dropout(self.architecture, masks, samples)

        def simulate(steps: int, profile: bool = False) -> None:
            self._simulate(weights, images, steps, samples, masks, profile)

        simulate(steps, profile)
        check_potentials(self.groups, 1, steps, simulate)
        weight = average_rate_weight(self.neuron.leak, steps, self._dtype)
        rates = ForwardRates({}, {})
        for layer in self.architecture.layers:  # all of a layer while it is in the cache
            group = self.groups[layer.name]
            fired = count_spikes(group, layer.shape, samples)
            rates.firing_rates[layer.name] = fired / (steps * samples * layer.units)
            rates.alpha[layer.name] = state(group, "spike_count", layer.shape)[:samples] / weight
        return rates

    def _simulate(
        self,
        weights: Weights,
        images: Array,
        steps: int,
        samples: int,
        masks: Mapping[str, Array],
        profile: bool,
    ) -> None:
        """Run so many steps, from rest."""
        first, *others = self.architecture.layers
        self._rest(first, masks.get(FEEDBACK), steps)
        for layer in others:
            mask = masks.get(layer.name)
            self._rest(layer, mask, steps)
            self._inject(layer, bias_current(layer, weights, mask), samples)

        def inject(x: Array) -> None:
            current = input_current(first, weights, x, masks.get(first.name))
            self._inject(first, current, samples)

        def inject_frame(step: int) -> None:
            # While later layers of a pipeline finish, the first one's window is closed.
            inject(images[min(step, steps - 1)])

        frames = self.architecture.has_frames(images)
        if not frames:
            inject(images)
        self.simulator.run(
            steps + self.simulator.schedule.extra_steps,
            samples,
            write_frame=inject_frame if frames else None,
            profile=profile,
        )

    def _rest(self, layer: Layer, mask: Array | None, steps: int) -> None:
        """Put a layer to rest, for so many steps, and mask the spikes that it receives."""
        group = self.groups[layer.name]
        put_to_rest(group, self._at_rest)
        open_window(group, steps)
        if mask is None:
            group.variables["dropout"].get_value().fill(1)
        else:
            state(group, "dropout", layer.shape)[: len(mask)] = dropout_values(mask, layer.shape)

    def _inject(self, layer: Layer, current: Array | float, samples: int) -> None:
        write(self.groups[layer.name], "I", layer.shape, current, samples)
