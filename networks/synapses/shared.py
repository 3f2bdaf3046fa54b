"""Synapses that share one kernel between all samples and positions.

Brian2's `Synapses` store every synapse: source, target, weight and delay. The MNIST network has
9.3 million of them per image. Here a kernel is stored once, the target of a spike is computed, and
a population holds a whole batch of samples.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from networks.synapses.shared_kernel import SharedKernel


class SharedSynapses(SharedKernel):
    """A connection between two populations of ``batch_size`` samples each.

    Parameters are those of `SharedKernel`; `on_pre` is ``<variable>_post += <factors>`` with the
    weight ``w`` as a factor.
    """

    template = "shared_synapses"
    array = "kernel"
    statement = re.compile(r"\w+_post\s*[+-]=[^;\n]*")
    example = "v_post += w"

    def set_weight(self, kernel: NDArray[np.floating]) -> None:
        """Write a new kernel into the synapses.

        Parameters
        ----------
        kernel : array
            As `Connection.kernel` gives it: (taps, source channels, target channels) of the
            connection, or (taps, channels) if it is channelwise.
        """
        if self.transposed and not self.connection.channelwise:
            kernel = kernel.transpose(0, 2, 1)
        self._stored()[..., : kernel.shape[-1]] = kernel

    def _add_variables(self, dtype: np.dtype) -> None:
        self.variables.add_auxiliary_variable("w", dtype=dtype)
