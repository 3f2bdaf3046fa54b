"""A batch as the methods take it: converted and checked once, then cut into parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from networks import Architecture
from networks.arrays import class_labels, for_torch, numbers, whole_number
from networks.checks import (
    check_dropout,
    check_dropout_shapes,
    check_image_shape,
    check_images,
    typed_dropout,
)

Array = NDArray[np.floating]
Masks = Mapping[str, ArrayLike]


@dataclass(frozen=True)
class Batch:
    """Images, and what belongs to them; made by `Batch.of`.

    Parameters
    ----------
    images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
    masks : dict of array
        Dropout masks, scaled by 1/(1 - rate), of ``layer1``, ... and ``feedback``.
    labels : int array, shape (samples,)
        Empty where nothing but a prediction is asked for.
    frames : bool
        Whether there is an image per step.
    whole : int
        B, the samples of the whole batch, of which these may be a part: loss and gradients of the
        parts add up to those of the batch.
    count : bool
        Whether synaptic operations are counted.
    """

    images: Array
    masks: Mapping[str, Array]
    labels: NDArray[np.integer]
    frames: bool
    whole: int
    count: bool = False

    @classmethod
    def to_predict(
        cls,
        architecture: Architecture,
        dtype: np.dtype[np.floating],
        images: ArrayLike,
        dropout_masks: Masks | None = None,
    ) -> Batch:
        """Convert and check images that have no labels.

        Raises
        ------
        ValueError
            If something does not fit the architecture or is not finite.
        """
        pixels = for_torch(numbers(images, dtype, "the images"))
        check_image_shape(architecture, pixels)
        frames = architecture.has_frames(pixels)
        samples = len(pixels[0]) if frames else len(pixels)
        masks = typed_dropout(dropout_masks, dtype)
        check_dropout_shapes(architecture, masks, samples)
        return cls(pixels, masks, np.zeros(0, int), frames, samples)

    @classmethod
    def of(
        cls,
        architecture: Architecture,
        dtype: np.dtype[np.floating],
        images: ArrayLike,
        labels: ArrayLike,
        dropout_masks: Masks | None = None,
        whole: int | None = None,
    ) -> Batch:
        """Convert and check what a caller gives.

        Raises
        ------
        ValueError
            As `to_predict`, and if the labels are not those of the images.
        """
        batch = cls.to_predict(architecture, dtype, images, dropout_masks)
        return replace(
            batch,
            labels=class_labels(labels, batch.samples, architecture.classes),
            whole=batch.samples if whole is None else whole_number(whole, "batch", batch.samples),
        )

    def check(self, architecture: Architecture, steps: int, batch_size: int) -> None:
        """Refuse what a network of Brian2 refuses before it runs, for who computes without one.

        Parameters
        ----------
        architecture : Architecture
        steps : int
            T_F.
        batch_size : int
            Largest number of samples.

        Raises
        ------
        ValueError
            If images or dropout masks do not fit or are not finite.
        """
        samples = check_images(architecture, self.images, steps, batch_size)
        check_dropout(architecture, self.masks, samples)

    @property
    def samples(self) -> int:
        """How many these are."""
        return len(self.images[0]) if self.frames else len(self.images)

    def part(self, part: slice) -> Batch:
        """Some of the samples."""
        return replace(
            self,
            images=self.images[:, part] if self.frames else self.images[part],
            masks={name: mask[part] for name, mask in self.masks.items()},
            labels=self.labels[part],
        )
