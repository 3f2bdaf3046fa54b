"""Batches as a function of (seed, epoch, batch)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import sleep

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from training.data import Images
from training.data.batches import batches_per_epoch, evaluation_batches, training_batches
from training.errors import DataError

COUNT = 10


def _jitter(image: Tensor, generator: torch.Generator) -> Tensor:
    return image + torch.rand(1, generator=generator)


def numbered(jitter: bool = False) -> Images:
    """Images that hold their own number, perhaps with noise for augmentation."""
    numbers = TensorDataset(torch.arange(COUNT, dtype=torch.float32)[:, None], torch.arange(COUNT))
    return Images(numbers, numbers, _jitter if jitter else None)


def epoch_of(images: Images, epoch: int, first: int = 0, stop: int | None = None) -> list[Tensor]:
    return [pixels for pixels, _ in training_batches(images, 4, 0, epoch, first, stop)]


def test_every_image_once_with_its_label_and_a_smaller_last_batch() -> None:
    batches = list(training_batches(numbered(), 4, seed=0, epoch=0))
    assert [len(labels) for _, labels in batches] == [4, 4, 2]
    assert batches_per_epoch(numbered(), 4) == 3
    for pixels, labels in batches:
        assert torch.equal(pixels[:, 0].long(), labels)
    assert sorted(torch.cat([labels for _, labels in batches]).tolist()) == list(range(COUNT))


def test_epochs_and_seeds_have_permutations_of_their_own() -> None:
    orders = [
        torch.cat([labels for _, labels in training_batches(numbered(), 4, seed, epoch)]).tolist()
        for seed, epoch in ((0, 0), (0, 1), (1, 0), (0, 0))
    ]
    assert orders[0] == orders[3]
    assert orders[0] != orders[1] and orders[0] != orders[2]


@pytest.mark.parametrize("jitter", [False, True])
@pytest.mark.parametrize("first", range(4))
def test_an_epoch_can_be_entered_and_left_at_any_batch(first: int, jitter: bool) -> None:
    images = numbered(jitter)
    whole = epoch_of(images, 5)
    torch.rand(first)  # the global generator has no say
    for expected, pixels in zip(whole[first:], epoch_of(images, 5, first), strict=True):
        assert torch.equal(expected, pixels)
    assert len(epoch_of(images, 5, 0, first)) == first


def test_augmentation_differs_between_images_and_epochs() -> None:
    noise = []
    for epoch in (0, 1):
        for pixels, labels in training_batches(numbered(jitter=True), 4, 0, epoch):
            noise += (pixels[:, 0] - labels).tolist()
    assert len(np.unique(np.round(noise, 6))) == 2 * COUNT


def test_augmentation_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    list(training_batches(numbered(jitter=True), 4, 0, 0))
    assert torch.equal(torch.rand(1), expected)


def test_trainings_in_threads_have_the_augmentations_of_their_seeds() -> None:
    def slow(image: Tensor, generator: torch.Generator) -> Tensor:
        sleep(1e-3)
        return _jitter(image, generator)

    images = replace(numbered(), augmentation=slow)

    def epoch(seed: int) -> Tensor:
        return torch.cat([pixels for pixels, _ in training_batches(images, 4, seed, 0)])

    alone = [epoch(seed) for seed in (0, 1)]
    torch.manual_seed(3)
    state = torch.get_rng_state()
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(epoch, (0, 1)))
    assert all(torch.equal(a, b) for a, b in zip(alone, together, strict=True))
    assert torch.equal(torch.get_rng_state(), state)


def test_test_images_come_in_order() -> None:
    batches = list(evaluation_batches(numbered(), 4))
    assert [len(labels) for _, labels in batches] == [4, 4, 2]
    assert torch.cat([labels for _, labels in batches]).tolist() == list(range(COUNT))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("part", ["training", "test"])
def test_images_that_are_not_finite_are_refused(part: str, value: float) -> None:
    good, bad = numbered().training, TensorDataset(torch.full((2, 1), value), torch.zeros(2))
    with pytest.raises(DataError, match=f"the {part} images hold NaN or infinite"):
        Images(training=bad if part == "training" else good, test=bad if part == "test" else good)
