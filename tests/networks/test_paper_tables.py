"""Neuron and parameter counts of the paper's tables, exact and as they are printed."""

from __future__ import annotations

import pytest

from networks import Architecture

MNIST = (1, 28, 28)
CIFAR = (3, 32, 32)
ALEXNET_F = "96C3s-256C3-384C3s-384C3-256C3 (F96C3u)"
CIFARNET_F = "128C3s-256C3-512C3s-1024C3-512C3 (F128C3u)"


def printed(count: int, unit: str) -> str:
    """``275K`` or ``3.7M``, as the tables print a count."""
    return f"{round(count / 1e3)}K" if unit == "K" else f"{count / 1e6:.1f}M"


def test_the_first_row_by_hand() -> None:
    """Every term of the MNIST feedback network."""
    network = Architecture.parse("64C5s-64C5s-64C5 (F64C3u)", MNIST, 10)
    assert network.neurons == 28 * 28 + 64 * 14 * 14 + 64 * 7 * 7 + 64 * 7 * 7
    convolutions = (64 * 1 * 25 + 64) + 2 * (64 * 64 * 25 + 64)
    feedback = 64 * 64 * 9
    readout = 10 * 64 * 7 * 7 + 10
    assert network.parameters == convolutions + feedback + readout


@pytest.mark.parametrize(
    ("notation", "shape", "classes", "neurons", "parameters", "table"),
    [
        ("64C5s-64C5s-64C5 (F64C3u)", MNIST, 10, 19_600, 274_826, ("20K", "275K")),
        ("15C5-P2-40C5-P2-300", MNIST, 10, 25_584, 606_740, ("26K", "607K")),
        (ALEXNET_F, CIFAR, 10, 158_720, 3_706_762, ("159K", "3.7M")),
        (CIFARNET_F, CIFAR, 10, 232_448, 11_835_146, ("232K", "11.8M")),
        (CIFARNET_F, CIFAR, 100, 232_448, 14_784_356, ("232K", "14.8M")),
    ],
)
def test_counts_are_those_of_the_table(
    notation: str,
    shape: tuple[int, ...],
    classes: int,
    neurons: int,
    parameters: int,
    table: tuple[str, str],
) -> None:
    network = Architecture.parse(notation, shape, classes)
    assert (network.neurons, network.parameters) == (neurons, parameters)
    assert (printed(neurons, "K"), printed(parameters, table[1][-1])) == table


def test_the_single_layer_row_has_stride_two() -> None:
    """The table calls it ``64C5 (F64C5)``, 13K neurons, 229K parameters: only stride 2 has them.

    229,514 is printed as 229K, cut rather than rounded.
    """
    network = Architecture.parse("64C5s (F64C5)", MNIST, 10)
    assert network.neurons == 28 * 28 + 64 * 14 * 14 == 13_328
    first, feedback, readout = 64 * 25 + 64, 64 * 64 * 25, 10 * 64 * 14 * 14 + 10
    assert network.parameters == first + feedback + readout == 229_514
    assert Architecture.parse("64C5 (F64C5)", MNIST, 10).neurons == 50_960


def test_the_network_for_event_camera_frames() -> None:
    """Appendix F: ``512C9s (F512C5)`` on two polarities of 48 x 48 pixels."""
    network = Architecture.parse("512C9s (F512C5)", (2, 48, 48), 10)
    assert network.output.shape == (512, 24, 24)
    assert network.neurons == 2 * 48 * 48 + 512 * 24 * 24
    first, feedback, readout = 512 * 2 * 81 + 512, 512 * 512 * 25, 10 * 512 * 24 * 24 + 10
    assert network.parameters == first + feedback + readout


def test_synapses_of_the_mnist_network_by_hand() -> None:
    """All pairs of positions within the image that a kernel joins, times channels squared.

    Along one axis a 5-tap stride-2 convolution of 14 onto 7 positions has 5 * 7 - 3 pairs (the
    first position loses two taps, the last one), a 5-tap convolution of 7 positions 5 * 7 - 6, and
    the 3-tap upscaling of 7 to 14 as many as its transpose: 3 * 7 - 1.
    """
    network = Architecture.parse("64C5s-64C5s-64C5 (F64C3u)", MNIST, 10)
    pairs = (5 * 7 - 3) ** 2 + (5 * 7 - 6) ** 2 + (3 * 7 - 1) ** 2
    assert network.synapses == 64 * 64 * pairs
