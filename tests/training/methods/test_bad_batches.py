"""Every way to learn refuses the same batches: frames of another number, and what is not finite.

A method that computes without Brian2 has no network that would refuse them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from networks import Architecture, NotFiniteError
from training.methods.method import Method
from training.methods.parts.local_gradients import loss_and_gradient
from training.parallel.over_cores import method_over_cores
from training.recipes.methods import METHODS
from training.recipes.recipe import Recipe

STEPS, SAMPLES = 5, 6
NETWORK = Architecture.parse("8-7", (4,), 3)
RECIPE = Recipe(
    data_set="digits", architecture="8-7", batch_size=SAMPLES, threads=2, forward_steps=STEPS,
    backward_steps=4,
)  # fmt: skip
IMAGES = np.random.default_rng(0).random((SAMPLES, 4)).astype("float32")
LABELS = np.array([0, 1, 2, 2, 1, 0])
WEIGHTS = {
    name: np.full(shape, 0.25, "float32") for name, shape in NETWORK.parameter_shapes().items()
}


@cache
def built(name: str) -> Method:
    return method_over_cores(NETWORK, replace(RECIPE, method=name), SAMPLES)


def with_one(values: np.ndarray[Any, Any], wrong: float) -> np.ndarray[Any, Any]:
    values = values.copy()
    values.flat[-1] = wrong  # in the part of the last worker
    return values


methods = pytest.mark.parametrize("name", METHODS)
calls = pytest.mark.parametrize(
    "call",
    [
        lambda method, images, masks=None: method.predict(images, masks),
        lambda method, images, masks=None: method.step(images, LABELS, masks),
    ],
    ids=["predict", "step"],
)


@methods
@calls
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_finite(name: str, call: Callable[..., Any], wrong: float) -> None:
    method = built(name)
    method.set_parameters(WEIGHTS)
    with pytest.raises(ValueError, match="the images hold NaN or infinite values"):
        call(method, with_one(IMAGES, wrong))
    masks = {"layer2": with_one(np.ones((SAMPLES, 7), "float32"), wrong)}
    with pytest.raises(ValueError, match="dropout mask of 'layer2' holds NaN or infinite values"):
        call(method, IMAGES, masks)


@methods
@calls
@pytest.mark.parametrize("frames", [STEPS - 2, STEPS + 4])
def test_frames_of_another_number(name: str, call: Callable[..., Any], frames: int) -> None:
    method = built(name)
    method.set_parameters(WEIGHTS)
    with pytest.raises(ValueError, match=f"there are {frames} frames for {STEPS} steps"):
        call(method, np.stack([IMAGES] * frames))


@methods
def test_a_loss_without_a_gradient(name: str) -> None:
    """Logits are infinite where every neuron fires: softmax and loss are no numbers."""
    method = built(name)
    weights = {key: np.ones_like(values) for key, values in WEIGHTS.items()}
    weights["readout.weight"] = np.full((3, 7), 3e38, "float32")
    method.set_parameters(weights)
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(NotFiniteError) as refusal:
        method.step(np.ones_like(IMAGES), LABELS)
    assert "the gradient of the loss holds NaN or infinite values" in str(refusal.value)


@methods
@calls
def test_weights_that_are_too_large(name: str, call: Callable[..., Any]) -> None:
    """Layer 1 fires from step 2 on; each of its spikes is 1e37 in layer 2, and 200 are too many."""
    architecture = Architecture.parse("200-7", (4,), 3)
    recipe = replace(RECIPE, architecture="200-7", threads=1, method=name)
    method = method_over_cores(architecture, recipe, SAMPLES)
    method.set_parameters(
        {
            each: np.full(shape, 0.125 if each.startswith("layer1") else 1e37, "float32")
            for each, shape in architecture.parameter_shapes().items()
        }
    )
    said = "'v' of 'layer2' holds NaN or infinite values from step 2 of stage 1"
    if name == "conversion":  # what learns has no steps
        said = "of 'layer2' holds NaN or infinite values"
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(NotFiniteError, match=said):
        call(method, np.ones_like(IMAGES))


def test_a_class_out_of_the_question_is_none_where_numpy_is_told_to_raise() -> None:
    with np.errstate(all="raise"):
        _, gradient = loss_and_gradient(np.array([[1000.0, 0.0]]), np.array([0]), 1.0)
    assert gradient.tolist() == [[0.0, 0.0]]
