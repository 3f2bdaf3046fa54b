"""Images held out of the training set, so that nothing need be chosen by looking at test images.

They are the same for every seed: runs that differ in their seed are then compared on one set. So
are the images that are left where a training takes only some, for a small experiment.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from training.data.images import Images
from training.data.rows import Rows, labels_of
from training.errors import DataError
from training.randomness import stream


def held_out(images: Images, count: int, used: int = 0) -> Images:
    """Images whose evaluations are made on `count` of the training images, which are left out.

    Parameters
    ----------
    images : Images
    count : int
        0 for none: evaluations are then made on the test images.
    used : int
        How many of the others are trained on; 0 for all. Fewer are some of those of more.

    Raises
    ------
    DataError
        If no training image would be left, fewer than `used`, none of some class, or it is not
        known how they look without augmentation.
    """
    if count == used == 0:
        return images
    total = len(images.training)
    if count >= total:
        raise DataError(
            f"{count:,} images cannot be held out of {total:,}: choose a smaller --validation"
        )
    if used > total - count:
        raise DataError(
            f"{used:,} of {total - count:,} images cannot be trained on: choose smaller "
            "--training-images"
        )
    order = torch.from_numpy(stream(0, "validation").permutation(total))
    trained = order[count : count + used] if used else order[count:]
    _refuse_lost_classes(images, trained, count, used)
    rest = Rows(images.training, trained.sort().values)
    if count == 0:
        return replace(images, training=rest)
    if images.augmentation is not None and images.plain is None:
        raise DataError(
            "the training images are augmented, and it is not known how they look without: leave "
            "--validation out"
        )
    shown: TensorDataset = Rows(images.training, order[:count].sort().values)
    if images.plain is not None:
        pixels, labels = shown.tensors
        shown = TensorDataset(images.plain(pixels), labels)
    return replace(images, training=rest, test=shown, evaluated="validation")


def _refuse_lost_classes(images: Images, trained: Tensor, count: int, used: int) -> None:
    """Refuse a training without an image of a class: the network would have an untrained output."""
    labels = labels_of(images.training)
    classes, each = labels.unique(return_counts=True)
    lost = ~torch.isin(classes, labels[trained])
    if not lost.any():
        return
    number = int(classes[lost][0])
    name = f"'{images.class_names[number]}'" if images.class_names else str(number)
    more = int(lost.sum()) - 1
    others = f", nor of {more:,} more classes" if more else ""
    remedies = ["larger --training-images"] if used else []
    remedies += ["a smaller --validation"] if count else []
    raise DataError(
        f"the {len(trained):,} images that are left to train on hold none of class {name}, which "
        f"has {int(each[lost][0]):,}{others}: choose {' or '.join(remedies)}"
    )
