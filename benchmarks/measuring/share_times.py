"""One share of a batch alone on one core: where its time goes, part by part.

A share takes its samples in parts that fit the cache (`training.parallel.partition`); measured is
one part, on one thread, with nothing beside it: the fastest of some runs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import training.methods.parts.first_stage
from benchmarks.measuring import bounds
from benchmarks.measuring.bounds import Traffic
from benchmarks.measuring.stopwatches import CompiledTimes, compiled_times, time_inside
from benchmarks.subject import Subject
from networks import BackwardNetwork, ForwardNetwork
from networks.populations.neurons import count_spikes
from networks.simulation import Simulation
from networks.wiring import incoming
from training.methods.spide import Spide
from training.parallel.threads import one_torch_thread

STATE_UPDATE, THRESHOLDS, RESETS, SYNAPSES = "state update", "thresholds", "resets", "synapses"


@dataclass(frozen=True)
class PartTime:
    """Time of one part of a layer in one stage, and what it must move."""

    stage: int
    layer: str
    part: str
    seconds: float
    traffic: Traffic


@dataclass(frozen=True)
class ShareTimes:
    """Seconds of one part of a batch on one core.

    Parameters
    ----------
    samples : int
    total : float
        Images and labels to gradients.
    parts : list of PartTime
        Inside compiled code.
    in_runs : float
        Of the runs of both stages, outside compiled code.
    torch_products : float
        Input of the first layer, readout and weight gradients.
    """

    samples: int
    total: float
    parts: list[PartTime]
    in_runs: float
    torch_products: float

    @property
    def compiled(self) -> float:
        """In Brian2's compiled code."""
        return sum(part.seconds for part in self.parts)

    @property
    def between_runs(self) -> float:
        """Everything else: masks, copies, rates, loss."""
        return self.total - self.compiled - self.in_runs - self.torch_products


def measure_share(subject: Subject, samples: int, batch: int, runs: int) -> ShareTimes:
    """Time a share that takes `samples` samples of a batch of `batch`."""
    config, dtype = subject.recipe.two_stage, subject.recipe.dtype
    share = Spide(subject.architecture, config, samples, Simulation(dtype=dtype))
    share.prepare()
    share.set_parameters(subject.parameters)
    data = subject.batch(0).first(samples)
    products = [
        (type(subject.architecture.layers[0].connection), "apply"),
        (training.methods.parts.first_stage, "logits"),
        (training.methods.parts.first_stage, "output_gradient"),
        (training.methods.parts.first_stage, "local_gradients"),
    ]
    with one_torch_thread():
        share.step(data.images, data.labels, data.masks, batch=batch)
        best: ShareTimes | None = None
        for _ in range(runs):
            with (
                compiled_times(share.first.network.network) as first,
                compiled_times(share.second.network) as second,
                time_inside(*products) as seconds,
            ):
                began = time.perf_counter()
                share.step(data.images, data.labels, data.masks, batch=batch)
                total = time.perf_counter() - began
            if best is None or total < best.total:
                best = _collect(share, samples, total, first, second, sum(seconds))
        assert best is not None
        return best


def _collect(
    share: Spide, samples: int, total: float, first: CompiledTimes, second: CompiledTimes,
    torch_products: float,
) -> ShareTimes:  # fmt: skip
    parts = [
        *_parts_of_stage(1, share.first.network, first, share.config.forward_steps),
        *_parts_of_stage(2, share.second, second, share.config.backward_steps),
    ]
    return ShareTimes(samples, total, parts, first.between + second.between, torch_products)


def _parts_of_stage(
    stage: int, network: ForwardNetwork | BackwardNetwork, times: CompiledTimes, steps: int
) -> list[PartTime]:
    """Neurons and synapses, layer by layer in the order in which they act."""
    neuron = network.neuron
    layers = network.architecture.layers[:: 1 if stage == 1 else -1]
    found: list[PartTime] = []
    for layer in layers:
        group = network[layer.name]
        spikes = count_spikes(group, layer.shape, network.batch_size)
        size = group.variables["v"].dtype.itemsize
        found.extend(
            PartTime(stage, layer.name, SYNAPSES, times.seconds[f"{name}_synapses_pre"], traffic)
            for name, source, target, connection in incoming(network.architecture)
            for receiver, sender in [(target, source) if stage == 1 else (source, target)]
            if receiver == layer.name
            for traffic in [
                bounds.synapses(connection, stage == 2, bounds.sent_spikes(network[sender]), size)
            ]
        )
        neurons = {
            STATE_UPDATE: (group.state_updater, bounds.state_update(group.N, steps, size)),
            THRESHOLDS: (
                group.thresholder["spike"],
                bounds.thresholds(group.N, steps, size, spikes),
            ),
            RESETS: (
                group.resetter["spike"],
                bounds.resets(neuron, group.N, steps, size, spikes),
            ),
        }
        found.extend(
            PartTime(stage, layer.name, part, times.seconds[obj.name], traffic)
            for part, (obj, traffic) in neurons.items()
            if obj.name in times.seconds
        )
    return found
