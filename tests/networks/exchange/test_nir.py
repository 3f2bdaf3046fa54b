"""Graphs of NIR: the same spikes when something else steps them, and the same network back."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import nir
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from networks import Architecture
from networks.exchange import ExchangeError, TrainedNetwork
from networks.exchange.nir_graph import flat_results, from_bytes, graph_of, network_of, to_bytes
from tests.networks.builders import architecture, random_images, random_parameters
from tests.networks.exchange.stepping import step_graph
from tests.oracles.random_architectures import FAMILIES, random_architectures

STEPS = 12

#: Every kind of connection, in a layer and as feedback.
NETWORKS = [
    ("3C3s-4C3 (F3C3)", (2, 6, 4)),
    ("4C3s-4C3s-4C3 (F4C3u)", (2, 8, 8)),
    ("3C3s-P2-6-5", (2, 8, 4)),
    ("6-5-4 (F6)", (5,)),
    ("3C3-P2-3C5u (F3C1)", (1, 4, 4)),
]


def trained(notation: str, input_shape: tuple[int, ...]) -> TrainedNetwork:
    network = architecture(notation, input_shape)
    return TrainedNetwork(
        architecture=network, weights=random_parameters(network), v_rest=-0.5, steps=STEPS
    )


def read(content: bytes) -> nir.NIRGraph:
    return nir.read(io.BytesIO(content), type_check=False)


@pytest.mark.parametrize(("notation", "input_shape"), NETWORKS)
def test_a_reader_may_check_shapes_unless_a_result_is_flat(
    notation: str, input_shape: tuple[int, ...]
) -> None:
    """Of the types in the notation, transposed convolutions alone are in need of it."""
    content = to_bytes(trained(notation, input_shape))
    graph = read(content)
    if "u" in notation:
        assert flat_results(graph.nodes, graph.edges)
        with pytest.raises(ValueError, match="type"):
            nir.read(io.BytesIO(content))
    else:
        assert not flat_results(graph.nodes, graph.edges)
        assert sorted(nir.read(io.BytesIO(content)).nodes) == sorted(graph.nodes)


@pytest.mark.parametrize(("notation", "input_shape"), NETWORKS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_another_stepping_of_the_graph_gives_the_spikes_of_stage_1(
    notation: str, input_shape: tuple[int, ...], dtype: str
) -> None:
    network = trained(notation, input_shape)
    weights = {name: values.astype(dtype) for name, values in network.weights.items()}
    network = replace(network, weights=weights)
    images = random_images(network.architecture, 2).astype(dtype)
    alpha = network.forward_network(2).run(images, STEPS).alpha
    graph = read(to_bytes(network))
    fired = 0.0
    for sample, image in enumerate(images):
        given = step_graph(graph, image, STEPS)
        for layer in network.architecture.layers:
            spikes = given[f"{layer.name}_spikes"]
            assert spikes.dtype == dtype
            np.testing.assert_array_equal(
                spikes.sum(axis=0), np.rint(alpha[layer.name][sample] * STEPS)
            )
            fired += spikes.mean()
    assert fired > 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(FAMILIES))
def test_the_file_holds_the_network(data: st.DataObject, family: str) -> None:
    drawn = data.draw(random_architectures(family))  # type: ignore[arg-type]
    network = trained(drawn.notation, drawn.input_shape)
    again = from_bytes(to_bytes(network))
    assert again.architecture == network.architecture
    assert again.neuron == network.neuron and again.steps == network.steps
    # A tap that joins no positions of such small maps is in no synapse, and in no matrix.
    graph, once_more = graph_of(network), graph_of(again)
    assert graph.edges == once_more.edges
    for name, node in graph.nodes.items():
        if hasattr(node, "weight"):
            np.testing.assert_array_equal(once_more.nodes[name].weight, node.weight)
            np.testing.assert_array_equal(
                getattr(once_more.nodes[name], "bias", 0), getattr(node, "bias", 0)
            )


def test_the_threshold_is_reached_at_its_value() -> None:
    one = Architecture.parse("1", (1,), 2)
    weights = {
        "layer1.weight": np.ones((1, 1), np.float32),
        "layer1.bias": np.zeros(1, np.float32),
        "readout.weight": np.array([[1], [-1]], np.float32),
        "readout.bias": np.zeros(2, np.float32),
    }
    network = TrainedNetwork(architecture=one, weights=weights, v_threshold=0.75, v_rest=-0.25)
    given = step_graph(graph_of(network), np.array([0.75], np.float32), 4)
    # v = 0.75 fires, -> -0.25 -> 0.5 -> 1.25 fires -> 0.25 -> 1.0 fires
    assert given["layer1"].ravel().tolist() == [0.75, 0.5, 1.25, 1.0]
    assert given["layer1_spikes"].ravel().tolist() == [1, 0, 1, 1]
    assert given["readout"].mean(axis=0).tolist() == [0.75, -0.75]


def test_the_types_of_a_graph_fit_where_nothing_is_reshaped() -> None:
    nir.read(io.BytesIO(to_bytes(trained("3C3s-P2-6-5", (2, 8, 4)))))
    with pytest.raises(ValueError, match="mismatch"):
        nir.read(io.BytesIO(to_bytes(trained("4C3s-4C3s-4C3 (F4C3u)", (2, 8, 8)))))


def test_the_metadata_say_what_a_reader_must_do() -> None:
    metadata = read(to_bytes(trained("6-5-4 (F6)", (5,)))).metadata
    assert json.loads(metadata["delayed_edges"]) == [
        *([f"layer{number}_reset", f"layer{number}"] for number in (1, 2, 3)),
        ["layer3_spikes", "feedback"],
    ]
    text = metadata["read_me"]
    assert "step before" in text and f"over {STEPS} steps" in text and "reshape" in text


def test_leaky_neurons_are_refused() -> None:
    network = replace(trained("6 (F6)", (5,)), leak=0.5)
    with pytest.raises(ExchangeError, match=r"leak is 0\.5.*--to torch"):
        to_bytes(network)


def test_changed_graphs_are_refused() -> None:
    network = trained("4C3s-4C3s-4C3 (F4C3u)", (2, 8, 8))
    graph = graph_of(network)
    graph.nodes["feedback"].weight[0, 0] += 1
    with pytest.raises(ExchangeError, match="not that of one kernel"):
        network_of(graph)
    graph = graph_of(network)
    graph.nodes["layer2_reset"].scale[:] = -1
    with pytest.raises(ExchangeError, match="'scale' of the node 'layer2_reset'"):
        network_of(graph)
    graph = graph_of(network)
    graph.edges.pop()
    with pytest.raises(ExchangeError, match="edges"):
        network_of(graph)
    graph = graph_of(network)
    del graph.nodes["feedback"]
    with pytest.raises(ExchangeError, match="no node 'feedback'"):
        network_of(graph)
    graph.metadata = {}
    with pytest.raises(ExchangeError, match="no entry 'spide'"):
        network_of(graph)


def test_damaged_files_are_refused() -> None:
    content = to_bytes(trained("6-5-4 (F6)", (5,)))
    for damaged in (content[: len(content) // 2], b"\x89HDF and nothing else", b""):
        with pytest.raises(ExchangeError, match="no whole file of NIR"):
            from_bytes(damaged)


def test_without_the_package_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "nir", None)
    with pytest.raises(ExchangeError, match=r"in spide's checkout, pip install -e '\.\[nir\]'"):
        to_bytes(trained("6 (F6)", (5,)))
