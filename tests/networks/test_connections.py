"""Each connection against a plain list of its synapses and against PyTorch's derivatives."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from networks import Architecture
from networks.connections import (
    Connection,
    OneToOne,
    Shape,
    Taps,
    TransposedConvolution,
    channels,
    positions,
    units,
)
from tests.oracles.reference_wiring import wire

LAYERS = [
    ("3C5", (2, 6, 7)),
    ("3C5s", (2, 6, 7)),
    ("4C3s", (1, 8, 5)),
    ("2C2", (3, 4, 5)),
    ("2C4s", (2, 6, 9)),
    ("5C1", (3, 2, 2)),
    ("3C9s", (2, 12, 12)),
    ("3C3u", (2, 3, 4)),
    ("3C5u", (2, 4, 3)),
    ("2C1u", (3, 3, 2)),
    ("2C2u", (2, 3, 4)),
    ("P2", (3, 6, 5)),
    ("P3", (2, 7, 9)),
    ("4", (2, 3, 3)),
    ("5", (6,)),
]

layers = pytest.mark.parametrize(("symbol", "source"), LAYERS)


def connect(symbol: str, source: Shape) -> Connection:
    """The connection that one layer of the notation stands for."""
    return Architecture.parse(symbol, source, 2).layers[0].connection


def random_weight(connection: Connection) -> torch.Tensor | None:
    """A weight in PyTorch's layout."""
    if not connection.has_parameters:
        return None
    rng = np.random.default_rng(1)
    return torch.from_numpy(rng.normal(size=connection.weight_shape))


def matrix_of(
    taps: Taps, kernel: NDArray[np.float64], source: Shape, target: Shape, channelwise: bool
) -> NDArray[np.float64]:
    """(target neurons, source neurons) with neurons flattened as (channel, row, column)."""
    matrix = np.zeros((channels(target), positions(target), channels(source), positions(source)))
    for tap, p, q in zip(taps.tap, taps.source, taps.target, strict=True):
        if channelwise:
            each = np.arange(channels(source))
            matrix[each, q, each, p] += kernel[tap]
        else:
            matrix[:, q, :, p] += kernel[tap].T
    return matrix.reshape(units(target), units(source))


@layers
def test_apply_is_the_list_of_synapses(symbol: str, source: Shape) -> None:
    connection, wiring = connect(symbol, source), wire(symbol, source)
    weight = random_weight(connection)
    assert connection.target_shape == wiring.target_shape
    x = np.random.default_rng(2).normal(size=(3, *source))
    expected = x.reshape(3, -1) @ wiring.matrix(None if weight is None else weight.numpy()).T
    applied = connection.apply(weight, torch.from_numpy(x))
    assert applied.shape == (3, *connection.target_shape)
    assert_allclose(applied.flatten(1).numpy(), expected, rtol=1e-12, atol=1e-12)


@layers
def test_transposed_is_the_list_of_synapses_backwards(symbol: str, source: Shape) -> None:
    connection, wiring = connect(symbol, source), wire(symbol, source)
    weight = random_weight(connection)
    y = np.random.default_rng(3).normal(size=(2, *connection.target_shape))
    expected = y.reshape(2, -1) @ wiring.matrix(None if weight is None else weight.numpy())
    back = connection.apply_transposed(weight, torch.from_numpy(y))
    assert back.shape == (2, *source)
    assert_allclose(back.flatten(1).numpy(), expected, rtol=1e-12, atol=1e-12)


@layers
def test_taps_and_kernel_are_the_list_of_synapses(symbol: str, source: Shape) -> None:
    connection, wiring = connect(symbol, source), wire(symbol, source)
    weight = random_weight(connection)
    expected = wiring.matrix(None if weight is None else weight.numpy()).toarray()
    kernel = connection.kernel(weight).numpy()
    target, channelwise = connection.target_shape, connection.channelwise
    assert_array_equal(matrix_of(connection.taps, kernel, source, target, channelwise), expected)

    back = kernel if channelwise else kernel.transpose(0, 2, 1)
    reverse = matrix_of(connection.taps.transposed, back, target, source, channelwise)
    assert_array_equal(reverse, expected.T)
    assert connection.synapses == len(wiring.target)


