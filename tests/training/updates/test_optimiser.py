"""SGD with a scaled learning rate, warm-up and milestones, against numbers computed by hand."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from training.errors import DivergenceError
from training.recipes.recipe import Recipe
from training.updates.in_use import parameters_in_use
from training.updates.optimiser import Optimiser, learning_rate_factor

RECIPE = Recipe(
    data_set="digits",
    architecture="4",
    loss_scale=4.0,
    learning_rate=0.8,
    momentum=0.5,
    weight_decay=0.25,
    milestones=(1,),
    learning_rate_decay=0.5,
)


def optimiser(recipe: Recipe = RECIPE, iteration: int = 0) -> Optimiser:
    start = {"layer1.weight": np.array([2.0, -1.0]), "readout.bias": np.array([0.0])}
    zero = {name: np.zeros_like(values) for name, values in start.items()}
    return Optimiser(recipe, start, zero, batches_per_epoch=2, iteration=iteration)


def test_three_steps_by_hand() -> None:
    """Learning rate 0.8/4 = 0.2, 0.2, then 0.1 in epoch 2; decay 0.25 theta joins the gradient.

    For the first weight, gradient 1: M = 1 + 0.5 = 1.5, theta = 2 - 0.3 = 1.7;
    M = 0.75 + 1 + 0.425 = 2.175, theta = 1.7 - 0.435 = 1.265;
    M = 1.0875 + 1 + 0.31625 = 2.40375, theta = 1.265 - 0.240375 = 1.024625.
    """
    sgd = optimiser()
    gradients = {"layer1.weight": np.array([1.0, 0.0]), "readout.bias": np.array([-1.0])}
    expected = (
        (0.8, 1.7, 1.5),
        (0.8, 1.265, 2.175),
        (0.4, 1.024625, 2.40375),
    )
    for rate, weight, momentum in expected:
        assert sgd.learning_rate == pytest.approx(rate)
        sgd.step(gradients)
        assert_allclose(sgd.parameters["layer1.weight"][0], weight, rtol=1e-12)
        assert_allclose(sgd.momentum["layer1.weight"][0], momentum, rtol=1e-12)
    # The second weight: M = -0.25, -0.3625, -0.400625; the bias: M = -1, -1.45, -1.6025.
    assert_allclose(sgd.parameters["layer1.weight"][1], -0.8374375, rtol=1e-12)
    assert_allclose(sgd.momentum["readout.bias"], [-1.6025], rtol=1e-12)
    assert_allclose(sgd.parameters["readout.bias"], [0.65025], rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_is_torchs_sgd_with_a_schedule_bit_for_bit(dtype: type[np.floating]) -> None:
    rng = np.random.default_rng(0)
    start, zero = rng.standard_normal(50).astype(dtype), np.zeros(50, dtype)
    recipe = replace(RECIPE, warmup_iterations=3, milestones=(2, 3), learning_rate=0.1)
    ours = Optimiser(recipe, {"readout.bias": start}, {"readout.bias": zero}, 2, 0)
    theirs = torch.from_numpy(start.copy())
    sgd = torch.optim.SGD([theirs], recipe.learning_rate / 4, momentum=0.5, weight_decay=0.25)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        sgd, lambda step: learning_rate_factor(recipe, 2, step)
    )
    for _ in range(8):
        gradient = rng.standard_normal(50).astype(dtype)
        ours.step({"readout.bias": gradient})
        theirs.grad = torch.from_numpy(gradient)
        sgd.step()
        schedule.step()
        assert np.array_equal(ours.parameters["readout.bias"], theirs.numpy())
        momentum = sgd.state[theirs]["momentum_buffer"].numpy()
        assert np.array_equal(ours.momentum["readout.bias"], momentum)


def test_a_step_does_not_wait_for_torchs_compiler() -> None:
    code = """
import sys
import numpy as np
from training.recipes.recipe import Recipe
from training.updates.optimiser import Optimiser
start = {"readout.bias": np.zeros(2)}
optimiser = Optimiser(Recipe("digits", "4"), start, start, 1, 0)
optimiser.step({"readout.bias": np.ones(2)})
assert optimiser.parameters["readout.bias"].any()
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_loss_scale_leaves_the_update_as_it_is_without_decay() -> None:
    """Gradients of s_l L with a rate of eta / s_l move the weights as those of L with eta."""
    plain = replace(RECIPE, weight_decay=0.0, loss_scale=1.0)
    scaled = replace(RECIPE, weight_decay=0.0, loss_scale=64.0)
    one, other = optimiser(plain), optimiser(scaled)
    for gradient in (0.5, -1.0, 0.25):
        for sgd, factor in ((one, 1.0), (other, 64.0)):
            shapes = sgd.parameters.items()
            sgd.step({name: np.full_like(v, factor * gradient) for name, v in shapes})
    for name, values in one.parameters.items():
        assert np.array_equal(values, other.parameters[name])


