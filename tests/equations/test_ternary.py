"""The ternary neuron and the couple that it stands for, against traces computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from equations import TernaryCouple, ternary
from tests.equations.traces import couple_trace, trace


def test_fires_on_both_sides_at_the_threshold() -> None:
    """V_th 0.5, u_rest -0.5, +-0.375 a step: 0.375, 0.75 -> -0.25, 0.125, 0.5 -> -0.5, -0.125.

    After the second spike the potential lies on the negative threshold; only the input keeps the
    neuron from firing there.
    """
    result = trace(ternary(0.5, -0.5), [[0.375, -0.375]] * 5)
    v = np.array([0.375, -0.25, 0.125, -0.5, -0.125])
    count = np.array([0, 1, 1, 2, 2])
    assert_array_equal(result.v, np.stack([v, -v], axis=1))
    assert_array_equal(result.spike_count, np.stack([count, -count], axis=1))
    assert_array_equal(result.activity, np.stack([count, count], axis=1))


def test_without_input_a_neuron_on_the_threshold_swings() -> None:
    """u = 0.5 fires to -0.5, which is the negative threshold and fires back: the rate stays 0."""
    result = trace(ternary(0.5, -0.5), [[0.5], [0.0], [0.0], [0.0]])
    assert_array_equal(result.v[:, 0], [-0.5, 0.5, -0.5, 0.5])
    assert_array_equal(result.spike_count[:, 0], [1, 0, 1, 0])
    assert_array_equal(result.activity[:, 0], [1, 2, 3, 4])


def test_rests_at_zero_from_either_side() -> None:
    """V_th 1, u_rest 0: an input of +-2.5 leaves 1.5, 0.5, 0.5: never of the other sign."""
    result = trace(ternary(1.0, 0.0), [[2.5, -2.5], [0, 0], [0, 0]])
    assert_array_equal(result.v, [[1.5, -1.5], [0.5, -0.5], [0.5, -0.5]])
    assert_array_equal(result.spike_count[-1], [2, -2])


def test_the_leak_acts_after_the_reset_and_on_the_signed_rate() -> None:
    """Leak 0.5, -0.5 a step: -0.5 -> 0.5, then 0.25 - 0.5, -0.125 - 0.5 -> 0.375."""
    result = trace(ternary(0.5, -0.5, leak=0.5), [[-0.5]] * 3)
    assert_array_equal(result.v[:, 0], [0.5, -0.25, 0.375])
    assert_array_equal(result.spike_count[:, 0], [-1, -0.5, -1.25])
    assert_array_equal(result.activity[:, 0], [1, 1, 2])


def test_each_side_of_a_couple_resets_the_other() -> None:
    """V_th 0.75, u_rest -0.25: a spike takes 1 from its own side and gives 1 to the other.

    Input 0.5, 0.5, -1, -1: side 1 goes 0.5, 1 -> 0 (a spike), -1 -> 0 (side 2 fired), -1 -> 0.
    """
    positive, negative = couple_trace(TernaryCouple(0.75, -0.25), [[0.5], [0.5], [-1], [-1]])
    assert_array_equal(positive.v[:, 0], [0.5, 0, 0, 0])
    assert_array_equal(positive.activity[:, 0], [0, 1, 1, 1])
    assert_array_equal(negative.activity[:, 0], [0, 0, 1, 2])
    assert_array_equal((positive.spike_count - negative.spike_count)[:, 0], [0, 1, 0, -1])


@pytest.mark.parametrize("leak", [1.0, 0.75])
def test_the_weight_of_the_cross_reset_is_threshold_minus_rest(leak: float) -> None:
    couple = TernaryCouple(0.75, -0.5, leak)
    assert couple.span == 1.25
    assert (couple.neuron.v_threshold, couple.neuron.v_rest) == (0.75, -0.5)
    assert couple.neuron.leak == leak


@pytest.mark.slow
@given(
    v_threshold=st.sampled_from((0.25, 0.5, 0.75, 1.0, 2.0)),
    span=st.sampled_from((0.25, 0.5, 1.0, 1.5, 3.0)),
    leak=st.sampled_from((1.0, 0.5, 0.75)),
    scale=st.sampled_from((1, 4, 12)),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=15)
def test_a_couple_is_a_ternary_neuron(
    v_threshold: float, span: float, leak: float, scale: int, seed: int
) -> None:
    """Any input, threshold and resting potential, step by step, in exact numbers."""
    currents = np.random.default_rng(seed).integers(-scale, scale + 1, (25, 20)) / 8
    v_rest = v_threshold - span
    alone = trace(ternary(v_threshold, v_rest, leak), currents)
    positive, negative = couple_trace(TernaryCouple(v_threshold, v_rest, leak), currents)
    assert_array_equal(positive.v, alone.v)
    assert_array_equal(negative.v, -alone.v)
    assert_array_equal(positive.spike_count - negative.spike_count, alone.spike_count)
    assert_array_equal(positive.activity + negative.activity, alone.activity)
