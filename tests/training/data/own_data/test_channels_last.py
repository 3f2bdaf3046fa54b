"""Pictures with the channels last are refused; other channels, heights and widths pass."""

from __future__ import annotations

import re

import numpy as np
import pytest

from training.data.own_data.from_memory import gathered
from training.errors import DataError

LABELS = np.arange(10) % 2


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((8, 8, 1), 1), ((8, 8, 3), 1), ((5, 10, 4), 1), ((48, 64, 3), 1), ((90, 160, 3), 1),
        ((6, 8, 8, 1), 2),  # frames
        ((6, 34, 34, 2), 2), ((6, 5, 9, 2), 2), ((3, 180, 40, 2), 2),  # of events
    ],
)  # fmt: skip
def test_pictures_with_the_channels_last(shape: tuple[int, ...], axis: int) -> None:
    images = np.zeros((10, *shape), np.float32)
    said = re.escape(
        f"the images of the data have shape {images.shape}, {shape[-3]} channels of {shape[-2]} x "
        f"{shape[-1]} pixels, and look like pictures of {shape[-3]} x {shape[-2]} with their "
        f"channels last: give np.moveaxis(images, -1, {axis}), or"
    )
    with pytest.raises(DataError, match=said):
        gathered(images, LABELS, None, None)
    with pytest.raises(DataError, match=r"the test_images of .*np\.moveaxis\(test_images, -1"):
        gathered(np.moveaxis(images, -1, axis), LABELS, images, LABELS)
    for turned in (np.moveaxis(images, -1, axis), np.swapaxes(images, -1, -2)):
        assert gathered(turned, LABELS, None, None)["images"].shape == turned.shape


@pytest.mark.parametrize(
    "shape",
    [
        (1, 8, 8), (3, 8, 8), (3, 6, 3), (3, 40, 4), (4, 4, 4), (64, 4, 4), (8, 8, 2), (16, 5, 5),
        (22, 250, 1), (16, 64, 1), (256, 1, 1), (2048, 8, 4), (1, 1, 4), (30, 2, 34, 34),
        (8, 2, 4, 4), (20,), (30, 2, 34, 2), (6, 3, 8, 2), (6, 4, 2, 2), (34, 34, 2),
    ],
)  # fmt: skip
def test_what_else_is_images(shape: tuple[int, ...]) -> None:
    """Narrow pictures, maps of features, signals of several channels, events."""
    images = np.zeros((10, *shape), np.float32)
    assert gathered(images, LABELS, None, None)["images"].shape == images.shape
