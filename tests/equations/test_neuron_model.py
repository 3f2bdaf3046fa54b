"""Parameters that no neuron can have are refused in a sentence that names them."""

from __future__ import annotations

import dataclasses
import math

import pytest

from equations import (
    NeuronModel,
    TernaryCouple,
    integrate_and_fire,
    leaky_integrate_and_fire,
    ternary,
)


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_a_threshold_must_be_positive(value: float) -> None:
    with pytest.raises(ValueError, match=f"the threshold is {value}: it must be positive"):
        integrate_and_fire(value, -5.0)


@pytest.mark.parametrize("value", [1.0, 1.5, math.nan, -math.inf])
def test_a_resting_potential_must_lie_below_the_threshold(value: float) -> None:
    message = f"the resting potential is {value}: it must lie below the threshold 1.0"
    with pytest.raises(ValueError, match=message):
        ternary(1.0, value)


@pytest.mark.parametrize("value", [0.0, -0.5, 1.01, math.nan])
def test_a_leak_must_lie_between_zero_and_one(value: float) -> None:
    with pytest.raises(ValueError, match=rf"the leak is {value}: it must lie in \(0, 1\]"):
        leaky_integrate_and_fire(1.0, -1.0, value)
    with pytest.raises(ValueError, match=rf"the leak is {value}: it must lie in \(0, 1\]"):
        ternary(0.5, -0.5, value)


def test_a_couple_is_checked_as_its_neurons_are() -> None:
    with pytest.raises(ValueError, match=r"the resting potential is 0.5: .* threshold 0.5"):
        _ = TernaryCouple(0.5, 0.5).neuron


def test_the_defaults_are_those_of_the_paper() -> None:
    """Section 4.3 and appendix D.3: V_th 1, u_rest -1; stage 2 V_th 0.5, u_rest -0.5."""
    forward, backward = integrate_and_fire(), ternary()
    assert (forward.v_threshold, forward.v_rest) == (1.0, -1.0)
    assert (backward.v_threshold, backward.v_rest) == (0.5, -0.5)
    assert TernaryCouple() == TernaryCouple(0.5, -0.5, 1.0)


def test_a_neuron_cannot_change() -> None:
    neuron = ternary()
    assert isinstance(neuron, NeuronModel)
    with pytest.raises(dataclasses.FrozenInstanceError):
        neuron.leak = 0.5  # type: ignore[misc]
