"""Every notation of the paper, and what is said about those that cannot be built."""

from __future__ import annotations

import re

import numpy as np
import pytest

from networks import Architecture, ArchitectureError
from networks.connections import (
    AveragePool,
    Connection,
    Convolution,
    Dense,
    TransposedConvolution,
)

Shape = tuple[int, ...]


@pytest.mark.parametrize(
    ("notation", "input_shape", "kinds", "shapes"),
    [
        ("7C5", (2, 9, 6), [Convolution], [(7, 9, 6)]),
        ("7C5s", (2, 9, 6), [Convolution], [(7, 5, 3)]),
        ("7C3u", (2, 9, 6), [TransposedConvolution], [(7, 18, 12)]),
        ("7C2", (2, 9, 6), [Convolution], [(7, 8, 5)]),
        ("7C9s", (2, 48, 48), [Convolution], [(7, 24, 24)]),
        ("P2", (2, 9, 6), [AveragePool], [(2, 4, 3)]),
        ("P3", (2, 9, 6), [AveragePool], [(2, 3, 2)]),
        ("300", (2, 9, 6), [Dense], [(300,)]),
        ("300-20", (5,), [Dense, Dense], [(300,), (20,)]),
        (" 3C3 - P2 ", (1, 8, 8), [Convolution, AveragePool], [(3, 8, 8), (3, 4, 4)]),
    ],
)
def test_layers(
    notation: str, input_shape: Shape, kinds: list[type[Connection]], shapes: list[Shape]
) -> None:
    network = Architecture.parse(notation, input_shape, 10)
    assert [type(layer.connection) for layer in network.layers] == kinds
    assert [layer.shape for layer in network.layers] == shapes
    assert [layer.name for layer in network.layers] == [f"layer{n + 1}" for n in range(len(kinds))]
    assert network.feedback is None
    assert network.output is network.layers[-1]


@pytest.mark.parametrize(
    ("notation", "input_shape", "kind"),
    [
        ("400 (F400)", (784,), Dense),
        ("400(F400)", (1, 28, 28), Dense),
        ("6C9s (F6C5)", (2, 48, 48), Convolution),
        ("6C5s-6C5s-6C5 (F6C3u)", (1, 28, 28), TransposedConvolution),
        ("6C5s-6C3u ( F6C3s )", (1, 12, 12), Convolution),
        ("30-20-10 (F30)", (1, 4, 4), Dense),
    ],
)
def test_feedback_leads_from_the_last_layer_to_the_first(
    notation: str, input_shape: Shape, kind: type[Connection]
) -> None:
    network = Architecture.parse(notation, input_shape, 10)
    assert type(network.feedback) is kind
    assert network.feedback.source_shape == network.output.shape
    assert network.feedback.target_shape == network.layers[0].shape


def test_parameters_are_named_and_shaped_as_pytorch_does() -> None:
    network = Architecture.parse("4C5s-P2-6C3-4C3u (F4C3)", (2, 12, 12), 3)
    assert network.parameter_shapes() == {
        "layer1.weight": (4, 2, 5, 5),
        "layer1.bias": (4,),
        "layer3.weight": (6, 4, 3, 3),
        "layer3.bias": (6,),
        "layer4.weight": (6, 4, 3, 3),
        "layer4.bias": (4,),
        "feedback.weight": (4, 4, 3, 3),
        "readout.weight": (3, 4 * 6 * 6),
        "readout.bias": (3,),
    }


