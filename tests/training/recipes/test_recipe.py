"""Recipes: their values are the paper's, and impossible ones are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from training.recipes import RECIPES, description
from training.recipes.architectures import read_architecture


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("batch_size", 0),
        ("epochs", 0),
        ("forward_steps", 0),
        ("backward_steps", -1),
        ("learning_rate", 0.0),
        ("learning_rate", -0.1),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("loss_scale", 0.0),
        ("feedback_norm", 0.0),
        ("momentum", 1.0),
        ("dropout", 1.0),
        ("dropout", -0.1),
        ("weight_decay", -1e-4),
        ("seed", -1),
        ("warmup_iterations", -1),
        ("milestones", (0, 3)),
        ("dtype", "float16"),
        ("synapses", "none"),
    ],
)
def test_impossible_values_are_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{field} must be"):
        replace(RECIPES["digits"], **{field: value})


def test_two_stage_takes_its_fields_from_the_recipe() -> None:
    recipe = replace(RECIPES["mnist-lenet"], forward_steps=7, backward_steps=9, leak=0.9)
    config = recipe.two_stage
    assert (config.v_threshold, config.v_rest) == (0.5, -0.5)
    assert (config.v_threshold_backward, config.v_rest_backward) == (0.5, -0.5)
    assert (config.forward_steps, config.backward_steps) == (7, 9)
    assert (config.loss_scale, config.leak) == (100.0, 0.9)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_complete(name: str) -> None:
    recipe = RECIPES[name]
    assert read_architecture(recipe).classes == (100 if recipe.data_set == "cifar100" else 10)
    assert recipe.two_stage.forward_steps == recipe.forward_steps
    assert f"spide train {name}" in description(name)


def test_values_of_appendix_d3() -> None:
    feedback, lenet = RECIPES["mnist-feedback"], RECIPES["mnist-lenet"]
    assert (feedback.learning_rate, feedback.epochs, feedback.batch_size) == (0.05, 100, 128)
    assert (feedback.momentum, feedback.weight_decay, feedback.dropout) == (0.9, 5e-4, 0.2)
    assert (feedback.feedback_norm, feedback.loss_scale) == (2.0, 100.0)
    assert feedback.milestones == (30, 60, 90)
    assert (lenet.learning_rate, lenet.epochs, lenet.milestones) == (0.1, 60, (20, 40))
    assert (lenet.dropout, lenet.dropout_layers) == (0.5, "first-dense")
    assert RECIPES["fashion-feedback"] == replace(feedback, data_set="fashion-mnist")
