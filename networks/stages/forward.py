"""Stage 1 (Algorithm 1): a feedback network of integrate-and-fire neurons.

The input is a current, constant or one per step (frames). Spikes pass from layer to layer within
a step; the feedback from the last layer reaches the first one in the next step (eq. 3). Averaged
over T_F steps, the spikes approach the network's equilibrium (section 3.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equations import NeuronModel
from networks.architecture import Architecture
from networks.arrays import for_torch, numbers, whole_number
from networks.checks import (
    check_architecture,
    check_dropout,
    check_images,
    check_kind,
    typed_dropout,
)
from networks.populations.operations import OperationCounter, Pathway
from networks.populations.own_neurons import check_neuron
from networks.populations.population import SpikingPopulation
from networks.populations.potentials import check_potentials
from networks.simulation import Simulation, SimulationOptions
from networks.stages.currents import bias_current, input_current
from networks.stages.stage import Stage, asked_for
from networks.turns import in_turn
from networks.wiring import FEEDBACK, Masks, incoming

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
    operations : dict of float
        Synaptic operations of all samples by connection, ``layer2``, ..., ``feedback``; empty if
        they were not counted.
    """

    alpha: dict[str, Array]
    firing_rates: dict[str, float]
    operations: dict[str, float] = field(default_factory=dict)


class ForwardNetwork(Stage):
    """The network of stage 1, built once and run many times.

    Parameters
    ----------
    architecture : Architecture
    neuron : NeuronModel
        The neuron of every layer, `integrate_and_fire`, `leaky_integrate_and_fire` or your own.
    batch_size : int
        Number of samples simulated side by side.
    simulation : Simulation, optional
    **options
        Fields of `Simulation` to change, such as ``dtype="float64"``.

    Raises
    ------
    ValueError
        For a batch size below 1, for options that do not exist or do not go together, and for a
        neuron that cannot be simulated.
    CompilerNotFoundError
        Without a C++ compiler.
    """

    name = "forward"

    def __init__(
        self,
        architecture: Architecture,
        neuron: NeuronModel,
        batch_size: int,
        simulation: Simulation | None = None,
        **options: Unpack[SimulationOptions],
    ) -> None:
        check_architecture(architecture)
        remedy = "such as integrate_and_fire(v_threshold, v_rest)"
        check_kind(neuron, (NeuronModel,), "the neuron", remedy)
        simulation = asked_for(simulation, options)
        # One layer alone is no pipeline, see `networks.schedule`.
        pipeline = len(architecture.layers) > 1
        synchronous = simulation.realised.propagation == "synchronous"
        check_neuron(neuron, windowed=synchronous and pipeline)
        super().__init__(
            architecture,
            neuron,
            batch_size,
            simulation,
            [layer.name for layer in architecture.layers],
        )
        with self.simulator.building():
            self.populations = {
                layer.name: SpikingPopulation(layer, neuron, self.build)
                for layer in architecture.layers
            }
            self.synapses = {
                name: self.populations[target].connect_from(
                    self.populations[source], connection, name
                )
                for name, source, target, connection in incoming(architecture)
            }
        self._counter = OperationCounter(
            [
                Pathway(
                    each.name, self[each.source], each.connection.source_shape,
                    each.connection.fan_out,
                )
                for each in incoming(architecture)
            ]
        )  # fmt: skip
        self._put_into_network()
        self.simulator.drive(self[architecture.layers[0].name])

    @in_turn
    def run(
        self,
        images: ArrayLike,
        steps: int,
        dropout_masks: Masks | None = None,
        *,
        count: bool = False,
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
        count : bool
            Whether to count synaptic operations, which takes about 1 % of a run's time.
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
        _ = self.weights
        images = for_torch(numbers(images, self.dtype, "the images"))
        samples = check_images(self.architecture, images, steps, self.batch_size)
        masks = typed_dropout(dropout_masks, self.dtype)
        check_dropout(self.architecture, masks, samples)

        def simulate(steps: int, profile: bool = False) -> None:
            self._simulate(images, steps, samples, masks, profile)

        simulate(steps, profile)
        check_potentials(self.groups, 1, steps, samples, simulate)
        return ForwardRates(*self._read(samples, steps, self.neuron.leak, count=count))

    def _simulate(
        self,
        images: Array,
        steps: int,
        samples: int,
        masks: Mapping[str, Array],
        profile: bool,
    ) -> None:
        """Run so many steps, from rest."""
        weights = self.weights
        first, *others = self.architecture.layers
        self.populations[first.name].rest(masks.get(FEEDBACK), steps)
        for layer in others:
            mask = masks.get(layer.name)
            self.populations[layer.name].rest(mask, steps)
            self.populations[layer.name].inject(bias_current(layer, weights, mask), samples)

        def inject(x: Array) -> None:
            current = input_current(first, weights, x, masks.get(first.name))
            self.populations[first.name].inject(current, samples)

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
