"""Brian2's own synapses, one entry per connection.

They run on every device and can be monitored one by one. They take tens of bytes per synapse and
sample, so they are meant for small networks.

Every synapse knows its place in the kernel. On most devices that place is used once per kernel, to
give each synapse a weight of its own. A device that keeps kernels (GeNN) is given the places
instead: its synapses look their weight up, ``w[place]``, and a new kernel is all that it needs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2.devices.device import get_device
from brian2.groups.neurongroup import NeuronGroup
from brian2.synapses.synapses import Synapses
from numpy.typing import NDArray

from equations.neuron_model import unit_name
from networks.brian.code_generation import code_object_class
from networks.connections import Connection, channels, units


class ExplicitSynapses(Synapses):
    """A connection between two populations as Brian2 `Synapses`.

    Parameters are those of `SharedSynapses`. ``w`` is a variable of each synapse, or the kernel
    itself beside a variable ``place`` of each synapse on a device that keeps kernels.
    """

    def __init__(
        self,
        source: NeuronGroup,
        target: NeuronGroup,
        connection: Connection,
        on_pre: str,
        *,
        batch_size: int,
        transposed: bool = False,
        name: str,
        when: str,
    ) -> None:
        keeps_kernel = bool(getattr(get_device(), "keeps_kernels", False))
        weight = f"w : {unit_name(target.variables['v'].dim)}"
        super().__init__(
            source,
            target,
            f"{weight} (shared)\nplace : integer (constant)" if keeps_kernel else weight,
            on_pre=on_pre,
            dtype=target.variables["v"].dtype,
            codeobj_class=code_object_class(),
            clock=target.clock,
            name=name,
        )
        self.pre.when = when
        for attribute in ("connection", "_kernel_index"):
            self.add_attribute(attribute)
        self.connection = connection
        ends, places = synapse_table(connection, batch_size)
        first, second = ends[::-1] if transposed else ends
        self.connect(i=first, j=second)
        self._kernel_index = None if keeps_kernel else places
        if keeps_kernel:
            self.variables["place"].set_value(places)
        self.set_weight(np.zeros(connection.kernel_values))
        self.pre.variables["delay"].read_only = True

    @property
    def delay(self) -> Any:
        """0 for every synapse.

        Raises
        ------
        ValueError
            When it is set: a spike on its way at the end of a run would arrive in the next.
        """
        return Synapses.delay.fget(self)

    @delay.setter
    def delay(self, value: Any) -> None:
        raise ValueError(
            f"the synapses '{self.name}' cannot have the delay {value}: spikes pass the "
            "connections of a stage at once, and none may be on its way when a run ends; build "
            "networks with delays in Brian2 itself"
        )

    def set_weight(self, kernel: NDArray[np.floating]) -> None:
        """Write a new kernel into the synapses; see `SharedSynapses.set_weight`."""
        weights = kernel.reshape(-1)
        if self._kernel_index is not None:
            weights = weights[self._kernel_index]
        self.variables["w"].set_value(weights)


def synapse_table(
    connection: Connection, batch_size: int
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]:
    """All synapses of a batch: (source neurons, target neurons) and their place in the kernel.

    Returns
    -------
    ends : pair of int64 arrays, shape (batch_size * connection.synapses,)
    kernel_index : int64 array of the same shape
        Index into the flattened kernel of `Connection.kernel`.
    """
    taps = connection.taps
    sources, targets = channels(connection.source_shape), channels(connection.target_shape)
    tap, source, target = (
        np.asarray(rows, np.int64)[:, None, None] for rows in (taps.tap, taps.source, taps.target)
    )
    if connection.channelwise:
        pre_channel = post_channel = np.arange(sources)[None, None, :]
        kernel = tap * sources + pre_channel
    else:
        pre_channel = np.arange(sources)[None, :, None]
        post_channel = np.arange(targets)[None, None, :]
        kernel = (tap * sources + pre_channel) * targets + post_channel
    pre, post, kernel = np.broadcast_arrays(
        source * sources + pre_channel, target * targets + post_channel, kernel
    )
    sample = np.arange(batch_size)[:, None]
    all_pre = sample * units(connection.source_shape) + pre.reshape(1, -1)
    all_post = sample * units(connection.target_shape) + post.reshape(1, -1)
    return (all_pre.reshape(-1), all_post.reshape(-1)), np.tile(kernel.reshape(-1), batch_size)
