"""Crops and flips are torchvision's, of random numbers of their own."""

from __future__ import annotations

import pytest
import torch

from training.data.from_torchvision.torchvision_import import transforms
from training.data.random_crop import RandomCrop


@pytest.mark.parametrize("shape", [(3, 8, 8), (5, 2, 8, 8)])
@pytest.mark.parametrize("flips", [True, False])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_the_same_numbers_make_what_torchvision_makes(
    shape: tuple[int, ...], flips: bool, dtype: torch.dtype
) -> None:
    image = torch.arange(torch.Size(shape).numel()).reshape(shape).to(dtype)
    steps = [transforms.RandomCrop(8, padding=4)]
    theirs = transforms.Compose(steps + [transforms.RandomHorizontalFlip()] * flips)
    results = set()
    for seed in range(20):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            expected = theirs(image)
        found = RandomCrop(4, flips)(image, torch.Generator().manual_seed(seed))
        assert torch.equal(found, expected) and found.dtype == dtype
        results.add(tuple(found.flatten().tolist()))
    assert len(results) > 10
