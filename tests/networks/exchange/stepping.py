"""A graph of NIR, stepped node by node in NumPy, by what its metadata ask of a reader.

It knows NIR's nodes and the rule of the delayed edges, and nothing of the project.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nir
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def windows(x: Array, size: Any, stride: Any) -> Array:
    """Views (channels, y, x, dy, dx) of the windows of an image (channels, height, width)."""
    every: Array = np.lib.stride_tricks.sliding_window_view(x, tuple(size), axis=(1, 2))  # type: ignore[call-overload]
    return every[:, :: stride[0], :: stride[1]]


def convolution(node: nir.Conv2d, x: Array) -> Array:
    dy, dx = node.padding
    padded = np.pad(x, ((0, 0), (int(dy), int(dy)), (int(dx), int(dx))))
    views = windows(padded, node.weight.shape[2:], tuple(node.stride))
    return np.einsum("cyxij,ocij->oyx", views, node.weight) + node.bias[:, None, None]


def pooling(node: nir.AvgPool2d, x: Array) -> Array:
    return windows(x, tuple(node.kernel_size), tuple(node.stride)).mean(axis=(3, 4))


#: What a node gives for what it gets; I is the only one with a state.
STATELESS: dict[type, Callable[[Any, Array], Array]] = {
    nir.Input: lambda node, x: x,
    nir.Output: lambda node, x: x,
    nir.Flatten: lambda node, x: x.ravel(),
    nir.Linear: lambda node, x: node.weight @ x,
    nir.Affine: lambda node, x: node.weight @ x + node.bias,
    nir.Conv2d: convolution,
    nir.AvgPool2d: pooling,
    nir.Scale: lambda node, x: node.scale * x,
    nir.Threshold: lambda node, x: (x > node.threshold).astype(node.threshold.dtype),
}


def delayed_edges(graph: nir.NIRGraph) -> list[tuple[str, str]]:
    """The edges that carry what was given in the step before."""
    text = graph.metadata["delayed_edges"]
    listed = json.loads(text)
    return [(source, target) for source, target in listed]


def in_order(graph: nir.NIRGraph) -> list[str]:
    """The nodes, each after those that reach it within a step."""
    delayed = delayed_edges(graph)
    now = [edge for edge in graph.edges if edge not in delayed]
    order: list[str] = []
    left = list(graph.nodes)
    while left:
        ready = [n for n in left if all(a not in left for a, b in now if b == n)]
        assert ready, f"{left} wait for each other"
        order.extend(ready)
        left = [name for name in left if name not in ready]
    return order


def step_graph(graph: nir.NIRGraph, image: Array, steps: int) -> dict[str, Array]:
    """What every node gives, shape (steps, *its shape), for one constant image."""
    delayed = delayed_edges(graph)
    order = in_order(graph)
    potential = {n: 0 * node.r for n, node in graph.nodes.items() if isinstance(node, nir.I)}
    given: dict[str, Array] = {}
    found: dict[str, list[Array]] = {name: [] for name in graph.nodes}
    for _ in range(steps):
        before = dict(given)
        for name in order:
            node = graph.nodes[name]
            sources = [a for a, b in graph.edges if b == name]
            got = [(before if (a, name) in delayed else given).get(a) for a in sources]
            if isinstance(node, nir.Input):
                given[name] = image
            elif isinstance(node, nir.I):
                for each in got:
                    if each is not None:
                        potential[name] = potential[name] + node.r * each.reshape(node.r.shape)
                given[name] = potential[name]
            elif got[0] is not None:  # nothing has come before the first step
                given[name] = STATELESS[type(node)](node, got[0])
            if name in given:
                found[name].append(given[name])
    return {name: np.array(values) for name, values in found.items()}
