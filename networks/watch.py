"""A look at the neurons of one sample while a network runs, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import numpy as np
from brian2.groups.neurongroup import NeuronGroup
from brian2.monitors.statemonitor import StateMonitor
from numpy.typing import NDArray

from networks.arrays import whole_number
from networks.brian.active_device import own_device
from networks.brian.network import BrianNetwork
from networks.populations.neurons import UncheckedGroup

_PARTS = "of a batch over several threads each has a network for its part, and threads=1 shows all"


class WatchMonitor(StateMonitor):
    """A `StateMonitor` that knows how many samples its runs had.

    Attributes
    ----------
    fewest : int
        Samples of the smallest batch, at first all that there is room for.
    """

    def __init__(self, layer: UncheckedGroup, variable: str, sample: int) -> None:
        assert layer.stage_network is not None
        units = int(np.prod(layer.layer_shape))
        self._network_of_runs = layer.stage_network
        self.fewest = len(layer) // units
        super().__init__(
            layer,
            variable,
            record=np.arange(sample * units, (sample + 1) * units),
            clock=layer.clock,
            when="end",
            name=_free_name(f"watch_{layer.name}_{variable}", layer.stage_network),
        )

    def after_run(self) -> None:
        """Note the samples of the run."""
        super().after_run()
        self.fewest = min(self.fewest, self._network_of_runs.samples)


class Trace:
    """A state variable of one sample of a layer over the steps of all runs while it was watched.

    Parameters
    ----------
    monitor : WatchMonitor
    variable : str
    sample : int
    shape : tuple of int
        Of the layer.
    """

    def __init__(
        self, monitor: WatchMonitor, variable: str, sample: int, shape: tuple[int, ...]
    ) -> None:
        self._monitor = monitor
        self._variable = variable
        self._sample = sample
        self._shape = shape

    @property
    def variable(self) -> str:
        """The name of the state variable."""
        return self._variable

    def __repr__(self) -> str:
        return f"<Trace of {self._variable}, {len(self.steps)} steps of {self._shape}>"

    @property
    def steps(self) -> NDArray[np.int64]:
        """The number of each recorded step within its run, from 0."""
        ticks = np.asarray(self._monitor.t_) / self._monitor.clock.dt_
        return np.asarray(ticks.round(), np.int64)

    @property
    def values(self) -> NDArray[np.floating]:
        """What was recorded at the end of each step, shape (steps, *shape of the layer).

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
        recorded = np.asarray(getattr(self._monitor, f"{self._variable}_")).T
        if len(self._shape) == 1:
            return recorded.reshape(-1, *self._shape)
        channels, height, width = self._shape
        return recorded.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)


@contextmanager
def watch(layer: NeuronGroup, variable: str, sample: int = 0) -> Iterator[Trace]:
    """Record a state variable of one sample of a layer in every run within the context.

    Brian2's own monitors can be added to ``stage.network`` as well; runs with monitors take longer.

    Parameters
    ----------
    layer : NeuronGroup
        A group of a stage, such as ``forward["layer1"]``.
    variable : str
        ``v``, ``spike_count``, ``I``, ...
    sample : int
        Number of the sample in the batch; of a batch spread over threads, in each part that the
        worker takes to which the layer belongs.

    Raises
    ------
    ValueError
        If there is no such variable or sample, or the group is in no stage or runs as a program,
        where nothing can be watched.
    """
    if not isinstance(layer, UncheckedGroup) or layer.stage_network is None:
        raise ValueError("only layers of a stage on the device 'runtime' can be watched")
    if variable not in layer.variables or not layer.variables[variable].array:
        names = sorted(name for name, each in layer.variables.items() if each.array)
        raise ValueError(f"there is no variable '{variable}' to watch: use {', '.join(names)}")
    samples = len(layer) // int(np.prod(layer.layer_shape))
    sample = whole_number(sample, "sample", least=0)
    if sample >= samples:
        raise ValueError(
            f"there is no sample {sample}: the network has {samples}, from 0 on ({_PARTS})"
        )
    with own_device():
        monitor = WatchMonitor(layer, variable, sample)
    layer.stage_network.add(monitor)
    try:
        yield Trace(monitor, variable, sample, layer.layer_shape)
    finally:
        layer.stage_network.remove(monitor)


def _free_name(name: str, network: BrianNetwork) -> str:
    """The name, or the first one with a number that nothing in the network has.

    Brian2's own numbers go on from watch to watch, and every new name would be compiled anew.
    """
    taken = {each.name for each in network.objects}
    return next(each for n in count() if (each := f"{name}_{n}" if n else name) not in taken)
