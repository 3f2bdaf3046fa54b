"""A whole training inside Brian2: spikes teach, units of a network update themselves.

After any number of batches the weights are those that products of rates and torch's SGD give.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from brian2 import StateMonitor
from numpy.testing import assert_allclose, assert_array_equal

from networks import Architecture, SynapsesKind
from networks.stages.weight_update import WeightUpdate
from training.parallel.over_cores import TwoStageTrainer
from training.randomness import stream
from training.recipes import RECIPES
from training.updates.dropout import dropout_masks
from training.updates.initialisation import initial_parameters
from training.updates.optimiser import Optimiser
from training.updates.restriction import estimated_norm

#: The norm of the feedback lies beyond the limit.
RECIPE = replace(
    RECIPES["digits"], dtype="float64", architecture="3C3s-4C3 (F3C3)", batch_size=4,
    feedback_norm=0.3, learning_rate=0.5, forward_steps=12, backward_steps=20,
)  # fmt: skip
NETWORK = Architecture.parse(RECIPE.architecture, (1, 8, 8), 10)
BATCHES = 5


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_weights_after_some_batches(synapses: SynapsesKind) -> None:
    rng = np.random.default_rng(0)
    start = initial_parameters(NETWORK, RECIPE)
    optimiser = Optimiser(
        RECIPE, start, {name: np.zeros_like(each) for name, each in start.items()}, 100, 0
    )
    iteration, norms = 0, []

    def norm(kernel: np.ndarray) -> float:
        return estimated_norm(kernel, stream(RECIPE.seed, "norm probes", iteration))

    update = WeightUpdate(
        start, momentum=RECIPE.momentum, weight_decay=RECIPE.weight_decay, norm=norm,
        norm_limit=RECIPE.feedback_norm,
    )  # fmt: skip
    rates, spikes = (
        TwoStageTrainer(
            NETWORK, RECIPE.two_stage, RECIPE.batch_size, dtype="float64", synapses=synapses,
            learning=learning, threads=1,
        )
        for learning in ("rates", "spikes")
    )  # fmt: skip
    for iteration in range(BATCHES):
        images = rng.random((RECIPE.batch_size, 1, 8, 8)) * 2
        labels = rng.integers(0, 10, RECIPE.batch_size)
        masks = dropout_masks(NETWORK, RECIPE, RECIPE.batch_size, iteration)
        rates.set_parameters(optimiser.parameters)
        spikes.set_parameters(update.parameters)
        norms.append(optimiser.step(rates.step(images, labels, masks).gradients) or 0.0)
        gradients = spikes.step(images, labels, masks).gradients
        update.step(gradients, RECIPE.learning_rate / RECIPE.loss_scale)
    assert max(norms) > RECIPE.feedback_norm
    for name, expected in optimiser.parameters.items():
        assert np.abs(expected - start[name]).max() > 1e-4
        assert_allclose(update.parameters[name], expected, rtol=1e-12, atol=1e-14, err_msg=name)
        assert_allclose(update.velocity[name], optimiser.momentum[name], rtol=1e-9, atol=1e-11)


def test_one_weight_by_hand() -> None:
    update = WeightUpdate({"w": np.array([1.0])}, momentum=0.5, weight_decay=0.25)
    monitor = StateMonitor(
        update.groups["w"], ["w", "velocity"], record=True, when="end",
        clock=update.groups["w"].clock,
    )  # fmt: skip
    update.network.add(monitor)
    for gradient in (1.0, -1.0):
        update.step({"w": np.array([gradient])}, learning_rate=0.5)
    # velocity 1 + 0.25*1; w 1 - 0.625 = 0.375; then 0.625 - 1 + 0.09375 and w + 0.140625.
    assert_array_equal(monitor.velocity[0], [1.25, -0.28125])
    assert_array_equal(monitor.w[0], [0.375, 0.515625])
    assert update.groups["w"].variables["dw"].get_value() == 0


@pytest.mark.parametrize(("norm", "factor"), [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (4.0, 0.25)])
def test_only_a_norm_beyond_the_limit_shrinks_a_kernel(norm: float, factor: float) -> None:
    start = {"feedback.weight": np.array([[3.0, -1.0]]), "readout.bias": np.array([2.0])}
    update = WeightUpdate(start, norm=lambda kernel: norm, norm_limit=1.0)
    update.step({name: np.zeros_like(each) for name, each in start.items()}, learning_rate=1.0)
    assert_array_equal(update.parameters["feedback.weight"], factor * start["feedback.weight"])
    assert_array_equal(update.parameters["readout.bias"], start["readout.bias"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"momentum": 1.0}, "momentum is 1.0: it must be at least 0, and below 1"),
        ({"momentum": np.nan}, "momentum"),
        ({"weight_decay": -1.0}, "weight_decay is -1.0: it must be at least 0, and finite"),
        ({"norm": np.linalg.norm, "norm_limit": -1.0}, "norm_limit is -1.0: it must be at least 0"),
        ({"norm": np.linalg.norm, "norm_limit": 0.0}, "norm_limit is 0, which no kernel"),
        ({"norm_limit": 2.0}, "norm is None and norm_limit 2.0: give both, or none"),
        ({"norm": np.linalg.norm}, "norm_limit None: give both, or none of them"),
    ],
)
def test_numbers_that_would_spoil_the_weights(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        WeightUpdate({"feedback.weight": np.ones((1, 2))}, **options)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ([1.0], "the weights must be arrays by name, not of type list"),
        ({"a": np.arange(2)}, "the weights 'a' are of type int64: give them in float32 or float64"),
        ({"a": np.ones(2, np.float16)}, "the weights 'a' are of type float16"),
        ({"my weight": np.ones(2)}, "there is a parameter 'my weight': a name consists of letters"),
        ({"a": np.array([1.0, np.nan])}, "the weights 'a' hold NaN or infinite values"),
        ({"a": np.ones((0, 2))}, "the weights 'a' have shape (0, 2): give finite numbers"),
    ],
)
def test_weights_that_are_none(parameters: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        WeightUpdate(parameters)


def test_lists_are_weights() -> None:
    update = WeightUpdate({"a": [[1.0, 2.0]]})  # type: ignore[dict-item]
    update.step({"a": [[1.0, 0.0]]}, learning_rate=0.5)
    assert_array_equal(update.parameters["a"], [[0.5, 2.0]])


def test_a_norm_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"restricts 'feedback.weight', and there are a, b: leave"):
        WeightUpdate({"a": np.ones(1), "b": np.ones(1)}, norm=lambda kernel: 1.0, norm_limit=2.0)


@pytest.mark.parametrize(
    ("gradient", "learning_rate", "said"),
    [
        ([1.0, np.nan], 0.1, "the gradient of 'a' holds NaN or infinite values"),
        (["x", "y"], 0.1, "the gradient of 'a' are of type"),
        ([1.0, 2.0], -0.1, "learning_rate is -0.1: it must be at least 0"),
        ([1.0, 2.0], np.nan, "learning_rate"),
    ],
)
def test_a_step_that_would_spoil_the_weights(
    gradient: Any, learning_rate: float, said: str
) -> None:
    update = WeightUpdate({"a": np.ones(2)})
    with pytest.raises(ValueError, match=re.escape(said)):
        update.step({"a": gradient}, learning_rate)
    assert_array_equal(update.parameters["a"], 1)


@pytest.mark.parametrize("norm", [np.nan, np.inf, -1.0])
def test_a_norm_that_is_none(norm: float) -> None:
    update = WeightUpdate(
        {"feedback.weight": np.ones((1, 2))}, norm=lambda kernel: norm, norm_limit=2.0
    )
    with pytest.raises(ValueError, match="the norm of the feedback"):
        update.step({"feedback.weight": np.zeros((1, 2))}, 0.1)


def test_a_gradient_of_another_shape_is_refused() -> None:
    update = WeightUpdate({"a": np.zeros(2), "b": np.zeros((1, 2))})
    with pytest.raises(ValueError, match=r"gradient of 'b' must have shape \(1, 2\), not none"):
        update.step({"a": np.zeros(2)}, 0.1)
    with pytest.raises(ValueError, match=r"gradient of 'a' must have shape \(2,\), not \(3,\)"):
        update.step({"a": np.zeros(3), "b": np.zeros((1, 2))}, 0.1)