@layers
def test_tables_for_both_loop_orders_hold_the_same_rows(symbol: str, source: Shape) -> None:
    for taps in (connect(symbol, source).taps, connect(symbol, source).taps.transposed):
        rows = set(zip(taps.tap, taps.source, taps.target, strict=True))
        assert len(rows) == len(taps.tap)

        runs, source_, target_, other_ = taps.by_tap()
        assert [begin for *_, begin, _ in runs] == [0, *(end for *_, end in runs[:-1])]
        by_tap = []
        for tap, other, begin, end in runs:
            own = slice(begin, end)
            by_tap += [(tap, p, q) for p, q in zip(source_[own], target_[own], strict=True)]
            if other >= 0:
                by_tap += [(other, p, q) for p, q in zip(source_[own], other_[own], strict=True)]
        assert len(by_tap) == len(rows) and set(by_tap) == rows

        by_position, (offsets, tap_, target_) = set(), taps.by_source()
        assert (offsets[0], offsets[-1]) == (0, len(rows))
        for p in range(taps.source_positions):
            own = slice(offsets[p], offsets[p + 1])
            by_position |= {(t, p, q) for t, q in zip(tap_[own], target_[own], strict=True)}
        assert by_position == rows


def test_taps_that_share_their_sources_go_together() -> None:
    """A row of four positions through three taps: the first two share three sources."""
    taps = Taps.from_grid((1, 4), (1, 4), 3, 1, 1)
    runs, source, target, other = taps.by_tap()
    # Tap 3 is dx = -1: source x reaches target x + 1; tap 4 target x; tap 5 target x - 1.
    assert_array_equal(runs, [[3, 4, 0, 3], [4, -1, 3, 4], [5, -1, 4, 7]])
    assert_array_equal(source, [0, 1, 2, 3, 1, 2, 3])
    assert_array_equal(target, [1, 2, 3, 3, 0, 1, 2])
    assert_array_equal(other[:3], [0, 1, 2])


@layers
def test_weight_gradient_is_the_derivative(symbol: str, source: Shape) -> None:
    """d/dF of sum(target * F x) is the product of the two rates, summed over batch and space."""
    connection = connect(symbol, source)
    rng = np.random.default_rng(3)
    x = torch.from_numpy(rng.normal(size=(4, *source)))
    delta = torch.from_numpy(rng.normal(size=(4, *connection.target_shape)))
    weight = random_weight(connection)
    if weight is None:
        with pytest.raises(TypeError, match="no weight"):
            connection.weight_gradient(delta, x)
        return
    weight.requires_grad_()
    (expected,) = torch.autograd.grad((delta * connection.apply(weight, x)).sum(), weight)
    gradient = connection.weight_gradient(delta, x)
    assert gradient.shape == connection.weight_shape
    assert_allclose(gradient.numpy(), expected.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("source", [(2, 7, 7), (1, 3, 4)])
def test_a_transposed_convolution_is_torchs_and_doubles_the_size(size: int, source: Shape) -> None:
    connection = TransposedConvolution.onto(source, 3, size)
    assert connection.target_shape == (3, 2 * source[1], 2 * source[2])
    layer = torch.nn.ConvTranspose2d(
        source[0], 3, size, stride=2, padding=size // 2, output_padding=1, bias=False
    ).double()
    x = torch.rand(2, *source, dtype=torch.float64)
    assert_array_equal(
        connection.apply(layer.weight, x).detach().numpy(), layer(x).detach().numpy()
    )


@pytest.mark.parametrize("shape", [(3, 2, 4), (5,)])
def test_one_to_one_joins_namesakes(shape: Shape) -> None:
    connection = OneToOne(shape, shape, 1.25)
    kernel = connection.kernel(None).numpy()
    matrix = matrix_of(connection.taps, kernel, shape, shape, channelwise=True)
    assert_array_equal(matrix, 1.25 * np.eye(units(shape)))
    assert connection.synapses == units(shape)
    assert not connection.has_parameters
