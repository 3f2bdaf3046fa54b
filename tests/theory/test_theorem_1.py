"""Theorem 1: stage 2 of a single layer approaches the solution of eq. 5 (appendix B).

The sum of eq. 7 over T steps is an equation without approximation: with A = (MW)^T/(V_th - u_rest),
V_th^b - u_rest^b = 1 and the solution beta* = A beta* + g,

    T (beta* - beta[T]) = (I - A)^-1 (u[T] + A s[T]).

The error falls like 1/T because u[T] is bounded, and it is: inside the theorem's bounds a step adds
at most ||A s + g||_inf <= lambda + (1 - lambda) = 1, which one spike takes away, so |u| <= V_th^b
for u_rest^b = V_th^b - 1 >= -V_th^b.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from equations import TernaryCouple
from networks import Architecture, BackwardNetwork
from networks.populations.neurons import state
from tests.oracles.implicit_differentiation import SPAN, Problem, inside_the_bounds
from tests.oracles.reference_wiring import Array

STEPS = np.array([50, 100, 200, 400, 800, 1600, 3200])

PROBLEMS = [
    inside_the_bounds("24 (F24)", (1,), 0.5, 16, signed=True, seed=1),
    inside_the_bounds("24 (F24)", (1,), 0.9, 16, signed=True, seed=2),
    inside_the_bounds("24 (F24)", (1,), 0.9, 16, signed=False, seed=3),
    inside_the_bounds("3C3s (F3C3)", (1, 7, 9), 0.8, 6, signed=False, seed=4),
    inside_the_bounds("40", (1,), 0.3, 16, signed=True, seed=5),
]

couples = pytest.mark.parametrize("couple", [TernaryCouple(0.5, -0.5), TernaryCouple(1.0, 0.0)])
problems = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda each: each.architecture.notation)


def stage_2(problem: Problem, couple: TernaryCouple) -> BackwardNetwork:
    """The network with the weights of a problem."""
    stage = BackwardNetwork(problem.architecture, couple, len(problem.g), dtype="float64")
    stage.set_parameters(problem.parameters)
    return stage


def root_mean_square(error: Array) -> float:
    """Over samples and neurons."""
    return float(np.sqrt(np.mean(error**2)))


@couples
@problems
def test_the_error_falls_like_one_over_steps(problem: Problem, couple: TernaryCouple) -> None:
    stage, (solution,) = stage_2(problem, couple), problem.solution()
    errors = [solution - problem.run(stage, steps)[0] for steps in STEPS]
    sizes = [root_mean_square(error) for error in errors]
    exponent, _ = np.polyfit(np.log(STEPS), np.log(sizes), 1)
    assert exponent == pytest.approx(-1, abs=0.05)

    A_norm = max(np.abs(problem.matrices(k)[0]).sum(axis=1).max() for k in range(len(problem.g)))
    for steps, error in zip(STEPS, errors, strict=True):
        bound = (couple.v_threshold + A_norm) / (1 - A_norm) / steps
        assert np.abs(error).max() <= bound * (1 + 1e-9)


@couples
@problems
def test_potentials_never_exceed_the_threshold(problem: Problem, couple: TernaryCouple) -> None:
    """There is no exceeded term u^E, so phi of eq. 9 never acts."""
    stage, (solution,) = stage_2(problem, couple), problem.solution()
    assert np.abs(solution).max() <= 1
    for steps in (1, 2, 3, 10, 37, 300):
        problem.run(stage, steps)
        assert np.abs(stage["layer1"].v[:]).max() <= couple.v_threshold + 1e-12


@couples
@problems
def test_the_sum_of_all_steps_is_exact(problem: Problem, couple: TernaryCouple) -> None:
    """The identity above, with s[T] = T beta[T] - (T - 1) beta[T - 1]."""
    steps = 60
    stage, (solution,) = stage_2(problem, couple), problem.solution()
    (before,) = problem.run(stage, steps - 1)
    (beta,) = problem.run(stage, steps)
    last_spikes = steps * beta - (steps - 1) * before
    shape = problem.architecture.output.shape
    potential = np.array(state(stage["layer1"], "v", shape)).reshape(len(beta), -1)
    for sample, (u, s) in enumerate(zip(potential, last_spikes, strict=True)):
        A, _ = problem.matrices(sample)
        expected = np.linalg.solve(np.eye(len(u)) - A, u + A @ s)
        assert_allclose(steps * (solution - beta)[sample], expected, atol=1e-9)


def single(weight: float, g: list[float]) -> tuple[BackwardNetwork, Problem]:
    """Neurons that hear only themselves, each one a sample."""
    architecture = Architecture.parse("1 (F1)", (1,), 2)
    parameters = {name: np.zeros(shape) for name, shape in architecture.parameter_shapes().items()}
    parameters["feedback.weight"] = np.array([[weight * SPAN]])
    gradient = np.array(g)[:, None]
    problem = Problem(architecture, parameters, {"layer1": np.ones_like(gradient)}, gradient)
    return stage_2(problem, TernaryCouple(0.5, -0.5)), problem


def test_outside_the_bounds_rates_are_clipped() -> None:
    """phi of eq. 9: a neuron cannot fire more than once a step; what exceeds it piles up in u."""
    stage, problem = single(0.5, [1.0, -4.0, 0.6])
    assert_allclose(problem.solution()[0].ravel(), [2.0, -8.0, 1.2])
    (beta,) = problem.run(stage, 400)
    assert_allclose(beta.ravel(), [1, -1, 1], atol=0.01)
    assert abs(stage["layer1"].v[1]) > 100


@pytest.mark.parametrize("span", [0.75, 1.0, 2.0, 3.0])
def test_the_outputs_are_rescaled_by_the_span(span: float) -> None:
    """Section 4.2: the limit solves beta = A beta + g whatever V_th^b - u_rest^b is."""
    _, problem = single(0.5, [0.3, -0.2])
    stage = stage_2(problem, TernaryCouple(span / 2, -span / 2))
    (beta,) = problem.run(stage, 4000)
    assert_allclose(beta.ravel(), [0.6, -0.4], atol=0.002)
    assert_allclose(problem.solution()[0].ravel(), [0.6, -0.4])
    assert_allclose(np.round(beta * 4000 / span), beta * 4000 / span, atol=1e-6)


def test_the_bound_on_the_spectral_norm_is_not_needed() -> None:
    """All neurons listen to the first one: ||A||_inf = 0.9, but ||A||_2 = 0.9 sqrt(24) > 4."""
    problem = inside_the_bounds("24 (F24)", (1,), 0.9, 8, signed=True, seed=6)
    weight = np.zeros((24, 24))
    weight[0] = 0.9 * SPAN
    problem.parameters["feedback.weight"] = weight
    problem.masks["layer1"][:] = 1
    A, _ = problem.matrices(0)
    assert np.linalg.norm(A, 2) > 4
    stage, (solution,) = stage_2(problem, TernaryCouple()), problem.solution()
    sizes = [root_mean_square(solution - problem.run(stage, steps)[0]) for steps in STEPS]
    exponent, _ = np.polyfit(np.log(STEPS), np.log(sizes), 1)
    assert exponent == pytest.approx(-1, abs=0.05)


def test_masked_neurons_send_nothing_but_have_a_rate() -> None:
    """M acts on what a neuron sends: with M = 0 there is no feedback and beta = g."""
    problem = inside_the_bounds("24 (F24)", (1,), 0.5, 4, signed=True, seed=7)
    problem.masks["layer1"][:] = 0
    assert_array_equal(problem.solution()[0], problem.g)
    (beta,) = problem.run(stage_2(problem, TernaryCouple()), 500)
    assert_allclose(beta, problem.g, atol=0.5 / 500 + 1e-12)
