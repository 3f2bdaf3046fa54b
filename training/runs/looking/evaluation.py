"""Test accuracy: stage 1 on every test image, once; and what it says of other images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy

from networks.arrays import whole_number
from training.counted import counted
from training.data import Images
from training.data.batches import evaluation_batches
from training.interruption import Interruption
from training.methods.method import Method
from training.methods.results import Prediction, join_predictions
from training.runs.shown.display import Display


@dataclass(frozen=True)
class Evaluation:
    """What the test images gave.

    Parameters
    ----------
    loss : float
        Mean cross-entropy.
    labels, predicted : int array, shape (images,)
        The label of each image, and the class of its largest logit.
    losses : array, shape (images,)
        Cross-entropy of each image.
    classes : int
    """

    loss: float
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    losses: NDArray[np.floating]
    classes: int

    def __repr__(self) -> str:
        images = len(self.labels)
        return (
            f"<Evaluation of {counted(images, 'image')}: {self.accuracy:.2%}, loss {self.loss:.4g}>"
        )

    @property
    def accuracy(self) -> float:
        """Share of images whose largest logit is their label's."""
        return float(np.mean(self.labels == self.predicted))

    @property
    def confusion(self) -> NDArray[np.int64]:
        """How many images of each class (rows) were taken for each class (columns)."""
        counts = np.zeros((self.classes, self.classes), np.int64)
        np.add.at(counts, (self.labels, self.predicted), 1)
        return counts

    @property
    def accuracy_by_class(self) -> NDArray[np.float64]:
        """Share of the images of each class that were right; NaN for a class without any."""
        counts = self.confusion
        with np.errstate(invalid="ignore"):
            return counts.diagonal() / counts.sum(axis=1)

    def worst(self, count: int) -> NDArray[np.int64]:
        """Numbers of the images with the largest losses, the worst one first.

        Raises
        ------
        ValueError
            For a count that cannot be.
        """
        return np.argsort(self.losses)[::-1][: whole_number(count, "count", least=0)]


def evaluate(
    trainer: Method,
    images: Images,
    batch_size: int,
    interruption: Interruption,
    display: Display,
) -> Evaluation | None:
    """Run stage 1 on all test images, or on those that are held out in their place.

    Parameters
    ----------
    trainer : Method
        With the parameters set.
    images : Images
        Whose test part.
    batch_size : int
        Images per run.
    interruption : Interruption
        Asked before every batch.
    display : Display
        Shows the progress.

    Returns
    -------
    Evaluation or None
        None if it was interrupted.
    """
    loss, total = 0.0, len(images.test)
    labels, predicted, losses = [], [], []
    with display.bar(images.evaluated, total) as bar:
        for pixels, classes in evaluation_batches(images, batch_size):
            if interruption.requested:
                return None
            logits = torch.from_numpy(trainer.predict(pixels.numpy()).logits)
            guessed = logits.argmax(dim=1)
            each = cross_entropy(logits, classes, reduction="none")
            summed = float(each.sum())
            bar.advance(len(classes), summed, int((guessed == classes).sum()))
            loss += summed
            labels.append(classes.numpy())
            predicted.append(guessed.numpy())
            losses.append(each.numpy())
    return Evaluation(
        loss / total,
        np.concatenate(labels),
        np.concatenate(predicted),
        np.concatenate(losses),
        trainer.architecture.classes,
    )


def predicted_classes(
    trainer: Method, images: NDArray[np.floating], batch_size: int
) -> NDArray[np.int64]:
    """The class of each image, shape (images,).

    Parameters
    ----------
    trainer : Method
        With the parameters set.
    images : array, shape (images, *input_shape) or (T_F, images, *input_shape)
        Of a shape that has been checked.
    batch_size : int
        Images per run.

    Raises
    ------
    ValueError
        If they are no finite numbers, or frames of another number.
    """
    found = [each.logits.argmax(axis=1) for each in _in_batches(trainer, images, batch_size)]
    return np.concatenate([np.zeros(0, np.int64), *found])


def prediction_of_all(trainer: Method, images: NDArray[np.floating], batch_size: int) -> Prediction:
    """Logits, rates and firing rates of all images, batch after batch.

    Parameters
    ----------
    trainer, images, batch_size
        As in `predicted_classes`.

    Raises
    ------
    ValueError
        If there are none, or as in `predicted_classes`.
    """
    found = list(_in_batches(trainer, images, batch_size))
    if not found:
        raise ValueError("there are no images, and so no rates of them: give at least one")
    return join_predictions(found)


def _in_batches(
    trainer: Method, images: NDArray[np.floating], batch_size: int
) -> Iterator[Prediction]:
    frames = trainer.architecture.has_frames(images)
    for first in range(0, images.shape[1 if frames else 0], batch_size):
        part = slice(first, first + batch_size)
        yield trainer.predict(images[:, part] if frames else images[part])
