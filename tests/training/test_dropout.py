"""Variational dropout (appendix D.1)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import Architecture
from training.dropout import dropout_masks, dropped_layers
from training.recipe import DropoutLayers

CONVOLUTIONAL = Architecture.parse("4C3s-6C3 (F4C3)", (1, 8, 8), 10)
POOLED = Architecture.parse("5C3-P2-8C3-P2-30-20", (1, 8, 8), 10)


@pytest.mark.parametrize(
    ("architecture", "layers", "expected"),
    [
        (CONVOLUTIONAL, "all", {"layer1": 4, "layer2": 6, "feedback": 4}),
        (POOLED, "all", {"layer1": 5, "layer3": 8, "layer5": 30, "layer6": 20}),
        (POOLED, "first-dense", {"layer5": 30}),
        (CONVOLUTIONAL, "first-dense", {}),
    ],
)
def test_which_layers_have_dropout(
    architecture: Architecture, layers: DropoutLayers, expected: dict[str, int]
) -> None:
    assert dropped_layers(architecture, layers) == expected


def test_shapes_have_one_value_per_sample_and_channel() -> None:
    masks = dropout_masks(CONVOLUTIONAL, 0.2, "all", batch=3, seed=0, iteration=0)
    assert {name: mask.shape for name, mask in masks.items()} == {
        "layer1": (3, 4, 1, 1),
        "layer2": (3, 6, 1, 1),
        "feedback": (3, 4, 1, 1),
    }
    dense = dropout_masks(POOLED, 0.5, "first-dense", batch=3, seed=0, iteration=0)
    assert {name: mask.shape for name, mask in dense.items()} == {"layer5": (3, 30)}


@given(rate=st.floats(0.01, 0.9), iteration=st.integers(0, 10**6))
def test_values_are_zero_or_the_inverse_of_what_is_kept(rate: float, iteration: int) -> None:
    for mask in dropout_masks(CONVOLUTIONAL, rate, "all", 8, 1, iteration).values():
        assert set(np.unique(mask)) <= {0.0, 1 / (1 - rate)}


def test_mean_is_one() -> None:
    mask = dropout_masks(CONVOLUTIONAL, 0.2, "all", 20_000, 0, 0)["layer1"]
    standard_error = np.sqrt(0.2 / 0.8 / mask.size)
    assert abs(mask.mean() - 1) < 4 * standard_error


def test_masks_are_redrawn_every_iteration_and_repeat_for_the_same_one() -> None:
    first, again, other = (
        dropout_masks(CONVOLUTIONAL, 0.5, "all", 32, 7, iteration)["layer2"]
        for iteration in (4, 4, 5)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_rate_zero_has_no_masks() -> None:
    assert dropout_masks(CONVOLUTIONAL, 0.0, "all", 4, 0, 0) == {}
