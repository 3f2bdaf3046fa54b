"""Connections between layers: who reaches whom, through which weight.

A connection is linear. It knows its shapes, which pairs of positions it joins and through which
tap of its kernel, and its weight gradient from two firing rates. Its transpose, which stage 2
needs, is the same table read from the other side. Shapes are known without waiting for torch:
what computes with it imports it.
"""

from networks.connections.average_pool import AveragePool
from networks.connections.base import Connection, Shape, channels, positions, units
from networks.connections.convolution import Convolution
from networks.connections.dense import Dense
from networks.connections.one_to_one import OneToOne
from networks.connections.taps import Taps
from networks.connections.transposed_convolution import TransposedConvolution

__all__ = [
    "AveragePool",
    "Connection",
    "Convolution",
    "Dense",
    "OneToOne",
    "Shape",
    "Taps",
    "TransposedConvolution",
    "channels",
    "positions",
    "units",
]
