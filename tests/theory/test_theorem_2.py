"""Theorem 2: with several layers, the rates of all of them approach eq. 5 and its chain rule.

Layers below the last one receive at most lambda a step, so their potentials stay within the
threshold. The last one's are not that well behaved: its input is bounded by lambda + 1 - lambda^N,
which exceeds 1 for N > 1. What it piles up at first is spent later, since its *average* input is at
most 1, and the error still falls like 1/T.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from equations import TernaryCouple
from networks import BackwardNetwork
from tests.oracles.implicit_differentiation import SPAN, Problem, inside_the_bounds

STEPS = np.array([50, 100, 200, 400, 800, 1600, 3200])

PROBLEMS = [
    inside_the_bounds("12-10-14 (F12)", (1,), 0.6, 12, signed=True, seed=1),
    inside_the_bounds("12-10-14 (F12)", (1,), 0.7, 12, signed=False, seed=2),
    inside_the_bounds("3C3s-4C3-2C3 (F3C3)", (1, 8, 6), 0.9, 6, signed=False, seed=3),
    inside_the_bounds("3C3s-P2-2C3 (F3C3u)", (1, 8, 8), 0.9, 6, signed=False, seed=4),
    inside_the_bounds("2C3s-2C3u (F2C3s)", (1, 6, 8), 0.8, 6, signed=False, seed=5),
    inside_the_bounds("2C3-3C3s-5", (1, 6, 6), 0.8, 12, signed=False, seed=6),
]

problems = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda each: each.architecture.notation)


def stage_2(problem: Problem, couple: TernaryCouple) -> BackwardNetwork:
    """The network with the weights of a problem."""
    stage = BackwardNetwork(problem.architecture, couple, len(problem.g), dtype="float64")
    stage.set_parameters(problem.parameters)
    return stage


@pytest.mark.parametrize("couple", [TernaryCouple(0.5, -0.5), TernaryCouple(1.0, 0.0)])
@problems
def test_the_error_of_every_layer_falls_like_one_over_steps(
    problem: Problem, couple: TernaryCouple
) -> None:
    stage, solution = stage_2(problem, couple), problem.solution()
    rates = [problem.run(stage, steps) for steps in STEPS]
    for layer, exact in enumerate(solution):
        sizes = [np.sqrt(np.mean((beta[layer] - exact) ** 2)) for beta in rates]
        exponent, _ = np.polyfit(np.log(STEPS), np.log(sizes), 1)
        assert exponent == pytest.approx(-1, abs=0.08)
        assert np.abs(rates[-1][layer] - exact).max() < 6 / STEPS[-1]


@problems
def test_the_solution_lies_within_the_bounds_of_the_proof(problem: Problem) -> None:
    """||beta_N|| <= 1, and each layer below at most lambda times the one above."""
    *below, last = [np.abs(exact).max() for exact in problem.solution()]
    assert last <= 1
    for lower, upper in zip(below, [*below[1:], last], strict=True):
        assert 0 < lower < upper


@problems
def test_only_the_last_layer_can_exceed_the_threshold(problem: Problem) -> None:
    couple = TernaryCouple(0.5, -0.5)
    stage = stage_2(problem, couple)
    *below, _ = problem.architecture.layers
    for steps in (1, 2, 3, 10, 37, 300):
        problem.run(stage, steps)
        for layer in below:
            assert np.abs(stage[layer.name].v[:]).max() <= couple.v_threshold + 1e-12


def test_the_last_layer_does_exceed_the_threshold() -> None:
    """Three layers of 4, every weight lambda/4, g = 1 - lambda^3: the first steps add 1.171."""
    bound = 0.9
    problem = inside_the_bounds("4-4-4 (F4)", (1,), bound, 1, signed=False, seed=7)
    for name in ("layer2", "layer3", "feedback"):
        problem.parameters[f"{name}.weight"][:] = bound / 4 * SPAN
    for mask in problem.masks.values():
        mask[:] = 1
    problem.g[:] = 1 - bound**3
    stage, (*_, exact) = stage_2(problem, TernaryCouple(0.5, -0.5)), problem.solution()
    assert_allclose(exact, 1.0)
    excess = []
    for steps in range(1, 40):
        problem.run(stage, steps)
        excess.append(float(np.abs(stage["layer3"].v[:]).max()))
    assert max(excess) > 1
    (*_, beta) = problem.run(stage, 3200)
    assert_allclose(beta, exact, atol=6 / 3200)


def test_without_feedback_it_is_the_explicit_gradient() -> None:
    """Section 4.2: degraded to feed-forward, implicit differentiation is backpropagation.

    Rates are linear where the masks are 1, a_l = m_l (F_l a_(l-1)) / (V_th - u_rest), and PyTorch
    differentiates g a_N with respect to a_1.
    """
    problem = inside_the_bounds("2C3-3C3s-P2", (1, 8, 8), 0.8, 4, signed=True, seed=8)
    first, *later = problem.architecture.layers
    a_1 = torch.zeros(len(problem.g), *first.shape, dtype=torch.float64, requires_grad=True)
    a = a_1
    for layer in later:
        weight = problem.parameters.get(f"{layer.name}.weight")
        received = layer.connection.apply(None if weight is None else torch.tensor(weight), a)
        a = torch.tensor(problem.masks[layer.name]) * received / SPAN
    (derivative,) = torch.autograd.grad(a, a_1, torch.tensor(problem.g))

    solution, *_ = problem.solution()
    assert_allclose(derivative.flatten(1).numpy(), solution, rtol=1e-12, atol=1e-15)
    beta, *_ = problem.run(stage_2(problem, TernaryCouple()), 3200)
    assert_allclose(beta, solution, atol=6 / 3200)
