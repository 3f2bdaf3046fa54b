"""Data sets of torch as arrays: the same checks as for arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from training.data.own_data.from_memory import gathered
from training.errors import DataError

IMAGES = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
LABELS = np.arange(40) % 2


class Pairs:
    """A data set as torch has them."""

    def __init__(self, images: Any, labels: Any) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        return self.images[number], self.labels[number]


@pytest.mark.parametrize(
    "convert",
    [
        list, torch.tensor, lambda labels: labels.astype(np.uint8), lambda labels: labels[:, None],
        lambda labels: torch.tensor(labels)[:, None],
    ],
)  # fmt: skip
def test_labels_of_a_data_set_are_whole_numbers(convert: Callable[[Any], Any]) -> None:
    found = gathered(Pairs(IMAGES, convert(LABELS)), None, None, None)
    np.testing.assert_array_equal(found["labels"], LABELS)
    np.testing.assert_array_equal(found["images"], IMAGES)


class Flipped(Pairs):
    """A data set with a random transform, as torchvision has them for augmentation."""

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        image, label = super().__getitem__(number)
        return (image.flip(-1) if torch.rand(()) < 0.5 else image), label


def test_random_transforms_would_be_drawn_once_for_the_whole_training() -> None:
    for seed in range(20):
        torch.manual_seed(seed)
        flipped = Flipped(torch.tensor(IMAGES), LABELS)
        for given in ((flipped, None, None, None), (IMAGES, LABELS, flipped, None)):
            with pytest.raises(DataError) as caught:
                gathered(*given)
            name = "images" if given[0] is flipped else "test_images"
            assert str(caught.value) == (
                f"the {name} are a Flipped that gives another image each time it is asked: its "
                "transforms are random, and one draw of them would be kept for the whole training; "
                "give it without them"
            )


def test_tensors_with_a_gradient_are_compared_too() -> None:
    images = torch.tensor(IMAGES, dtype=torch.bfloat16, requires_grad=True)
    found = gathered(Pairs(images, LABELS), None, None, None)["images"]
    np.testing.assert_array_equal(found, images.detach().float().numpy())


def test_missing_numbers_are_the_same_when_they_are_asked_for_again() -> None:
    with pytest.raises(DataError, match="hold NaN at index"):
        gathered(Pairs(np.full_like(IMAGES, np.nan), LABELS), None, None, None)


def test_a_data_set_of_one_image_is_asked_for_no_other() -> None:
    """Nothing beyond its end is asked for."""
    with pytest.raises(DataError, match="1 images, of which a fifth"):
        gathered(Pairs(IMAGES[:1], LABELS[:1]), None, None, None)


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (IMAGES, LABELS + 0.9, "the labels of the data are of type float64 .* 40 whole numbers"),
        (IMAGES, torch.tensor(LABELS + 0.5), "of type float64"),
        (IMAGES, LABELS > 0, "of type bool"),
        (IMAGES, torch.tensor(LABELS > 0), "of type bool"),
        (IMAGES, list(map(str, LABELS)), "of type <U1"),
        (IMAGES, np.eye(2, dtype=int)[LABELS], r"shape \(40, 2\)"),
        (np.ma.masked_less(IMAGES, 0), LABELS, "the images are a masked array: fill"),
        (IMAGES, np.ma.masked_less(LABELS, 1), "the labels are a masked array: fill"),
        ([IMAGES[0], IMAGES[0, :2]] * 20, LABELS, "the images are no array"),
    ],
)
def test_what_a_data_set_must_not_give(images: Any, labels: Any, said: str) -> None:
    """Cut to whole numbers, 0.9 and 1.7 would be the classes 0 and 1."""
    with pytest.raises(DataError, match=said):
        gathered(Pairs(images, labels), None, None, None)
    with pytest.raises(DataError, match=r"does not give \(image, label\)"):
        gathered(list(IMAGES), None, None, None)
