"""Synapses that share one kernel and learn: spikes of stage 2 add up its gradient.

A spike of neuron i in channel c adds the rates ``alpha`` of the patch of neurons that it reaches,
times what it is worth, to what channel c of the kernel's gradient holds: for every tap a row of
numbers, and all of them side by side. Spikes whose factor is zero, those of neurons that stage 1
has masked, cost nothing but a look.
"""

from __future__ import annotations

import re

import numpy as np
from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import NDArray

from networks.connections import Connection, Taps
from networks.synapses.shared_kernel import SharedKernel


class SharedPlasticSynapses(SharedKernel):
    """The learning pathway of a connection; parameters are those of `PlasticSynapses`."""

    template = "shared_plastic"
    array = "dw"
    statement = re.compile(r"dw\s*[+-]=[^;\n]*")
    example = "dw += s_pre * alpha_post"

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
            source, target, connection, on_pre,
            batch_size=batch_size, transposed=True, name=name, when=when,
        )  # fmt: skip

    def forget(self) -> None:
        """Begin a new batch: nothing has been taught."""
        self._stored().fill(0)

    def gradient(self) -> NDArray[np.floating]:
        """What all spikes since then have taught, as a kernel (`Connection.kernel`)."""
        taught = self._stored()
        return np.array(taught if self.connection.channelwise else taught.transpose(1, 2, 0))

    def _stored_shape(self, taps: Taps, source_channels: int, row: int) -> tuple[int, ...]:
        """What one spike changes lies together: its channel comes first, and no row is padded."""
        return (
            (taps.count, row) if self.connection.channelwise else (source_channels, taps.count, row)
        )
