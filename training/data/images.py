"""The images of a data set, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from training.errors import DataError


@dataclass(frozen=True)
class Images:
    """Training and test images with their labels.

    Parameters
    ----------
    training, test : TensorDataset
        Pixels, shape (images, *input_shape), and labels, shape (images,). The test pixels are what
        the network sees; the training pixels are too, unless there is an augmentation.
    augmentation : callable, optional
        From one training image to what the network sees of it, by random numbers of torch's
        global generator.

    Raises
    ------
    DataError
        If pixels are NaN or infinite.
    """

    training: TensorDataset
    test: TensorDataset
    augmentation: Callable[[Tensor], Tensor] | None = None

    def __post_init__(self) -> None:
        for name, part in (("training", self.training), ("test", self.test)):
            pixels = part.tensors[0]
            if pixels.is_floating_point() and not torch.isfinite(pixels).all():
                raise DataError(
                    f"the {name} images hold NaN or infinite values: get the data set anew"
                )
