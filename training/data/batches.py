"""Which images make a batch: a function of (seed, epoch, number of the batch).

Every epoch is a new permutation of the training images, whose last batch may be smaller. An image
is augmented by random numbers of its own, so neither the batches before it nor the global
generator have a say, and an epoch can be entered at any batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, TensorDataset

from training.data.images import Images
from training.data.rows import as_numbers
from training.randomness import integer_seed, stream

Batch = tuple[Tensor, Tensor]

_FRAMES_NDIM = 5
"""Axes of images that come in frames: (images, steps, channels, height, width)."""


def batches_per_epoch(images: Images, batch_size: int) -> int:
    """Return the number of training batches of an epoch, the smaller last one included."""
    return -(-len(images.training) // batch_size)


def training_batches(
    images: Images,
    batch_size: int,
    seed: int,
    epoch: int,
    first: int = 0,
    stop: int | None = None,
) -> Iterator[Batch]:
    """Yield the batches of one epoch.

    Parameters
    ----------
    images : Images
        Whose training part.
    batch_size : int
        Images per batch.
    seed, epoch : int
        They settle the order of the images and their augmentation.
    first, stop : int
        Batches ``first`` to ``stop - 1`` of the epoch, numbered from 0; all by default.

    Yields
    ------
    pixels : tensor, shape (images, *input_shape) or (steps, images, *input_shape)
    labels : int tensor, shape (images,)
    """
    order = torch.from_numpy(stream(seed, "order", epoch).permutation(len(images.training)))
    numbered = list(order.split(batch_size))[first:stop]
    yield from _frames_first(_loader(_Augmented(images, seed, epoch), numbered))


def evaluation_batches(images: Images, batch_size: int) -> Iterator[Batch]:
    """Yield the test images in order, with their labels."""
    numbered = list(torch.arange(len(images.test)).split(batch_size))
    yield from _frames_first(_loader(images.test, numbered))


def _frames_first(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches with the frames' axis first, as the networks take it."""
    for pixels, labels in batches:
        numbers = as_numbers(pixels)
        yield (numbers.transpose(0, 1) if numbers.ndim == _FRAMES_NDIM else numbers), labels


class _Augmented(Dataset[Batch]):
    """The training images of one epoch, indexed by whole batches."""

    def __init__(self, images: Images, seed: int, epoch: int) -> None:
        self._images, self._seed, self._epoch = images, seed, epoch

    def __getitem__(self, index: Tensor) -> Batch:
        pixels, labels = self._images.training[index]
        augmentation = self._images.augmentation
        if augmentation is None:
            return pixels, labels
        seen = []
        for image, number in zip(pixels, index.tolist(), strict=True):
            seed = integer_seed(self._seed, "augmentation", self._epoch, number)
            seen.append(augmentation(image, torch.Generator().manual_seed(seed)))
        return torch.stack(seen), labels


def _loader(source: Dataset[Batch] | TensorDataset, batches: list[Tensor]) -> DataLoader[Batch]:
    # A generator of its own: the loader draws a seed for workers, even where it has none.
    return DataLoader(
        source,  # type: ignore[arg-type]
        sampler=batches,
        batch_size=None,
        generator=torch.Generator(),
    )
