"""Augmentation: a part of the image as large as it is, cut at random out of the padded image.

The random numbers are those of a generator that the caller has for each image. torchvision's own
transforms draw from torch's one generator of the process, which other threads draw from as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.functional import pad


@dataclass(frozen=True)
class RandomCrop:
    """What `RandomCrop` and `RandomHorizontalFlip` of torchvision make of the same numbers.

    Parameters
    ----------
    padding : int
        Zeros around the image, on each side.
    flips : bool
        Whether half of the results are mirrored, left to right.
    """

    padding: int
    flips: bool = False

    def __call__(self, image: Tensor, generator: Generator) -> Tensor:
        """Cut one out.

        Parameters
        ----------
        image : tensor, shape (..., height, width)
            Frames of one image are cut at the same place.
        generator : torch.Generator

        Returns
        -------
        tensor of the same shape
        """
        height, width = image.shape[-2:]
        padded = pad(image, [self.padding] * 4)
        top, left = (
            int(torch.randint(2 * self.padding + 1, (1,), generator=generator)) for _ in range(2)
        )
        cut = padded[..., top : top + height, left : left + width]
        if self.flips and float(torch.rand(1, generator=generator)) < 1 / 2:
            return cut.flip(-1)
        return cut
