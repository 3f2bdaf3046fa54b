"""What the two stages give, and how the results of parts of a batch become those of the batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Prediction:
    """What stage 1 gives.

    Parameters
    ----------
    logits : array, shape (samples, classes)
    alpha : mapping of array
        Average rates by layer, shape (samples, *layer.shape).
    firing_rates : dict of float
        Share of neurons that fire per step, by layer.
    """

    logits: Array
    alpha: Mapping[str, Array]
    firing_rates: dict[str, float]


@dataclass(frozen=True)
class TwoStageResult:
    """What both stages give for one batch.

    Parameters
    ----------
    logits : array, shape (samples, classes)
    loss : float
        Mean cross-entropy, not scaled.
    alpha, beta : mapping of array
        Rates of stage 1 and stage 2 by layer, shape (samples, *layer.shape).
    output_gradient : array, shape (samples, *shape of the last layer)
        g, the gradient of the scaled loss with respect to alpha of the last layer.
    gradients : dict of array
        Gradients of the scaled loss by parameter name.
    firing_rates_forward, firing_rates_backward : dict of float
        Share of neurons that fire per step, by layer; both signs count in stage 2.
    """

    logits: Array
    loss: float
    alpha: Mapping[str, Array]
    beta: Mapping[str, Array]
    output_gradient: Array
    gradients: dict[str, Array]
    firing_rates_forward: dict[str, float]
    firing_rates_backward: dict[str, float]


def join_predictions(parts: Sequence[Prediction]) -> Prediction:
    """Put the samples of all parts of a batch together, in order."""
    sizes = [len(part.logits) for part in parts]
    return Prediction(
        logits=_join([part.logits for part in parts]),
        alpha=_JoinedRates([part.alpha for part in parts]),
        firing_rates=_average([part.firing_rates for part in parts], sizes),
    )


def join_results(parts: Sequence[TwoStageResult]) -> TwoStageResult:
    """Put the samples of all parts of a batch together, and add up losses and gradients.

    Parameters
    ----------
    parts : sequence of TwoStageResult
        Loss and gradients are what each part adds to those of the batch.
    """
    if len(parts) == 1:
        return parts[0]
    sizes = [len(part.logits) for part in parts]
    return TwoStageResult(
        logits=_join([part.logits for part in parts]),
        loss=sum(part.loss for part in parts),
        alpha=_JoinedRates([part.alpha for part in parts]),
        beta=_JoinedRates([part.beta for part in parts]),
        output_gradient=_join([part.output_gradient for part in parts]),
        gradients={
            name: reduce(np.add, [part.gradients[name] for part in parts])
            for name in parts[0].gradients
        },
        firing_rates_forward=_average([part.firing_rates_forward for part in parts], sizes),
        firing_rates_backward=_average([part.firing_rates_backward for part in parts], sizes),
    )


def _join(parts: Sequence[Array]) -> Array:
    """Put samples together, channel-last in memory as they come."""
    if len(parts) == 1:
        return parts[0]
    if parts[0].ndim != 4:
        return np.concatenate(parts)
    last = [part.transpose(0, 2, 3, 1) for part in parts]
    return np.concatenate(last).transpose(0, 3, 1, 2)


class _JoinedRates(Mapping[str, Array]):
    """Rates by layer that are put together when someone looks at them; training never does."""

    def __init__(self, parts: Sequence[Mapping[str, Array]]) -> None:
        self._parts = parts
        self._joined: dict[str, Array] = {}

    def __getitem__(self, layer: str) -> Array:
        if layer not in self._joined:
            self._joined[layer] = _join([part[layer] for part in self._parts])
        return self._joined[layer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts[0])

    def __len__(self) -> int:
        return len(self._parts[0])


def _average(rates: Sequence[Mapping[str, float]], sizes: Sequence[int]) -> dict[str, float]:
    """Firing rates of the whole batch from those of its parts."""
    return {
        name: float(np.average([rate[name] for rate in rates], weights=sizes)) for name in rates[0]
    }
