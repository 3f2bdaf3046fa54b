"""The integrate-and-fire neuron, with and without leak, against traces computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from equations import average_rate_weight, integrate_and_fire, leaky_integrate_and_fire
from tests.equations.traces import trace


def test_fires_at_the_threshold_and_subtracts_threshold_minus_rest() -> None:
    """V_th 1, u_rest -1, 0.75 a step: 0.75, 1.5 -> -0.5, 0.25, 1 -> -1, -0.25, 0.5."""
    result = trace(integrate_and_fire(1.0, -1.0), [[0.75]] * 6)
    assert_array_equal(result.v[:, 0], [0.75, -0.5, 0.25, -1.0, -0.25, 0.5])
    assert_array_equal(result.spike_count[:, 0], [0, 1, 1, 2, 2, 2])


def test_keeps_what_exceeds_the_threshold_for_the_next_step() -> None:
    """V_th 0.5, u_rest 0, one input of 1.75: one spike a step until less than 0.5 is left."""
    result = trace(integrate_and_fire(0.5, 0.0), [[1.75], [0], [0], [0], [0]])
    assert_array_equal(result.v[:, 0], [1.25, 0.75, 0.25, 0.25, 0.25])
    assert_array_equal(result.spike_count[:, 0], [1, 2, 3, 3, 3])


def test_inhibition_has_no_floor() -> None:
    result = trace(integrate_and_fire(), [[-3.0], [-3.0], [6.5], [0.5]])
    assert_array_equal(result.v[:, 0], [-3.0, -6.0, 0.5, -1.0])
    assert_array_equal(result.spike_count[:, 0], [0, 0, 0, 1])


def test_the_rate_is_the_clipped_average_input() -> None:
    """u[T] = sum of input - 2 spikes, so |rate - input/2| < 1/T wherever input/2 is in [0, 1]."""
    steps = 200
    inputs = np.array([-0.5, 0.0, 0.1, 0.7, 1.3, 1.99, 2.0, 3.0])
    result = trace(integrate_and_fire(1.0, -1.0), np.tile(inputs, (steps, 1)))
    rate = result.spike_count[-1] / steps
    assert_allclose(rate, np.clip(inputs / 2, 0, 1), atol=1 / steps)
    assert_array_equal(rate[[0, 1, 6, 7]], [0, 0, 1, 1])


def test_the_leak_acts_after_the_reset_and_on_the_rate() -> None:
    """V_th 1, u_rest -1, leak 0.5, 0.75 a step.

    u before the spike: 0.75; 0.375 + 0.75 = 1.125, a spike, -0.875 left; -0.4375 + 0.75 = 0.3125;
    0.15625 + 0.75 = 0.90625; 0.453125 + 0.75 = 1.203125, a spike, -0.796875 left. The first spike
    counts 1, then 1/2, 1/4, 1/8.
    """
    result = trace(leaky_integrate_and_fire(1.0, -1.0, 0.5), [[0.75]] * 5)
    assert_array_equal(result.v[:, 0], [0.75, -0.875, 0.3125, 0.90625, -0.796875])
    assert_array_equal(result.spike_count[:, 0], [0, 1, 0.5, 0.25, 1.125])
    assert_array_equal(result.activity[:, 0], [0, 1, 1, 1, 2])


def test_without_leak_both_neurons_are_the_same() -> None:
    currents = np.random.default_rng(1).integers(-8, 17, (40, 12)) / 16
    plain = trace(integrate_and_fire(0.75, -0.25), currents)
    leaky = trace(leaky_integrate_and_fire(0.75, -0.25, leak=1.0), currents)
    assert plain.spike_count[-1].all()
    assert_array_equal(plain.v, leaky.v)
    assert_array_equal(plain.spike_count, leaky.spike_count)
    assert_array_equal(plain.spike_count, leaky.activity)


@pytest.mark.parametrize("leak", [1.0, 0.9, 0.5])
def test_a_neuron_that_always_fires_has_rate_one(leak: float) -> None:
    steps = 30
    result = trace(leaky_integrate_and_fire(1.0, -1.0, leak), [[50.0]] * steps)
    assert result.spike_count[-1, 0] / average_rate_weight(leak, steps) == 1.0


@pytest.mark.parametrize(("leak", "weight"), [(1.0, 4.0), (0.5, 1.875), (0.75, 2.734375)])
def test_average_rate_weight_is_the_geometric_sum(leak: float, weight: float) -> None:
    assert average_rate_weight(leak, 4) == weight
