"""The memory of a GPU, from sizes alone, against what GeNN counted when it generated the code."""

from __future__ import annotations

import pytest

from networks import Architecture
from networks.devices.genn.memory import (
    LARGEST_BATCH,
    DeviceMemory,
    backward_memory,
    device_memory,
    forward_memory,
)
from networks.wiring import incoming

NETWORK = Architecture.parse("8C5s-8C5s-8C5 (F8C3u)", (1, 28, 28), 10)


def test_what_genn_counted() -> None:
    """GeNN 4.9.0 notes it beside its code (``model.sha``), without kernels; 4 samples, couples."""
    kernels = 4 * sum(each.connection.kernel_values for each in incoming(NETWORK))
    cross_resets = 4 * 2 * len(NETWORK.layers)
    assert forward_memory(NETWORK).of_batch(4) - kernels == 2_001_056
    assert backward_memory(NETWORK, True).of_batch(4) - 4 * kernels - cross_resets == 7_414_176


def test_both_stages() -> None:
    for couples in (True, False):
        both = device_memory(NETWORK, couples)
        assert both == forward_memory(NETWORK) + backward_memory(NETWORK, couples)
    assert device_memory(NETWORK, True).synapses > 2 * device_memory(NETWORK, False).synapses


@pytest.mark.parametrize(
    ("available", "samples"), [(999, 0), (1000, 0), (1009, 0), (1010, 1), (1059, 5)]
)
def test_the_largest_batch_fits(available: int, samples: int) -> None:
    memory = DeviceMemory(1000, 10)
    assert memory.largest_batch(available) == samples
    assert memory.of_batch(samples + 1) > available
    assert not samples or memory.of_batch(samples) <= available


def test_genn_runs_no_larger_batches() -> None:
    assert DeviceMemory(0, 1).largest_batch(10**9) == LARGEST_BATCH == 1023
