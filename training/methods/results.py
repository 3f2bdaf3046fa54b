"""What a method gives, and how the results of parts of a batch become those of the batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
    operations : dict of float
        Synaptic operations of all samples by connection, see `Stage.pathways`; empty if they were
        not counted.
    """

    logits: Array
    alpha: Mapping[str, Array]
    firing_rates: dict[str, float]
    operations: dict[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Prediction of {len(self.logits)} samples>"


@dataclass(frozen=True)
class StepResult:
    """What a method gives for one batch.

    Parameters
    ----------
    logits : array, shape (samples, classes)
    loss : float
        Mean cross-entropy, not scaled.
    gradients : dict of array
        Gradients of the scaled loss by parameter name.
    rates : dict of mapping of array
        By name (``alpha`` of stage 1, ``beta`` of stage 2, or of what stands in for it) and layer,
        shape (samples, *layer.shape).
    firing_rates : dict of dict of float
        Share of neurons that fire per step, by stage (``forward``, ``backward``) and layer; both
        signs count in stage 2.
    output_gradient : array, shape (samples, *shape of the last layer)
        g, the gradient of the scaled loss with respect to alpha of the last layer.
    operations : dict of dict of float
        Synaptic operations of all samples by stage and connection, see `Stage.pathways`; those of
        a stage are empty if they were not counted.
    """

    logits: Array
    loss: float
    gradients: dict[str, Array]
    rates: Mapping[str, Mapping[str, Array]]
    firing_rates: Mapping[str, dict[str, float]]
    output_gradient: Array
    operations: Mapping[str, dict[str, float]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"<StepResult of {len(self.logits)} samples, loss {self.loss:.4g}, "
            f"rates {', '.join(self.rates)}>"
        )

    @property
    def alpha(self) -> Mapping[str, Array]:
        """Rates of stage 1 by layer."""
        return self._of("alpha")

    @property
    def beta(self) -> Mapping[str, Array]:
        """Rates of stage 2 by layer, or what they approach.

        Raises
        ------
        AttributeError
            If the method has none.
        """
        return self._of("beta")

    @property
    def firing_rates_forward(self) -> dict[str, float]:
        """Share of neurons that fire per step of stage 1, by layer."""
        return self.firing_rates.get("forward", {})

    @property
    def firing_rates_backward(self) -> dict[str, float]:
        """Share of neurons that fire per step of stage 2, by layer; empty if there is none."""
        return self.firing_rates.get("backward", {})

    def _of(self, name: str) -> Mapping[str, Array]:
        if name not in self.rates:
            raise AttributeError(f"this method has no {name}, only {', '.join(self.rates)}")
        return self.rates[name]


def join_predictions(parts: Sequence[Prediction]) -> Prediction:
    """Put the samples of all parts of a batch together, in order."""
    sizes = [len(part.logits) for part in parts]
    return Prediction(
        logits=_join([part.logits for part in parts]),
        alpha=_JoinedRates([part.alpha for part in parts]),
        firing_rates=_average([part.firing_rates for part in parts], sizes),
        operations=_total([part.operations for part in parts]),
    )


def join_results(parts: Sequence[StepResult]) -> StepResult:
    """Put the samples of all parts of a batch together, and add up losses and gradients.

    Parameters
    ----------
    parts : sequence of StepResult
        Loss and gradients are what each part adds to those of the batch.
    """
    if len(parts) == 1:
        return parts[0]
    sizes = [len(part.logits) for part in parts]
    return StepResult(
        logits=_join([part.logits for part in parts]),
        loss=sum(part.loss for part in parts),
        gradients={
            name: reduce(np.add, [part.gradients[name] for part in parts])
            for name in parts[0].gradients
        },
        rates={name: _JoinedRates([part.rates[name] for part in parts]) for name in parts[0].rates},
        firing_rates={
            stage: _average([part.firing_rates[stage] for part in parts], sizes)
            for stage in parts[0].firing_rates
        },
        output_gradient=_join([part.output_gradient for part in parts]),
        operations={
            stage: _total([part.operations[stage] for part in parts])
            for stage in parts[0].operations
        },
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


def _total(operations: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Operations of the whole batch from those of its parts."""
    return {name: sum(each[name] for each in operations) for name in operations[0]}
