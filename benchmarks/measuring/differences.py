"""How far results of one batch lie apart: spike counts of every neuron, and gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.methods import StepResult, TwoStageConfig

Array = NDArray[np.floating]


@dataclass(frozen=True)
class CountDifferences:
    """Of one stage.

    Parameters
    ----------
    stage : str
    neurons : int
        Of all samples.
    differ : float
        How many of them have another spike count, the mean over what is compared.
    largest : float
        In spikes.
    """

    stage: str
    neurons: int
    differ: float
    largest: float


def count_differences(
    first: StepResult, others: Sequence[StepResult], config: TwoStageConfig
) -> list[CountDifferences]:
    """Compare the spike counts of both stages with those of other results."""
    found = []
    for stage, rates, steps in (
        ("forward", "alpha", config.forward_steps),
        ("backward", "beta", config.backward_steps),
    ):
        apart = [
            np.rint(abs(values - other.rates[rates][layer]) * steps)
            for other in others
            for layer, values in first.rates[rates].items()
        ]
        found.append(
            CountDifferences(
                stage,
                neurons=sum(each.size for each in apart) // len(others),
                differ=sum(np.count_nonzero(each) for each in apart) / len(others),
                largest=float(max(each.max() for each in apart)),
            )
        )
    return found


def gradient_differences(first: StepResult, other: StepResult) -> Mapping[str, float]:
    """Norm of the difference over the norm of the first one's, by parameter."""
    return {
        name: _norm(value - other.gradients[name]) / _norm(value)
        for name, value in first.gradients.items()
    }


def _norm(values: Array) -> float:
    return float(np.linalg.norm(values.astype(np.float64)))
