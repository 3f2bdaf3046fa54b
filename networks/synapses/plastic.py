"""Brian2's own synapses that learn: each one keeps what the spikes of stage 2 have taught it.

Every synapse of every sample has a ``dw`` of its own, which a `StateMonitor` can watch grow from
spike to spike. The gradient of a kernel is the sum over the synapses that share it.
"""

from __future__ import annotations

import numpy as np
from brian2.groups.neurongroup import NeuronGroup
from brian2.synapses.synapses import Synapses
from numpy.typing import NDArray

from networks.brian.code_generation import code_object_class
from networks.connections import Connection
from networks.synapses.explicit import synapse_table


class PlasticSynapses(Synapses):
    """The learning pathway of a connection, from the neurons that fire to those below.

    Parameters
    ----------
    source : NeuronGroup
        Couples of the connection's target layer.
    target : NeuronGroup
        Who keeps the rates of the connection's source layer.
    connection : Connection
    on_pre : str
        What a spike teaches, see `equations.plasticity`.
    batch_size : int
        Number of samples in both populations.
    name : str
    when : str
        Slot in which it learns.
    """

    def __init__(
        self,
        source: NeuronGroup,
        target: NeuronGroup,
        connection: Connection,
        on_pre: str,
        *,
        batch_size: int,
        name: str,
        when: str,
    ) -> None:
        super().__init__(
            source,
            target,
            "dw : 1",
            on_pre=on_pre,
            dtype=source.variables["v"].dtype,
            codeobj_class=code_object_class(),
            clock=source.clock,
            name=name,
        )
        self.pre.when = when
        for attribute in ("connection", "_kernel_index"):
            self.add_attribute(attribute)
        self.connection = connection
        (first, second), self._kernel_index = synapse_table(connection, batch_size)
        self.connect(i=second, j=first)  # stage 2 runs against the connection
        self.forget()
        self.pre.variables["delay"].read_only = True  # as that of `ExplicitSynapses`

    def forget(self) -> None:
        """Begin a new batch: nothing has been taught."""
        self.variables["dw"].set_value(np.zeros(len(self._kernel_index)))

    def gradient(self) -> NDArray[np.floating]:
        """What all spikes since then have taught, as a kernel (`Connection.kernel`)."""
        taught = self.variables["dw"].get_value()
        shape = self.connection.kernel_shape
        total = np.bincount(self._kernel_index, weights=taught, minlength=int(np.prod(shape)))
        return total.reshape(shape).astype(taught.dtype)
