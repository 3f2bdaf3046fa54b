"""Whether a graph of NIR is still the one that was written."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from networks.exchange.trained_network import ExchangeError

if TYPE_CHECKING:
    import nir

_ELSEWHERE = (
    *("input_type", "output_type", "input_shape", "metadata"),
    *("weight", "stride", "padding", "dilation", "groups", "kernel_size"),
)
"""Fields that NIR fills in itself, and those that the connections read (`weight_of_nir`)."""


def no_node(name: object) -> ExchangeError:
    """The refusal of a graph that lacks a node."""
    return ExchangeError(f"the graph has no node '{name}': export it again")


def check_same(graph: nir.NIRGraph, expected: nir.NIRGraph) -> None:
    """Refuse a graph that says anything else than its description and weights do.

    Parameters
    ----------
    graph, expected : nir.NIRGraph
        What was read, and what is written of the network that it is taken for.

    Raises
    ------
    ExchangeError
        If edges, nodes or what nodes hold differ.
    """
    if sorted(map(tuple, graph.edges)) != sorted(map(tuple, expected.edges)):
        raise ExchangeError("the edges of the graph have been changed: export it again")
    for name, node in expected.nodes.items():
        if name not in graph.nodes:
            raise no_node(name)
        found = graph.nodes[name]
        if type(found) is not type(node):
            raise ExchangeError(
                f"the node '{name}' is of the type {type(found).__name__}, not "
                f"{type(node).__name__}: export it again"
            )
        for field in (each.name for each in fields(node) if each.name not in _ELSEWHERE):
            if not np.array_equal(getattr(found, field), getattr(node, field)):
                raise ExchangeError(
                    f"'{field}' of the node '{name}' is not what the description says: export it "
                    "again"
                )
