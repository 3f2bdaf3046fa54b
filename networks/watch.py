"""A look at the neurons of one sample while a network runs, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import numpy as np
from brian2.core.names import Nameable
from brian2.groups.neurongroup import NeuronGroup
from brian2.monitors.statemonitor import StateMonitor
from numpy.typing import NDArray

from networks.arrays import whole_number
from networks.brian.active_device import own_device
from networks.brian.network import BrianNetwork
from networks.populations.neurons import UncheckedGroup

SPIKES = "spikes"
"""What is watched of neurons beside their state variables: their spikes, from what counts them."""

_COUNT, _ACTIVITY = "spike_count", "activity"

_PARTS = "of a batch over several threads each has a network for its part, and threads=1 shows all"


class WatchMonitor(StateMonitor):
    """A `StateMonitor` that knows how many samples its runs had.

    Attributes
    ----------
    fewest : int
        Samples of the smallest batch, at first all that there is room for.
    lengths : list of int
        Steps of the window of each run, where neurons live in one.
    """

    def __init__(self, layer: UncheckedGroup, variable: str, sample: int) -> None:
        assert layer.stage_network is not None
        units = int(np.prod(layer.layer_shape))
        self._network_of_runs = layer.stage_network
        self._window = layer.variables.get("window_steps")
        self.fewest = len(layer) // units
        self.lengths: list[int] = []
        self._recorded = 0
        super().__init__(
            layer,
            variable,
            record=np.arange(sample * units, (sample + 1) * units),
            clock=layer.clock,
            when="end",
            name=_free_name(f"watch_{layer.name}_{variable}", layer.stage_network),
        )

    def after_run(self) -> None:
        """Note the samples of the run, and its window."""
        super().after_run()
        self.fewest = min(self.fewest, self._network_of_runs.samples)
        recorded = int(self.variables["N"].get_value().item())
        if self._window is not None and recorded > self._recorded:  # a run of no steps has none
            self.lengths.append(int(self._window.get_value().item()))
        self._recorded = recorded


class Trace:
    """A state variable of one sample of a layer over the steps of all runs while it was watched.

    Parameters
    ----------
    monitor : WatchMonitor
    variable : str
    sample : int
    layer : UncheckedGroup
    counter : str, optional
        What counts the spikes that are watched; None if it is a state variable that is.
    """

    def __init__(
        self,
        monitor: WatchMonitor,
        variable: str,
        sample: int,
        layer: UncheckedGroup,
        counter: str | None = None,
    ) -> None:
        self._monitor = monitor
        self._variable = variable
        self._sample = sample
        self._layer = layer
        self._counter = counter

    @property
    def variable(self) -> str:
        """The name of the state variable, or ``spikes``."""
        return self._variable

    def __repr__(self) -> str:
        return f"<Trace of {self._variable}, {len(self.steps)} steps of {self._layer.layer_shape}>"

    @property
    def steps(self) -> NDArray[np.int64]:
        """The number of each recorded step within its run, from 0."""
        ticks = np.asarray(self._monitor.t_) / self._monitor.clock.dt_
        return np.asarray(ticks.round(), np.int64)

    @property
    def values(self) -> NDArray[Any]:
        """What was recorded at the end of each step, shape (steps, *shape of the layer).

        Spikes are 0 and 1, of ternary neurons -1, 0 and 1.

        Raises
        ------
        ValueError
            If the sample was not in the batch of a run.
        """
        fewest = self._monitor.fewest
        if self._sample >= fewest:
            had = "1 sample" if fewest == 1 else f"{fewest} samples"
            raise ValueError(
                f"sample {self._sample} was watched, and a run had {had}: watch one that all runs "
                f"have ({_PARTS})"
            )
        counter = self._counter
        recorded = self._recorded(self._variable) if counter is None else self._spikes(counter)
        shape = self._layer.layer_shape
        if len(shape) == 1:
            return recorded.reshape(-1, *shape)
        channels, height, width = shape
        return recorded.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)

    def _recorded(self, variable: str) -> NDArray[np.floating]:
        return np.asarray(getattr(self._monitor, f"{variable}_")).T

    def _spikes(self, counter: str) -> NDArray[np.int8]:
        """What the count gained in every step; it is 0 before a run, and fades with the leak."""
        state = self._layer.variables
        leak = 1.0 if counter == _ACTIVITY else float(state["leak"].get_value().item())
        counts, steps = self._recorded(counter).astype(np.float64), self.steps
        before = np.zeros_like(counts)
        before[1:] = counts[:-1]
        before[steps == 0] = 0
        gained = np.rint(counts - leak * before).astype(np.int8)
        if "window_start" in state:  # outside of it nothing fires, and the count does not fade
            first = int(state["window_start"].get_value().item())
            run = np.cumsum(steps == 0) - 1
            last = first + np.asarray(self._monitor.lengths, int)[run]
            gained[(steps < first) | (steps >= last)] = 0
        return gained


@contextmanager
def watch(layer: NeuronGroup, variable: str, sample: int = 0) -> Iterator[Trace]:
    """Record a state variable of one sample of a layer in every run within the context.

    Brian2's own monitors can be added to ``stage.network`` as well; runs with monitors take longer.

    Parameters
    ----------
    layer : NeuronGroup
        A group of a stage, such as ``forward["layer1"]``.
    variable : str
        A state variable such as ``v`` or ``spike_count``, or ``spikes``.
    sample : int
        Number of the sample in the batch; of a batch spread over threads, in each part that the
        worker takes to which the layer belongs.

    Yields
    ------
    Trace
        Its ``values``, shape (steps, channels, height, width) or (steps, units), were recorded at
        the end of each step of all runs within the context, one run after the other. Its ``steps``,
        shape (steps,), number them within their run, from 0. Both can be read within the context
        and after it.

    Raises
    ------
    ValueError
        If there is no such variable or sample, or the group is in no stage or runs as a program,
        where nothing can be watched.
    """
    if not isinstance(layer, UncheckedGroup) or not layer.stage_device:
        raise ValueError(
            f"only layers of a stage can be watched, not {_named(layer)}: take one such as "
            "forward['layer1']"
        )
    if layer.stage_network is None:
        raise ValueError(
            f"'{layer.name}' runs as a program on device '{layer.stage_device}', where nothing can "
            "be watched: use device 'runtime'; of a run, run.network.forward_network(1) is stage 1 "
            "there, with its weights"
        )
    spikes = variable == SPIKES and SPIKES not in layer.variables
    counter = _counter(layer) if spikes else None
    recorded = counter or variable
    if recorded not in layer.variables or not layer.variables[recorded].array:
        state = layer.variables
        own = [e for e in sorted(layer.equations.names) if state[e].array and not state[e].scalar]
        raise ValueError(
            f"there is no variable '{variable}' to watch: use {', '.join([SPIKES, *own])}"
        )
    samples = len(layer) // int(np.prod(layer.layer_shape))
    sample = whole_number(sample, "sample", least=0)
    if sample >= samples:
        raise ValueError(
            f"there is no sample {sample}: the network has {samples}, from 0 on ({_PARTS})"
        )
    with own_device():
        monitor = WatchMonitor(layer, recorded, sample)
    layer.stage_network.add(monitor)
    try:
        yield Trace(monitor, variable, sample, layer, counter)
    finally:
        layer.stage_network.remove(monitor)


def _named(layer: object) -> str:
    """An object by its type and, if it is one of Brian2's, its name."""
    return " ".join([type(layer).__name__, *([layer.name] if isinstance(layer, Nameable) else [])])


def _counter(layer: UncheckedGroup) -> str:
    """The state variable that counts the spikes of each neuron.

    One side of a couple counts in ``spike_count`` what both fire, and in ``activity`` its own.
    """
    state = layer.variables
    return _ACTIVITY if _ACTIVITY in state and "s" not in state else _COUNT


def _free_name(name: str, network: BrianNetwork) -> str:
    """The name, or the first one with a number that nothing in the network has.

    Brian2's own numbers go on from watch to watch, and every new name would be compiled anew.
    """
    taken = {each.name for each in network.objects}
    return next(each for n in count() if (each := f"{name}_{n}" if n else name) not in taken)
