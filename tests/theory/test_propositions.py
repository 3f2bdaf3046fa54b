"""Propositions 1 and 2 (section 4.3): resting at -V_th^b makes stage 2 unbiased and less noisy.

What a neuron has not yet fired at the end lies in [u_rest^b, V_th^b] if its input is positive and
in [-V_th^b, -u_rest^b] if it is negative. Uniformly distributed there, its mean is half of
V_th^b + u_rest^b, of the sign of the input, and its variance over both signs is
1/12 + ((V_th^b + u_rest^b)/2)^2 for V_th^b - u_rest^b = 1. Divided by T, that is the error of beta.

The proposition is about each sign on its own: over inputs of both signs the biases cancel whatever
the resting potential. It compares beta with b[T], the rates of the iteration without quantisation,
b[t + 1] = t/(t + 1) A b[t] + g, which itself approaches beta* like 1/T.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from equations import TernaryCouple
from networks import Architecture, BackwardNetwork

Array = NDArray[np.floating]

STEPS = 30
NEURONS = 100_000

UNBIASED = TernaryCouple(0.5, -0.5)
BIASED = [TernaryCouple(1.0, 0.0), TernaryCouple(0.75, -0.25), TernaryCouple(0.25, -0.75)]


def rates(couple: TernaryCouple, g: Array, A: Array | None = None) -> Array:
    """beta of a single layer after T steps for inputs of shape (samples, neurons)."""
    size = g.shape[1]
    architecture = Architecture.parse(f"{size}" if A is None else f"{size} (F{size})", (1,), 2)
    parameters: dict[str, Array] = {
        name: np.zeros(shape) for name, shape in architecture.parameter_shapes().items()
    }
    if A is not None:
        parameters |= {"feedback.weight": A.T}
    stage = BackwardNetwork(architecture, couple, len(g), dtype="float64")
    stage.set_parameters(parameters)
    return stage.run(g, {"layer1": np.ones_like(g)}, STEPS, rescale=1.0).beta["layer1"]


def without_quantisation(g: Array, A: Array) -> Array:
    """b[T], by iterating t b[t]."""
    total = np.zeros_like(g)
    for step in range(1, STEPS + 1):
        total = total @ A.T + step * g
    return total / STEPS


def mean_and_standard_error(values: Array) -> tuple[float, float]:
    """Of independent values."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


@pytest.fixture(scope="module")
def inputs() -> Array:
    """Independent neurons with uniformly distributed inputs."""
    return np.random.default_rng(1).uniform(-1, 1, (NEURONS, 1))


def error_along_the_input(couple: TernaryCouple, g: Array) -> Array:
    """T (beta - g), positive if the rate is too large in magnitude."""
    return STEPS * (rates(couple, g) - g) * np.sign(g)


def test_resting_at_minus_the_threshold_is_unbiased(inputs: Array) -> None:
    mean, error = mean_and_standard_error(error_along_the_input(UNBIASED, inputs))
    assert abs(mean) < 4 * error < 0.005


@pytest.mark.parametrize("couple", BIASED)
def test_any_other_rest_is_biased(couple: TernaryCouple, inputs: Array) -> None:
    mean, error = mean_and_standard_error(error_along_the_input(couple, inputs))
    assert abs(mean) > 10 * error
    assert np.sign(mean) == -np.sign(couple.v_threshold + couple.v_rest)


@pytest.mark.parametrize("couple", BIASED[:2])
def test_the_bias_is_half_the_sum_of_threshold_and_rest(
    couple: TernaryCouple, inputs: Array
) -> None:
    """As long as u_rest >= -V_th, below which a neuron also fires back."""
    mean, error = mean_and_standard_error(error_along_the_input(couple, inputs))
    assert mean == pytest.approx(-(couple.v_threshold + couple.v_rest) / 2, abs=4 * error)


@pytest.mark.parametrize("couple", [UNBIASED, *BIASED])
def test_over_both_signs_the_bias_cancels(couple: TernaryCouple, inputs: Array) -> None:
    mean, error = mean_and_standard_error(STEPS * (rates(couple, inputs) - inputs))
    assert abs(mean) < 4 * error


@pytest.mark.parametrize("couple", [UNBIASED, *BIASED[:2]])
def test_the_variance_is_smallest_without_bias(couple: TernaryCouple, inputs: Array) -> None:
    """Proposition 2: 1/12 at best, 1/3 with u_rest = 0."""
    variance = np.var(STEPS * (rates(couple, inputs) - inputs))
    expected = 1 / 12 + ((couple.v_threshold + couple.v_rest) / 2) ** 2
    assert variance == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("signed", [True, False])
def test_with_recurrent_weights(signed: bool) -> None:
    """The bias of u_rest = 0 is there as before; at u_rest = -V_th 1 or 2 % of it are left.

    Inputs that arrive as spikes are no longer uniformly distributed, which the proposition takes
    for granted, so what is left is small but not zero.
    """
    rng = np.random.default_rng(2)
    size, bound = 8, 0.5
    A = rng.uniform(-1 if signed else 0, 1, (size, size))
    A *= bound / np.abs(A).sum(axis=1).max()
    g = rng.uniform(-1 if signed else 0, 1, (NEURONS // size, size)) * (1 - bound)
    b = without_quantisation(g, A)
    errors = {
        couple: STEPS * (rates(couple, g, A) - b) * np.sign(b) for couple in (UNBIASED, BIASED[0])
    }
    # Neurons of one sample depend on each other; samples do not.
    unbiased, _ = mean_and_standard_error(errors[UNBIASED].mean(axis=1))
    biased, error = mean_and_standard_error(errors[BIASED[0]].mean(axis=1))
    assert biased < -0.4 and abs(biased) > 10 * error
    assert abs(unbiased) < 0.03 * abs(biased)
    assert np.mean(errors[UNBIASED] ** 2) < np.mean(errors[BIASED[0]] ** 2) / 3
