"""Gradients by both neurons of stage 2 against exact ones, on a small network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.backward_neurons import NEURONS, Subject, compare, table
from networks import Architecture
from training.experiments.gradient_error import Error, distance
from training.methods import TwoStageConfig, implicit_gradients, two_stage_gradients
from training.recipes import RECIPES

NETWORK = Architecture.parse("8 (F8)", (5,), 3)


@pytest.fixture(scope="module")
def subject() -> Subject:
    rng = np.random.default_rng(3)
    parameters = {
        name: rng.standard_normal(shape) / 3 for name, shape in NETWORK.parameter_shapes().items()
    }
    parameters["feedback.weight"] /= 3
    recipe = replace(RECIPES["digits"], architecture="8 (F8)", loss_scale=4.0, dtype="float64")
    images = rng.standard_normal((6, 5))
    return Subject(NETWORK, recipe, parameters, images, rng.integers(0, 3, 6))


def test_errors_are_those_of_the_gradients(subject: Subject) -> None:
    """The distance of what the public functions give, for the batch that the images are."""
    found = compare(subject, 6, (20, 2000))
    config: TwoStageConfig = subject.recipe.two_stage
    arguments = (NETWORK, subject.parameters, subject.images, subject.labels)
    exact = implicit_gradients(*arguments, config)
    for error in found.errors:
        neuron, potentials = error.method.split(" | ")
        threshold, rest = map(float, potentials.split(", "))
        own = replace(
            config, v_threshold_backward=threshold, v_rest_backward=rest,
            backward_neuron=NEURONS[neuron], backward_steps=error.steps,
        )  # fmt: skip
        gradients = two_stage_gradients(*arguments, own, dtype="float64").gradients
        assert (error.angle, error.relative) == pytest.approx(distance(gradients, exact.gradients))
    errors = {(error.method, error.steps): error.relative for error in found.errors}
    assert len(errors) == 8
    assert all(errors[name, 2000] < errors[name, 20] / 5 for name, _ in errors)
    assert found.rate == pytest.approx(max(abs(beta).max() for beta in exact.beta.values()))


def test_a_part_of_a_larger_batch_sends_less_back(subject: Subject) -> None:
    """The loss is a mean: four times the batch, a quarter of the output gradient and the rates."""
    alone, part = (compare(subject, batch, (20,)) for batch in (6, 24))
    assert part.output_gradient == pytest.approx(alone.output_gradient / 4)
    assert part.rate == pytest.approx(alone.rate / 4)


def test_the_table_has_a_row_per_neuron_and_a_column_per_step() -> None:
    errors = [
        Error(name, steps, 1.234, 0.5) for name in ("a | 1, 0", "b | 1, 0") for steps in (2, 4)
    ]
    assert table(errors) == (
        "| stage 2 | V_th^b, u_rest^b | T_B 2 | T_B 4 |\n| --- | --- | --- | --- |\n"
        "| a | 1, 0 | 1.23, 0.500 | 1.23, 0.500 |\n| b | 1, 0 | 1.23, 0.500 | 1.23, 0.500 |\n"
    )
