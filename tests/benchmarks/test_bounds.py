"""The bounds count what they say, by comparison with counting it one by one."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.measuring import bounds
from benchmarks.measuring.bandwidth import measure_bandwidth
from equations import integrate_and_fire, ternary
from networks import Architecture


def test_neurons() -> None:
    assert bounds.state_update(10, 3, 4).bytes == 360
    assert bounds.thresholds(10, 3, 4, spikes=5).bytes == 140
    # Every neuron fires: all lines of v and spike_count (and s and activity), in and out.
    assert bounds.resets(integrate_and_fire(), 32, 1, 4, 32).bytes == 2 * 2 * 128 + 128
    assert bounds.resets(ternary(), 32, 1, 4, 32).bytes == 2 * 4 * 128 + 128
    assert bounds.resets(ternary(), 32, 1, 4, 0).bytes == 0


@pytest.mark.parametrize("transposed", [False, True])
def test_events(transposed: bool) -> None:
    """The reach of each spike, from the dense operation with a kernel of ones."""
    architecture = Architecture.parse("3C3s-5C3s (F3C3u)", (2, 12, 12), 4)
    connection = architecture.layers[1].connection
    here = connection.target_shape if transposed else connection.source_shape
    samples = 2
    sent = np.random.default_rng(0).integers(0, 4, (samples, *here)).astype(float)
    reach = np.zeros(here)
    target_channels, height, width = connection.target_shape
    for y in range(height):
        for x in range(width):
            for dy in range(3):
                for dx in range(3):
                    i, j = 2 * y + dy - 1, 2 * x + dx - 1
                    if not (0 <= i < connection.source_shape[1]):
                        continue
                    if not (0 <= j < connection.source_shape[2]):
                        continue
                    if transposed:
                        reach[:, y, x] += connection.source_shape[0]
                    else:
                        reach[:, i, j] += target_channels
    expected = float((sent * reach).sum())
    flat = sent.transpose(0, 2, 3, 1).reshape(-1)  # channel-last
    traffic = bounds.synapses(connection, transposed, flat, 4)
    assert traffic.events == expected > 0
    assert traffic.bytes == 4 * expected


def test_the_first_cache_reads_faster_than_memory() -> None:
    cache, memory = measure_bandwidth(16 << 10, 64 << 20)
    assert cache.size == 16 << 10
    assert cache.read > memory.read > 1e8
    assert memory.copy > 1e8
