"""Numbers, names and parts of a batch that a caller hands in: plain ones, or refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from equations import TernaryCouple
from networks import Architecture, ArchitectureError, BackwardNetwork
from networks.records.typed_fields import field_types
from tests.networks.builders import (
    architecture,
    random_dropout,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)
from training.methods import TwoStageConfig, implicit_gradients, two_stage_gradients
from training.methods import gradients as gradients_module
from training.parallel.over_cores import TwoStageTrainer
from training.recipes.recipe import Recipe

NETWORK = architecture()
SAMPLES = 4
CONFIG = TwoStageConfig(forward_steps=5, backward_steps=5)
LABELS = np.array([0, 1, 1, 0])
IMAGES = random_images(NETWORK, SAMPLES)
PARAMETERS = random_parameters(NETWORK)
RECIPE = Recipe("digits", "40 (F40)")

NO_VALUES: dict[Any, list[Any]] = {
    int: [2.5, 2.0, True, "2", None, np.float64(2), [2]],
    float: [True, "0.5", None, 0.5j, np.array(0.5), np.array([0.5, 0.5]), torch.tensor(0.5)],
    bool: [1, "no", None, np.array(True)],
    str: [3, None, ["float32"]],
    tuple[int, ...]: [5, "12", (1.5,), (True,), None],
}
"""What is not of a field's type, although some of it would count as a value of it."""


def trainer(shares: int = 1) -> TwoStageTrainer:
    built = TwoStageTrainer(NETWORK, CONFIG, SAMPLES, dtype="float64", threads=shares)
    built.set_parameters(PARAMETERS)
    return built


@pytest.mark.parametrize("record", [RECIPE, CONFIG], ids=["recipe", "configuration"])
def test_no_field_takes_a_value_of_another_type(record: Recipe | TwoStageConfig) -> None:
    for name, kind in field_types(type(record)).items():
        for value in NO_VALUES.get(kind, NO_VALUES[str]):
            if (name, value) == ("own_neuron", None):
                continue
            with pytest.raises(ValueError, match=f"{name} must be"):
                replace(record, **{name: value})


def test_numbers_of_numpy_become_plain_ones() -> None:
    given: dict[str, Any] = {
        "batch_size": np.int32(8), "seed": np.uint8(3), "milestones": [np.int64(1), 2],
        "learning_rate": np.float64(0.1), "leak": 1, "couple": np.bool_(True),
    }  # fmt: skip
    recipe = replace(RECIPE, **given)
    plain = replace(
        RECIPE, batch_size=8, seed=3, milestones=(1, 2), learning_rate=0.1, leak=1.0, couple=True
    )
    assert recipe == plain and repr(recipe) == repr(plain) and hash(recipe) == hash(plain)
    config = replace(CONFIG, loss_scale=np.float32(2), forward_steps=np.int8(3))  # type: ignore[arg-type]
    assert repr(config) == repr(replace(CONFIG, loss_scale=2.0, forward_steps=3))


@pytest.mark.parametrize("shape", [(1.0, 6, 6), (True, 6, 6), "266", 6, None, (2.5,)])
def test_sizes_of_the_input_are_whole_numbers(shape: Any) -> None:
    with pytest.raises(ArchitectureError, match=r"the input shape is .* whole numbers"):
        Architecture.parse("9", shape, 3)


@pytest.mark.parametrize("classes", [2.5, 3.0, True, "3", None])
def test_the_number_of_classes_is_a_whole_number(classes: Any) -> None:
    with pytest.raises(ArchitectureError, match="number of classes must be a whole number"):
        Architecture.parse("9", (8,), classes)


def test_an_architecture_of_numpys_integers_is_the_same() -> None:
    shape: Any = np.array([2, 6, 6])
    found = Architecture.parse("4C3", shape, np.int64(3))  # type: ignore[arg-type]
    assert repr(found) == repr(Architecture.parse("4C3", (2, 6, 6), 3))


@pytest.mark.parametrize("batch", [2.5, True, "4", 0, 3, -4])
def test_a_batch_has_at_least_its_part(batch: Any) -> None:
    with pytest.raises(ValueError, match="batch must be"):
        trainer().step(IMAGES, LABELS, batch=batch)


