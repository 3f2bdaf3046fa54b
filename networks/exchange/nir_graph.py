"""A network as a graph of NIR, in its exact form, and back.

NIR's own integrate-and-fire node fires *above* its threshold and resets *to* a potential; eq. 1
fires at the threshold and subtracts. So a layer is four nodes here:

    connection -> I (the potential) -> Threshold (V_th's lower neighbour) -> the next connection
                  ^------------ Scale (-(V_th - u_rest)) <--'

What lies above the lower neighbour of V_th is at V_th or above, in the precision of the weights.
Two kinds of edges carry what was given in the step before, and are listed in the metadata: those
out of ``*_reset``, and the one that leaves for ``feedback``. With synchronous propagation the
feedback takes a step per layer: it passes through nodes ``held1``, ``held2``, ... that hold it for
one each. The input is constant or one frame per step; the mean of ``readout`` over T_F steps is the
network's output. Matrices, of dense layers and of transposed convolutions, which NIR has no node
for, take and give flat arrays in the order (channel, y, x): what comes out of one is to be reshaped
to the layer that it reaches.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from networks.connections import Shape
from networks.exchange.read_me import read_me
from networks.exchange.same_graph import check_same, no_node
from networks.exchange.trained_network import Description, ExchangeError, TrainedNetwork
from networks.precision import span_in
from networks.wiring import FEEDBACK

if TYPE_CHECKING:
    import nir

KEY = "spide"
"""Entry of the graph's metadata with the network's description."""

_INPUT, _READOUT, _OUTPUT, _HELD = "input", "readout", "output", "held"


def graph_of(network: TrainedNetwork) -> nir.NIRGraph:
    """The network as a graph.

    Raises
    ------
    ExchangeError
        Without the package nir, and for leaky neurons.
    """
    require_nir()
    import nir

    if network.leak != 1:
        raise ExchangeError(
            f"the leak is {network.leak}: NIR's leaky integrator leaves its discretisation to the "
            "reader, so that spikes would differ; export it with --to torch"
        )
    architecture, weights = network.architecture, network.weights
    nodes: dict[str, nir.NIRNode] = {
        _INPUT: nir.Input(input_type={"input": np.array(architecture.input_shape)})
    }
    edges: list[tuple[str, str]] = []

    def connect(name: str, node: nir.NIRNode, source: str, shape: Shape, target: str) -> None:
        """Put a connection between two nodes; a matrix takes its source flat."""
        if isinstance(node, nir.Linear | nir.Affine) and len(shape) > 1:
            nodes[f"{name}_flat"] = nir.Flatten({"input": np.array(shape)}, 0, -1)
            edges.append((source, f"{name}_flat"))
            source = f"{name}_flat"
        nodes[name] = node
        edges.extend([(source, name), (name, target)])

    source, shape = _INPUT, architecture.input_shape
    for layer in architecture.layers:
        bias = weights.get(f"{layer.name}.bias")
        node = layer.connection.nir_node(weights.get(f"{layer.name}.weight"), bias)
        connect(f"{layer.name}_input", node, source, shape, layer.name)
        _add_neurons(nodes, edges, layer.name, np.ones(layer.shape, network.dtype), network)
        source, shape = f"{layer.name}_spikes", layer.shape
    if architecture.feedback is not None:
        node = architecture.feedback.nir_node(weights["feedback.weight"], None)
        last = source
        for number in range(1, network.feedback_steps):
            held = f"{_HELD}{number}"
            nodes[held] = nir.Scale(scale=np.ones(shape, network.dtype))
            edges.append((last, held))
            last = held
        connect(FEEDBACK, node, last, shape, architecture.layers[0].name)
    readout = nir.Affine(weights["readout.weight"], weights["readout.bias"])
    nodes[_OUTPUT] = nir.Output(output_type={"output": np.array([architecture.classes])})
    connect(_READOUT, readout, source, shape, _OUTPUT)
    metadata = {
        KEY: network.description(),
        "read_me": read_me(network),
        "delayed_edges": json.dumps([edge for edge in edges if _is_delayed(*edge)]),
    }
    fits = not flat_results(nodes, edges)
    return nir.NIRGraph(nodes, edges, metadata=metadata, type_check=fits)


def flat_results(
    nodes: Mapping[str, nir.NIRNode], edges: Sequence[tuple[str, str]]
) -> dict[str, NDArray[np.floating]]:
    """Matrices that reach a layer with channels and positions; NIR cannot unflatten their results.

    Only a graph without any is read with NIR's own check of shapes.

    Parameters
    ----------
    nodes : dict of nir.NIRNode
    edges : sequence of tuple of str
        From where to where.

    Returns
    -------
    dict of array
        By name of the node.
    """
    import nir

    return {
        source: nodes[source].weight
        for source, target in edges
        if isinstance(nodes[source], nir.Linear | nir.Affine)
        and len(nodes[target].input_type["input"]) > 1
    }


def network_of(graph: nir.NIRGraph) -> TrainedNetwork:
    """The network that a graph of `graph_of` is.

    Raises
    ------
    ExchangeError
        If it is another graph, or was changed into what is no such network.
    """
    text = graph.metadata.get(KEY) if isinstance(graph.metadata, dict) else None
    if text is None:
        raise ExchangeError(
            f"the graph's metadata have no entry '{KEY}': only graphs of 'spide export' are read"
        )
    description = Description.read(text.decode() if isinstance(text, bytes) else str(text))
    architecture = description.architecture
    weights: dict[str, NDArray[np.floating]] = {}
    try:
        for layer in architecture.layers:
            node = graph.nodes[f"{layer.name}_input"]
            weight = layer.connection.weight_of_nir(node)
            if weight is not None:
                weights[f"{layer.name}.weight"] = weight
                each = np.asarray(node.bias)
                weights[f"{layer.name}.bias"] = each.reshape(layer.shape[0], -1)[:, 0]
        if architecture.feedback is not None:
            weight = architecture.feedback.weight_of_nir(graph.nodes[FEEDBACK])
            assert weight is not None  # a pooling layer is no feedback
            weights["feedback.weight"] = weight
        weights["readout.weight"] = graph.nodes[_READOUT].weight
        weights["readout.bias"] = graph.nodes[_READOUT].bias
    except KeyError as error:
        raise no_node(error.args[0]) from None
    except (ValueError, AttributeError) as error:
        raise ExchangeError(
            f"the graph is not that of '{architecture.notation}': {error}"
        ) from None
    network = description.with_weights(weights)
    check_same(graph, graph_of(network))
    return network


def to_bytes(network: TrainedNetwork) -> bytes:
    """The graph as the content of a file that ``nir.read`` reads."""
    file = io.BytesIO()
    require_nir().write(file, graph_of(network))
    return file.getvalue()


def from_bytes(content: bytes) -> TrainedNetwork:
    """The network in such a file.

    Raises
    ------
    ExchangeError
        As `network_of`, and if the file is damaged.
    """
    try:
        graph = require_nir().read(io.BytesIO(content), type_check=False)
    except ExchangeError:
        raise
    except Exception as error:  # whatever HDF5 and NIR meet in a file that is none
        raise ExchangeError(f"it is no whole file of NIR ({error})") from None
    return network_of(graph)


def require_nir() -> type[nir]:
    """The package nir.

    Raises
    ------
    ExchangeError
        If it is not installed.
    """
    try:
        import nir
    except ImportError:
        raise ExchangeError(
            "NIR needs the package nir: in spide's checkout, pip install -e '.[nir]'"
        ) from None
    return nir


def _add_neurons(
    nodes: dict[str, nir.NIRNode],
    edges: list[tuple[str, str]],
    name: str,
    ones: NDArray[np.floating],
    network: TrainedNetwork,
) -> None:
    """Put the neurons of a layer into a graph: potential, spikes, reset."""
    import nir

    number = ones.dtype.type
    below = np.nextafter(number(network.v_threshold), number(0))
    span = number(span_in(ones.dtype, network.v_threshold, network.v_rest))
    nodes[name] = nir.I(r=ones)
    nodes[f"{name}_spikes"] = nir.Threshold(threshold=below * ones)
    nodes[f"{name}_reset"] = nir.Scale(scale=-span * ones)
    edges.extend(
        [(name, f"{name}_spikes"), (f"{name}_spikes", f"{name}_reset"), (f"{name}_reset", name)]
    )


def _is_delayed(source: str, target: str) -> bool:
    """Whether an edge carries what its source gave in the step before."""
    if source.endswith("_spikes"):
        return target.startswith((FEEDBACK, _HELD))
    return source.endswith("_reset") or source.startswith(_HELD)
