"""The lines of ``metrics.jsonl``: one per iteration, one per evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.methods.results import StepResult
from training.runs.looking.evaluation import Evaluation


def accuracy(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the share of samples whose largest logit is their label's."""
    return float(np.mean(logits.argmax(axis=1) == labels))


def training_record(
    iteration: int,
    per_epoch: int,
    result: StepResult,
    labels: NDArray[np.integer],
    *,
    learning_rate: float,
    feedback_norm: float | None,
    seconds: float,
    cpu_seconds: float | None,
) -> dict[str, Any]:
    """Return the line of one iteration.

    Synaptic operations, by stage and connection, are those of an image; iterations that have not
    counted them have none.

    Parameters
    ----------
    iteration : int
        Complete iterations, this one included.
    per_epoch : int
        Iterations of one epoch.
    result : StepResult
        What the method gave: loss and accuracy are those of the weights before the update, with
        dropout.
    labels : ndarray
        Of the batch.
    learning_rate : float
        Of this update, before its division by the loss scale.
    feedback_norm : float or None
        Estimated Frobenius norm of the feedback kernel, before its restriction.
    seconds : float
        Duration of the iteration.
    cpu_seconds : float or None
        What it took of this process's cores, all threads together: on a machine that others use
        too, this and not the duration can be compared, as long as the process does nothing else.
        None where other processes compute, too.
    """
    counted = any(result.operations.values())
    return {
        "kind": "training",
        "iteration": iteration,
        "epoch": iteration / per_epoch,
        "loss": result.loss,
        "accuracy": accuracy(result.logits, labels),
        "images_per_second": len(labels) / seconds,
        "learning_rate": learning_rate,
        "feedback_norm": feedback_norm,
        "firing_rates_forward": result.firing_rates_forward,
        "firing_rates_backward": result.firing_rates_backward,
        **({} if cpu_seconds is None else {"cpu_seconds": cpu_seconds}),
        **({"operations": _per_image(result, len(labels))} if counted else {}),
    }


def _per_image(result: StepResult, images: int) -> dict[str, dict[str, float]]:
    return {
        stage: {name: count / images for name, count in counts.items()}
        for stage, counts in result.operations.items()
    }


def evaluation_record(
    iteration: int, per_epoch: int, evaluation: Evaluation, kind: str = "test"
) -> dict[str, Any]:
    """Return the line of one evaluation on the test images, or of the kind ``validation``."""
    return {
        "kind": kind,
        "iteration": iteration,
        "epoch": iteration / per_epoch,
        "loss": evaluation.loss,
        "accuracy": evaluation.accuracy,
    }
