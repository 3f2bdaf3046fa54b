"""SpikeGrad's neuron with its trace by hand, and that a pair of them is a ternary neuron."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from equations import TracePair, ternary, with_trace
from tests.equations.traces import Trace, trace


def pair_trace(pair: TracePair, currents: np.ndarray) -> tuple[Trace, Trace]:
    """Both neurons of pairs."""
    return trace(pair.neuron, currents), trace(pair.neuron, -currents)


def test_a_negative_spike_takes_back_what_was_sent_and_no_more() -> None:
    """Theta 1, subtracted in full; 1.5 fires and leaves 0.5.

    Then 0.5, -0.5, and -1.5 fires back to -0.5, for the trace was 1. It is 0 now: -1.5 is silent.
    """
    currents = np.array([[1.5], [0], [-1], [-1], [-1]])
    positive, negative = pair_trace(TracePair(1.0, 0.0), currents)
    assert_array_equal(positive.v[:, 0], [0.5, 0.5, -0.5, -0.5, -1.5])
    assert_array_equal(positive.spike_count[:, 0], [1, 1, 1, 0, 0])
    assert_array_equal(positive.activity[:, 0], [1, 1, 1, 2, 2])
    # The other one's input is the opposite: -1.5, -1.5, -0.5, 0.5, and 1.5 fires.
    assert_array_equal(negative.v[:, 0], [-1.5, -1.5, -0.5, 0.5, 0.5])
    assert_array_equal(negative.spike_count[:, 0], [0, 0, 0, 0, 1])
    alone = trace(ternary(1.0, 0.0), currents)
    assert_array_equal(alone.spike_count[:, 0], [1, 1, 1, 0, -1])


def test_one_neuron_alone_is_a_rectifier() -> None:
    """Input -3 for 8 steps: nothing is ever sent, however far the potential falls."""
    result = trace(with_trace(1.0, 0.0), np.full((8, 1), -3.0))
    assert result.v[-1, 0] == -24
    assert result.activity[-1, 0] == 0


def test_at_the_threshold_with_the_usual_rest_it_swings_as_eq_6_does() -> None:
    """V_th 0.5, u_rest -0.5: 0.5 fires to -0.5, where the trace of 1 lets it fire back to 0.5."""
    currents = np.array([[0.5], [0], [0], [0]])
    result = trace(with_trace(0.5, -0.5), currents)
    assert_array_equal(result.v[:, 0], [-0.5, 0.5, -0.5, 0.5])
    assert_array_equal(result.spike_count[:, 0], [1, 0, 1, 0])


def test_a_step_that_brings_more_than_a_spike_parts_them() -> None:
    """Theta 1: 3 leaves 2 after a spike, -4 makes it -2.

    The ternary neuron fires once, to -1. Of the pair the first one takes its spike back, to -1,
    and the second one, at -3 + 4 = 1, fires as well.
    """
    currents = np.array([[3.0], [-4.0]])
    positive, negative = pair_trace(TracePair(1.0, 0.0), currents)
    assert_array_equal((positive.spike_count - negative.spike_count)[:, 0], [1, -1])
    assert_array_equal(trace(ternary(1.0, 0.0), currents).spike_count[:, 0], [1, 0])


@given(
    v_threshold=st.sampled_from((0.25, 0.5, 0.75, 1.0, 2.0)),
    rest=st.sampled_from((-1.0, -0.5, 0.0)),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=6, deadline=None)
def test_a_pair_is_a_ternary_neuron(v_threshold: float, rest: float, seed: int) -> None:
    """Any input below the span, threshold and resting potential, spike for spike."""
    pair = TracePair(v_threshold, rest * v_threshold)
    most = round(pair.span * 16) - 1
    currents = np.random.default_rng(seed).integers(-most, most + 1, (40, 12)) / 16
    positive, negative = pair_trace(pair, currents)
    alone = trace(ternary(pair.v_threshold, pair.v_rest), currents)
    assert_array_equal(positive.spike_count - negative.spike_count, alone.spike_count)
    assert_array_equal(positive.activity + negative.activity, alone.activity)
    assert (positive.spike_count >= 0).all() and (negative.spike_count >= 0).all()
    assert alone.activity.sum() > 40


def test_a_trace_does_not_fade() -> None:
    with pytest.raises(ValueError, match=r"leak is 0\.9, and a trace that fades forgets"):
        TracePair(leak=0.9)