def test_warmup_and_milestones_by_hand() -> None:
    recipe = replace(
        RECIPE, warmup_iterations=4, milestones=(2, 3), learning_rate_decay=0.1, learning_rate=1.0
    )
    factors = [learning_rate_factor(recipe, 3, iteration) for iteration in range(12)]
    assert_allclose(
        factors, [0.25, 0.5, 0.75, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01], rtol=1e-12
    )


def test_schedule_without_warmup_or_milestones_is_constant() -> None:
    recipe = replace(RECIPE, milestones=())
    assert {learning_rate_factor(recipe, 3, iteration) for iteration in range(30)} == {1.0}


@pytest.mark.parametrize("iteration", range(6))
def test_entered_at_any_iteration_it_has_the_same_learning_rate(iteration: int) -> None:
    recipe = replace(RECIPE, warmup_iterations=3, milestones=(1, 2))
    walked = optimiser(recipe)
    for _ in range(iteration):
        walked.step({name: np.zeros_like(v) for name, v in walked.parameters.items()})
    assert optimiser(recipe, iteration).learning_rate == walked.learning_rate


def with_feedback(recipe: Recipe, iteration: int = 0) -> Optimiser:
    """Kernels of norm 40, and no change of weights by the gradient alone."""
    start = {"feedback.weight": np.full((8, 8), 5.0), "layer1.weight": np.full((8, 8), 5.0)}
    zero = {name: np.zeros_like(values) for name, values in start.items()}
    return Optimiser(replace(recipe, weight_decay=0.0), start, zero, 2, iteration)


def test_only_a_feedback_kernel_is_projected() -> None:
    gradients = {"layer1.weight": np.zeros(2), "readout.bias": np.zeros(1)}
    assert optimiser().step(gradients) is None
    sgd = with_feedback(RECIPE)
    norm = sgd.step({name: np.zeros((8, 8)) for name in sgd.parameters})
    assert norm == pytest.approx(40, rel=0.5)
    assert np.linalg.norm(sgd.parameters["feedback.weight"]) == pytest.approx(2, rel=0.5)
    assert (sgd.parameters["layer1.weight"] == 5).all()
    for name, values in sgd.parameters.items():
        assert np.array_equal(sgd.parameters_in_use[name], values)


def test_a_reparameterised_kernel_stays_as_it_is() -> None:
    """The stages use 2/||W|| W with new probes after each step; the gradient has the factor too."""
    recipe = replace(RECIPE, norm_restriction="reparameterisation")
    sgd = with_feedback(recipe)
    first = sgd.parameters_in_use["feedback.weight"].copy()
    assert np.linalg.norm(first) == pytest.approx(2, rel=0.5)
    factor = first[0, 0] / 5
    gradient = np.ones((8, 8))
    norm = sgd.step({name: gradient for name in sgd.parameters})
    assert (gradient == 1).all()
    assert norm == pytest.approx(40, rel=0.5)
    assert_allclose(sgd.parameters["layer1.weight"], 5 - 0.2)
    assert_allclose(sgd.parameters["feedback.weight"], 5 - 0.2 * factor, rtol=1e-12)
    second = sgd.parameters_in_use
    assert (second["layer1.weight"] == sgd.parameters["layer1.weight"]).all()
    assert second["feedback.weight"][0, 0] / sgd.parameters["feedback.weight"][0, 0] != factor
    # What a resumed training and an evaluation use is the same, bit for bit.
    resumed = Optimiser(recipe, sgd.parameters, sgd.momentum, 2, 1)
    again = parameters_in_use(recipe, sgd.parameters, 1)
    for found in (resumed.parameters_in_use, again):
        assert np.array_equal(found["feedback.weight"], second["feedback.weight"])


def test_a_small_kernel_is_used_as_it_is() -> None:
    recipe = replace(RECIPE, norm_restriction="reparameterisation", feedback_norm=1000.0)
    sgd = with_feedback(recipe)
    assert np.array_equal(sgd.parameters_in_use["feedback.weight"], np.full((8, 8), 5.0))


def test_divergence_is_refused() -> None:
    gradients = {"layer1.weight": np.array([np.nan, 0.0]), "readout.bias": np.array([0.0])}
    with pytest.raises(DivergenceError, match=r"layer1\.weight.*--learning-rate"):
        optimiser().step(gradients)