@pytest.mark.parametrize("shares", [1, 2])
@pytest.mark.parametrize("masks", [8, 3, 0])
def test_dropout_of_other_samples(shares: int, masks: int) -> None:
    """Cut into parts, masks of too many samples would fit."""
    built, dropout = trainer(shares), random_dropout(NETWORK, 8)
    others = {name: mask[:masks] for name, mask in dropout.items()}
    for call in (
        lambda: built.predict(IMAGES, others),
        lambda: built.step(IMAGES, LABELS, others),
    ):
        with pytest.raises(ValueError, match=r"dropout mask of '\w+' has shape"):
            call()


@pytest.mark.parametrize("named", [[1.0], 3, "layer1"])
def test_what_are_no_arrays_by_name(named: Any) -> None:
    said = "must be arrays by name, not of type"
    backward = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES)
    backward.set_parameters(PARAMETERS)
    g, built = random_gradient(NETWORK, SAMPLES), trainer()
    calls: list[Callable[[], Any]] = [
        lambda: built.set_parameters(named),
        lambda: built.predict(IMAGES, named),
        lambda: built.step(IMAGES, LABELS, named),
        lambda: backward.set_parameters(named),
        lambda: backward.run(g, named, 3, rescale=0.5),
        lambda: implicit_gradients(NETWORK, named, IMAGES, LABELS, CONFIG),
        lambda: implicit_gradients(
            NETWORK, PARAMETERS, IMAGES, LABELS, CONFIG, dropout_masks=named
        ),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=said):
            call()


def test_masks_are_zero_or_one() -> None:
    backward = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES)
    backward.set_parameters(PARAMETERS)
    g, masks = random_gradient(NETWORK, SAMPLES), random_masks(NETWORK, SAMPLES)
    with pytest.raises(ValueError, match=r"mask of 'layer1' holds 7\.0: it must be 0 or 1"):
        backward.run(g, {**masks, "layer1": 7 * np.ones_like(masks["layer1"])}, 3, rescale=0.5)
    masked = np.ma.masked_array(masks["layer1"] > 0, mask=True)
    with pytest.raises(ValueError, match="mask of 'layer1' are a masked array"):
        backward.run(g, {**masks, "layer1": masked}, 3, rescale=0.5)
    truths = {name: torch.tensor(mask > 0) for name, mask in masks.items()}
    expected = backward.run(g, masks, 5, rescale=0.5).beta
    found = backward.run(g, truths, 5, rescale=0.5).beta
    assert all(np.array_equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize("value", NO_VALUES[float])
def test_what_is_no_factor_or_tolerance(value: Any) -> None:
    backward = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES)
    backward.set_parameters(PARAMETERS)
    masks = random_masks(NETWORK, SAMPLES)
    with pytest.raises(ValueError, match="rescale must be a number"):
        backward.run(random_gradient(NETWORK, SAMPLES), masks, 3, rescale=value)
    if value is None:  # a tolerance need not be given
        return
    with pytest.raises(ValueError, match="tolerance must be a number"):
        implicit_gradients(NETWORK, PARAMETERS, IMAGES, LABELS, CONFIG, tolerance=value)


@pytest.mark.parametrize("limit", [2.5, True, "9", 0])
def test_what_is_no_limit(limit: Any) -> None:
    with pytest.raises(ValueError, match="limit must be"):
        implicit_gradients(NETWORK, PARAMETERS, IMAGES, LABELS, CONFIG, limit=limit)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"labels": LABELS > 0}, "labels are of type bool"),
        ({"labels": LABELS + 1}, "the labels run from 1 to 2"),
        ({"images": np.full_like(IMAGES, np.inf)}, "the images hold NaN or infinite values"),
        ({"parameters": {}}, "the parameter 'layer1.weight' of"),
        ({"dropout_masks": {"layer9": np.ones((SAMPLES, 3))}}, "has no such layer"),
        ({"dtype": "float16"}, "the dtype is 'float16'"),
        ({"dtype": "single-ish"}, "the dtype is 'single-ish'"),
        (
            {"threads": 2},
            "threads is 2, and one computes the gradients of one batch: leave",
        ),
    ],
)
def test_refused_before_anything_is_built(
    changed: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built(*_: Any, **__: Any) -> None:
        raise AssertionError("a network was built")

    for name in ("Spide", "Implicit"):
        monkeypatch.setattr(gradients_module, name, built)
    given = {"parameters": PARAMETERS, "images": IMAGES, "labels": LABELS, **changed}
    for compute in (two_stage_gradients, implicit_gradients):
        with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=re.escape(said)):
            compute(NETWORK, config=CONFIG, **given)
