"""Variational dropout (appendix D.1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import Architecture
from training.recipes.recipe import DropoutLayers, DropoutUnit, Recipe
from training.updates.dropout import dropout_masks, dropped_layers

CONVOLUTIONAL = Architecture.parse("4C3s-6C3 (F4C3)", (1, 8, 8), 10)
POOLED = Architecture.parse("5C3-P2-8C3-P2-30-20", (1, 8, 8), 10)

RECIPE = Recipe("digits", "4", dropout=0.2, dtype="float64")

UNITS: tuple[DropoutUnit, ...] = ("neuron", "channel")
units = pytest.mark.parametrize("per", UNITS)


@pytest.mark.parametrize(
    ("architecture", "layers", "expected"),
    [
        (CONVOLUTIONAL, "all", {"layer1": (4, 4, 4), "layer2": (6, 4, 4), "feedback": (4, 4, 4)}),
        (
            POOLED,
            "all",
            {"layer1": (5, 8, 8), "layer3": (8, 4, 4), "layer5": (30,), "layer6": (20,)},
        ),
        (POOLED, "first-dense", {"layer5": (30,)}),
        (CONVOLUTIONAL, "first-dense", {}),
    ],
)
def test_which_layers_have_dropout(
    architecture: Architecture, layers: DropoutLayers, expected: dict[str, tuple[int, ...]]
) -> None:
    assert dropped_layers(architecture, layers) == expected


@pytest.mark.parametrize(
    ("per", "shapes"),
    [
        ("channel", {"layer1": (3, 4, 1, 1), "layer2": (3, 6, 1, 1), "feedback": (3, 4, 1, 1)}),
        ("neuron", {"layer1": (3, 4, 4, 4), "layer2": (3, 6, 4, 4), "feedback": (3, 4, 4, 4)}),
    ],
)
def test_shapes(per: DropoutUnit, shapes: dict[str, tuple[int, ...]]) -> None:
    recipe = replace(RECIPE, dropout_per=per)
    masks = dropout_masks(CONVOLUTIONAL, recipe, batch=3, iteration=0)
    assert {name: mask.shape for name, mask in masks.items()} == shapes
    dense = dropout_masks(POOLED, replace(recipe, dropout_layers="first-dense"), 3, 0)
    assert {name: mask.shape for name, mask in dense.items()} == {"layer5": (3, 30)}


@units
@given(rate=st.floats(1e-6, 0.9), iteration=st.integers(0, 10**6))
def test_values_are_zero_or_the_inverse_of_what_is_kept(
    per: DropoutUnit, rate: float, iteration: int
) -> None:
    for dtype in ("float32", "float64"):
        recipe = replace(RECIPE, dropout=rate, dropout_per=per, dtype=dtype, seed=1)
        for mask in dropout_masks(CONVOLUTIONAL, recipe, 8, iteration).values():
            assert mask.dtype == dtype
            assert set(np.unique(mask)) <= {0.0, np.dtype(dtype).type(1 / (1 - rate))}


@units
@pytest.mark.parametrize("rate", [0.2, 0.5, 1e-5])
def test_the_probability_is_the_rate(per: DropoutUnit, rate: float) -> None:
    """A rate below 2^-16 too, which the 16 bits of a neuron alone cannot give."""
    recipe = replace(RECIPE, dropout=rate, dropout_per=per)
    batch = 400_000 if per == "channel" else 25_000
    dropped = dropout_masks(CONVOLUTIONAL, recipe, batch, 0)["layer1"] == 0
    assert abs(dropped.mean() - rate) < 4 * np.sqrt(rate * (1 - rate) / dropped.size)


def test_neurons_of_a_channel_and_images_are_independent() -> None:
    recipe = replace(RECIPE, dropout=0.5)
    dropped = dropout_masks(CONVOLUTIONAL, recipe, 2000, 0)["layer2"] == 0
    columns = dropped.reshape(2000, -1).astype(float)
    assert np.abs(np.corrcoef(columns.T) - np.eye(96)).max() < 5 / np.sqrt(2000)
    assert np.abs(np.corrcoef(columns[:40]) - np.eye(40)).max() < 5 / np.sqrt(96)


@units
def test_masks_are_redrawn_every_iteration_and_repeat_for_the_same_one(per: DropoutUnit) -> None:
    recipe = replace(RECIPE, dropout=0.5, dropout_per=per, seed=7)
    first, again, other = (
        dropout_masks(CONVOLUTIONAL, recipe, 32, iteration)["layer2"] for iteration in (4, 4, 5)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_rate_zero_has_no_masks() -> None:
    assert dropout_masks(CONVOLUTIONAL, replace(RECIPE, dropout=0.0), 4, 0) == {}
