"""Test accuracy: stage 1 on every test image, once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy

from training.data import Images
from training.data.batches import evaluation_batches
from training.methods.trainer import Trainer
from training.runs.interruption import Interruption
from training.runs.progress_bar import ProgressBar


@dataclass(frozen=True)
class Evaluation:
    """What the test images gave.

    Parameters
    ----------
    accuracy : float
        Share of images whose largest logit is their label's.
    loss : float
        Mean cross-entropy.
    """

    accuracy: float
    loss: float


def evaluate(
    trainer: Trainer,
    images: Images,
    batch_size: int,
    interruption: Interruption,
    shown: bool = True,
) -> Evaluation | None:
    """Run stage 1 on all test images.

    Parameters
    ----------
    trainer : Trainer
        With the parameters set.
    images : Images
        Whose test part.
    batch_size : int
        Images per run.
    interruption : Interruption
        Asked before every batch.
    shown : bool
        Whether there is a progress bar.

    Returns
    -------
    Evaluation or None
        None if it was interrupted.
    """
    correct, loss = 0, 0.0
    total = len(images.test)
    with ProgressBar("test", total, shown=shown) as bar:
        for pixels, labels in evaluation_batches(images, batch_size):
            if interruption.requested:
                return None
            logits = torch.from_numpy(trainer.predict(pixels.numpy()).logits)
            hits = int((logits.argmax(dim=1) == labels).sum())
            summed = float(cross_entropy(logits, labels, reduction="sum"))
            bar.advance(len(labels), summed, hits)
            correct, loss = correct + hits, loss + summed
    return Evaluation(accuracy=correct / total, loss=loss / total)