@pytest.mark.parametrize(
    ("notation", "input_shape", "said"),
    [
        ("64X5", (1, 8, 8), "layer 1, '64X5', of '64X5': expected a layer such as 64C5"),
        ("4C3-4C3t", (1, 8, 8), "layer 2, '4C3t'"),
        ("4C3--4C3", (1, 8, 8), "layer 2, '',"),
        ("", (1, 8, 8), "layer 1, '', of ''"),
        ("4C3-", (1, 8, 8), "layer 2, '',"),
        ("4C3 4C3", (1, 8, 8), "layer 1, '4C3 4C3'"),
        ("-4", (8,), "layer 1, '',"),
        ("4C3", (8,), "layer 1, '4C3', of '4C3': a convolution needs (channels, height, width)"),
        ("9-4C3u", (1, 8, 8), "layer 2, '4C3u', of '9-4C3u': a transposed convolution needs"),
        ("9-P2", (1, 8, 8), "layer 2, 'P2', of '9-P2': pooling needs (channels, height, width)"),
        ("4C4", (1, 1, 8), "layer 1, '4C4', of '4C4': a 4x4 kernel does not fit (1, 1, 8)"),
        ("P2-P2-P2", (1, 4, 4), "layer 3, 'P2', of 'P2-P2-P2': windows of 2x2 do not fit"),
        ("0C3", (1, 8, 8), "layer 1, '0C3', of '0C3': channels and kernel size must be at least 1"),
        ("4C0", (1, 8, 8), "layer 1, '4C0', of '4C0': channels and kernel size must be at least 1"),
        ("P0", (1, 8, 8), "layer 1, 'P0', of 'P0': a pooling window must be at least 1"),
        ("0", (8,), "layer 1, '0', of '0': a dense layer must have at least 1 neuron"),
        ("4C3 (F4C3u)", (1, 8, 8), "the feedback, '(F4C3u)', of '4C3 (F4C3u)': it gives (4, 16, "),
        ("4C3 (F5C3)", (1, 8, 8), "it gives (5, 8, 8), but layer 1, '4C3', is (4, 8, 8)"),
        ("P2 (FP2)", (1, 8, 8), "the feedback, '(FP2)', of 'P2 (FP2)': a feedback cannot be a"),
        ("4C3 (F)", (1, 8, 8), "the feedback, '(F)', of '4C3 (F)': expected a layer such as"),
        ("9 (F9C3)", (1, 8, 8), "the feedback, '(F9C3)', of '9 (F9C3)': a convolution needs"),
        ("9 (9)", (8,), "cannot read the architecture '9 (9)'"),
        ("9 (F9) (F9)", (8,), "cannot read the architecture '9 (F9) (F9)'"),
        ("9 (F9", (8,), "cannot read the architecture '9 (F9'"),
    ],
)
def test_an_impossible_notation_is_refused_where_it_breaks(
    notation: str, input_shape: Shape, said: str
) -> None:
    with pytest.raises(ArchitectureError, match=re.escape(said)):
        Architecture.parse(notation, input_shape, 10)


@pytest.mark.parametrize("shape", [(), (28, 28), (1, 2, 3, 4), (0,), (1, 0, 28), (-3,)])
def test_an_impossible_input_shape_is_refused(shape: Shape) -> None:
    with pytest.raises(ArchitectureError, match=re.escape(f"the input shape is {shape}")):
        Architecture.parse("9", shape, 10)


@pytest.mark.parametrize("classes", [1, 0, -3])
def test_there_are_at_least_two_classes(classes: int) -> None:
    with pytest.raises(ArchitectureError, match=f"classes must be at least 2, not {classes}"):
        Architecture.parse("9", (8,), classes)


def test_parameters_of_another_architecture_are_refused() -> None:
    network = Architecture.parse("9 (F9)", (8,), 2)
    good = {name: np.zeros(shape) for name, shape in network.parameter_shapes().items()}
    network.check_parameters(good)

    missing = {name: value for name, value in good.items() if name != "feedback.weight"}
    with pytest.raises(ValueError, match=r"'feedback.weight' of '9 \(F9\)' is missing"):
        network.check_parameters(missing)
    with pytest.raises(ValueError, match=r"'layer2.bias' is no parameter of '9 \(F9\)'"):
        network.check_parameters({**good, "layer2.bias": np.zeros(9)})
    with pytest.raises(ValueError, match=r"'layer1.weight' has shape \(8, 9\): .* needs \(9, 8\)"):
        network.check_parameters({**good, "layer1.weight": np.zeros((8, 9))})
    for wrong in (np.nan, np.inf):
        with pytest.raises(ValueError, match=r"'readout\.bias' holds NaN or infinite values"):
            network.check_parameters({**good, "readout.bias": np.array([0, wrong])})
