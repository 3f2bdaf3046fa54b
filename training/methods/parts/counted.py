"""Synaptic operations from what each neuron has sent, where torch has it by neuron."""

from __future__ import annotations

import torch
from torch import Tensor

from networks.connections import Connection


def operations_of(sent: Tensor, connection: Connection) -> float:
    """What is sent, times the synapses that it reaches along a connection.

    Parameters
    ----------
    sent : tensor, shape (samples, *source_shape)
        Number of spikes of each neuron, or 1 for each value that is not zero.
    connection : Connection
    """
    return _total(sent, connection.fan_out)


def operations_against(sent: Tensor, connection: Connection) -> float:
    """The same of what is sent against a connection, shape (samples, *target_shape)."""
    return _total(sent, connection.fan_in)


def _total(sent: Tensor, reached: object) -> float:
    by_position = sent.flatten(2) if sent.ndim > 2 else sent[:, :, None]
    summed = by_position.sum(dim=(0, 1), dtype=torch.float64)
    return float(summed @ torch.as_tensor(reached, dtype=torch.float64))
