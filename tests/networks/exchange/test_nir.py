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
from networks.input_scaling import InputScaling
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


@pytest.mark.parametrize(
    ("notation", "input_shape"), [(n, s) for n, s in NETWORKS if "F" in n], ids=str
)
def test_the_feedback_of_a_pipeline_is_held_for_a_step_per_layer(
    notation: str, input_shape: tuple[int, ...]
) -> None:
    network = replace(trained(notation, input_shape), propagation="synchronous")
    assert from_bytes(to_bytes(network)).propagation == "synchronous"
    images = random_images(network.architecture, 2)
    alpha = network.forward_network(2).run(images, STEPS).alpha
    graph = read(to_bytes(network))
    for sample, image in enumerate(images):
        given = step_graph(graph, image, STEPS)
        for layer in network.architecture.layers:
            spikes = given[f"{layer.name}_spikes"].sum(axis=0)
            np.testing.assert_array_equal(spikes, np.rint(alpha[layer.name][sample] * STEPS))
    if len(network.architecture.layers) > 1:
        other = network.forward_network(2, propagation="sequential").run(images, STEPS).alpha
        assert any(not np.array_equal(alpha[name], rates) for name, rates in other.items())


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


def test_the_metadata_say_what_the_input_is() -> None:
    network = trained("6-5-4 (F6)", (5,))
    assert "scaled as in the training: not known" in graph_of(network).metadata["read_me"]
    scaling = InputScaling("from 0 to 16", (1,) * 5, (2,) * 5)
    said = replace(network, frames=True, scaling=scaling, class_names=("left", "right"))
    text = graph_of(said).metadata["read_me"]
    assert "Input: frame t at step t, scaled as in the training: (pixel - mean) / std" in text
    assert f"over {STEPS} steps, of the classes left, right." in text


def test_leaky_neurons_are_refused() -> None:
    network = replace(trained("6 (F6)", (5,)), leak=0.5)
    with pytest.raises(ExchangeError, match=r"leak is 0\.5.*--to torch"):
        to_bytes(network)


CHANGED = trained("4C3s-P2-4C3 (F4C3u)", (2, 8, 8))
NODES = sorted(graph_of(replace(CHANGED, propagation="synchronous")).nodes)


@pytest.mark.parametrize("name", NODES)
def test_graphs_without_a_node_are_refused(name: str) -> None:
    graph = graph_of(replace(CHANGED, propagation="synchronous"))
    del graph.nodes[name]
    with pytest.raises(ExchangeError, match=f"^the graph has no node '{name}': export it again$"):
        network_of(graph)


@pytest.mark.parametrize("name", [name for name in NODES if name not in ("input", "output")])
def test_graphs_with_another_node_are_refused(name: str) -> None:
    """Of another type, for whatever the nodes of its type hold."""
    graph = graph_of(replace(CHANGED, propagation="synchronous"))
    graph.nodes[name] = nir.Output(output_type={"output": np.array([1])})
    with pytest.raises(ExchangeError, match=r"is of the type|is not that of"):
        network_of(graph)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("layer2_reset", "scale"),
        ("layer1_spikes", "threshold"),
        ("layer3", "r"),
        ("held1", "scale"),
        ("layer2_input", "kernel_size"),
        ("layer1_input", "stride"),
        ("layer1_input", "padding"),
        ("readout_flat", "start_dim"),
    ],
)
def test_graphs_with_changed_nodes_are_refused(name: str, field: str) -> None:
    graph = graph_of(replace(CHANGED, propagation="synchronous"))
    node = graph.nodes[name]
    setattr(node, field, np.asarray(getattr(node, field)) + 1)
    with pytest.raises(ExchangeError, match=f"'{field}' of the node '{name}'|not that of"):
        network_of(graph)


def test_changed_graphs_are_refused() -> None:
    graph = graph_of(CHANGED)
    graph.nodes["feedback"].weight[0, 0] += 1
    with pytest.raises(ExchangeError, match="not that of one kernel"):
        network_of(graph)
    graph = graph_of(CHANGED)
    graph.edges.pop()
    with pytest.raises(ExchangeError, match="edges"):
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
