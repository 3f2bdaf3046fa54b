"""Images for a run are those of its data: the same axes, the same kind of numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.looking.given_images import as_the_stages_take

EVENTS = RECIPES["n-mnist"]
PICTURES = RECIPES["digits"]


def given(images: np.ndarray, recipe: Recipe) -> np.ndarray:
    return as_the_stages_take(images, read_architecture(recipe), recipe)


def test_the_time_comes_before_the_images() -> None:
    steps = EVENTS.forward_steps
    numbered = np.arange(steps * steps, dtype=float).reshape(steps, steps, 1, 1, 1)
    found = given(np.broadcast_to(numbered, (steps, steps, 2, 34, 34)), EVENTS)
    assert (found[7, 3] == numbered[3, 7]).all()
    still = np.zeros((steps, 2, 34, 34))
    assert given(still, EVENTS) is still


def test_bytes_are_taken_where_the_data_are_bytes() -> None:
    frames = np.zeros((2, EVENTS.forward_steps, 2, 34, 34), np.uint8)
    assert given(frames, EVENTS).dtype == np.uint8
    with pytest.raises(ValueError, match=r"are of type uint8: .* floating-point"):
        given(np.zeros((2, 1, 8, 8), np.uint8), PICTURES)


def test_frames_of_another_number() -> None:
    with pytest.raises(ValueError, match=r"\(2, 9, 1, 8, 8\): .* \(images, 30, 1, 8, 8\)"):
        given(np.zeros((2, 9, 1, 8, 8)), replace(PICTURES, forward_steps=30))
