"""What cannot be simulated is refused with the value at fault, before anything runs."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from tests.networks.builders import (
    Array,
    architecture,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)

NETWORK = architecture()
SAMPLES = 2
STEPS = 4


def build(kind: str, **options: Any) -> ForwardNetwork | BackwardNetwork:
    """A stage without weights."""
    settings: dict[str, Any] = {"batch_size": SAMPLES, "dtype": "float64", **options}
    if kind == "forward":
        return ForwardNetwork(NETWORK, integrate_and_fire(), **settings)
    return BackwardNetwork(NETWORK, TernaryCouple(), **settings)


def forward() -> ForwardNetwork:
    """Stage 1 with weights."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, dtype="float64")
    stage.set_parameters(random_parameters(NETWORK))
    return stage


def backward() -> BackwardNetwork:
    """Stage 2 with weights."""
    stage = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, dtype="float64")
    stage.set_parameters(random_parameters(NETWORK))
    return stage


both = pytest.mark.parametrize("kind", ["forward", "backward"])


@both
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"batch_size": 0}, "the batch size must be at least 1, not 0"),
        ({"batch_size": -4}, "the batch size must be at least 1, not -4"),
        ({"dtype": "float16"}, "the dtype is 'float16': it must be 'float32' or 'float64'"),
        ({"dtype": "int32"}, "the dtype is 'int32'"),
        ({"synapses": "dense"}, "synapses are 'shared' or 'explicit', not 'dense'"),
    ],
)
def test_options_that_cannot_be_built(kind: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        build(kind, **options)


@both
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite(kind: str, value: float) -> None:
    parameters = random_parameters(NETWORK)
    parameters["feedback.weight"][0, 1, 2, 0] = value
    with pytest.raises(ValueError, match=r"'feedback\.weight' holds NaN or infinite values"):
        build(kind).set_parameters(parameters)


@both
def test_weights_of_another_shape(kind: str) -> None:
    parameters = random_parameters(architecture("3C5s-4C3 (F3C3)"))
    with pytest.raises(ValueError, match=re.escape("'layer1.weight' has shape (3, 2, 5, 5)")):
        build(kind).set_parameters(parameters)


@pytest.mark.parametrize("steps", [0, -1])
def test_no_steps(steps: int) -> None:
    with pytest.raises(ValueError, match=f"the number of steps must be at least 1, not {steps}"):
        forward().run(random_images(NETWORK, SAMPLES), steps)
    with pytest.raises(ValueError, match=f"the number of steps must be at least 1, not {steps}"):
        backward().run(
            random_gradient(NETWORK, SAMPLES), random_masks(NETWORK, SAMPLES), steps, rescale=0.5
        )


def test_stages_without_weights() -> None:
    with pytest.raises(ValueError, match="no weights yet: call set_parameters first"):
        ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES).run(
            random_images(NETWORK, SAMPLES), STEPS
        )
    with pytest.raises(ValueError, match="no weights yet: call set_parameters first"):
        BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES).run(
            random_gradient(NETWORK, SAMPLES), random_masks(NETWORK, SAMPLES), STEPS, rescale=0.5
        )


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((2, 6, 4), "the images have shape (2, 6, 4): the architecture needs (samples, 2, 6, 4)"),
        ((2, 2, 4, 6), "the images have shape (2, 2, 4, 6)"),
        ((2, 48), "the images have shape (2, 48)"),
        ((1, 4, 2, 2, 6, 4), "the images have shape (1, 4, 2, 2, 6, 4)"),
        ((3, 2, 6, 4), "3 samples do not fit a batch size of 2"),
        ((0, 2, 6, 4), "0 samples do not fit a batch size of 2"),
        ((5, 2, 2, 6, 4), "there are 5 frames for 4 steps: they must agree"),
    ],
)
def test_images_that_do_not_fit(shape: tuple[int, ...], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        forward().run(np.zeros(shape), STEPS)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_images_that_are_not_finite(value: float) -> None:
    images = random_images(NETWORK, SAMPLES)
    images[1, 0, 3, 2] = value
    with pytest.raises(ValueError, match="the images hold NaN or infinite values"):
        forward().run(images, STEPS)


def test_images_of_integers_are_numbers_like_others() -> None:
    stage, images = forward(), np.random.default_rng(0).integers(0, 4, (SAMPLES, 2, 6, 4))
    expected = stage.run(images.astype(float), STEPS).alpha["layer2"]
    assert expected.any()
    assert_array_equal(stage.run(images.astype(np.uint8), STEPS).alpha["layer2"], expected)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite(value: float) -> None:
    g = random_gradient(NETWORK, SAMPLES)
    g[0, 3, 1, 1] = value
    with pytest.raises(ValueError, match="the output gradient holds NaN or infinite values"):
        backward().run(g, random_masks(NETWORK, SAMPLES), STEPS, rescale=0.5)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((2, 24), "the output gradient has shape (2, 24): the last layer needs (samples, 4, 3, 2)"),
        ((2, 4, 2, 3), "the output gradient has shape (2, 4, 2, 3)"),
        ((2, 4, 1, 1), "the output gradient has shape (2, 4, 1, 1)"),
        ((3, 4, 3, 2), "3 samples do not fit a batch size of 2"),
        ((0, 4, 3, 2), "0 samples do not fit a batch size of 2"),
    ],
)
def test_a_gradient_that_does_not_fit(shape: tuple[int, ...], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        backward().run(np.zeros(shape), random_masks(NETWORK, SAMPLES), STEPS, rescale=0.5)


def test_masks_that_do_not_fit() -> None:
    g, masks = random_gradient(NETWORK, SAMPLES), random_masks(NETWORK, SAMPLES)
    only_one = {"layer1": masks["layer1"]}
    with pytest.raises(ValueError, match="the mask of 'layer2' is missing"):
        backward().run(g, only_one, STEPS, rescale=0.5)
    with pytest.raises(ValueError, match=r"there is a mask of 'layer9': '.*' has no such layer"):
        backward().run(g, {**masks, "layer9": masks["layer2"]}, STEPS, rescale=0.5)
    with pytest.raises(ValueError, match=re.escape("the mask of 'layer2' has shape (1, 4, 3, 2)")):
        backward().run(g, {**masks, "layer2": masks["layer2"][:1]}, STEPS, rescale=0.5)


def run_with_dropout(kind: str, dropout: dict[str, Array]) -> None:
    """One of the stages with dropout masks."""
    if kind == "forward":
        forward().run(random_images(NETWORK, SAMPLES), STEPS, dropout)
    else:
        g, masks = random_gradient(NETWORK, SAMPLES), random_masks(NETWORK, SAMPLES)
        backward().run(g, masks, STEPS, rescale=0.5, dropout_masks=dropout)


@both
@pytest.mark.parametrize("name", ["layer3", "readout"])
def test_dropout_of_a_layer_that_does_not_exist(kind: str, name: str) -> None:
    with pytest.raises(ValueError, match=f"dropout for '{name}': .* has no such layer"):
        run_with_dropout(kind, {name: np.ones((SAMPLES, 3, 1, 1))})


@both
@pytest.mark.parametrize("shape", [(2, 3, 1, 1), (1, 4, 1, 1), (2, 4, 2, 3), (4,), (2, 1, 1, 1)])
def test_dropout_that_does_not_fit(kind: str, shape: tuple[int, ...]) -> None:
    said = re.escape(f"the dropout mask of 'layer2' has shape {shape}")
    with pytest.raises(ValueError, match=said):
        run_with_dropout(kind, {"layer2": np.ones(shape)})


@both
def test_dropout_without_trailing_ones(kind: str) -> None:
    run_with_dropout(kind, {"layer2": np.ones((SAMPLES, 4))})
