"""The samples of a batch spread over the processes.

Every process knows the whole batch and its dropout masks, computes its own part, and adds its
results to those of the others:

    gradient = sum over parts of sum over the samples of a part,
    g = (s_l / B)(softmax - onehot) W_o with B the samples of the *whole* batch.

A part without samples adds zeros. Logits are added up too, each process having zeros for the
samples of the others, so that loss, accuracy and firing rates are those of the whole batch. The
same sum carries the votes for an interruption.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from networks.stages.stage import Stage
from networks.weights import Weights
from training.methods.method import Method
from training.methods.parts.batch import Batch
from training.methods.parts.division import Division
from training.methods.results import Prediction, StepResult
from training.parallel.distributed.interruption import SharedInterruption
from training.parallel.distributed.processes import Processes

Array = NDArray[np.floating]


class OverProcesses(Method):
    """A method of whole batches, of which each process computes its part.

    What it gives is of the whole batch, but for rates and output gradient, which have the samples
    of this process.

    Parameters
    ----------
    method : Method
        Of this process, large enough for its part.
    batch_size : int
        Largest number of samples of all processes together.
    processes : Processes
        All of them call the same methods with the same arguments; a process that is gone raises
        `LostProcessError` in the others.
    interruption : SharedInterruption
        Agrees with every batch.
    """

    def __init__(
        self,
        method: Method,
        batch_size: int,
        processes: Processes,
        interruption: SharedInterruption,
    ) -> None:
        super().__init__(method.architecture, batch_size, str(method.dtype))
        self._method = method
        self._processes = processes
        self._interruption = interruption
        self._shapes = method.architecture.parameter_shapes()
        self._layers = [layer.name for layer in method.architecture.layers]

    @property
    def division(self) -> Division:
        """All processes, with the threads of this one."""
        return Division(self._processes.size, self._method.division.threads)

    @property
    def stages(self) -> Mapping[str, Stage]:
        """Those of this process."""
        return self._method.stages

    @property
    def method_name(self) -> str:
        """That of the method."""
        return self._method.method_name

    @property
    def stage_names(self) -> tuple[str, ...]:
        """Those of the method."""
        return self._method.stage_names

    @property
    def pathways(self) -> Mapping[str, tuple[str, ...]]:
        """Those of the method."""
        return self._method.pathways

    def set_weights(self, weights: Weights) -> None:
        self._method.set_parameters(weights)

    def predict_batch(self, batch: Batch) -> Prediction:
        part = self._processes.part(batch.samples)
        logits, rates = self._logits(batch), self._rates()
        counted = self._uncounted(batch, "forward")
        alpha: Mapping[str, Array] = {}
        if part.start < part.stop:
            result = self._method.predict_batch(batch.part(part))
            alpha = result.alpha
            logits[part] = result.logits
            rates += self._weighted(result.firing_rates, part, batch)
            self._count(counted, result.operations)
        self._add_up([logits, rates, *counted.values()])
        operations = {name: float(total[0]) for name, total in counted.items()}
        return Prediction(logits, alpha, self._by_layer(rates), operations)

    def step_batch(self, batch: Batch) -> StepResult:
        part = self._processes.part(batch.samples)
        logits, loss = self._logits(batch), np.zeros(1)
        fired = {stage: self._rates() for stage in self.stage_names}
        counted = {stage: self._uncounted(batch, stage) for stage in fired}
        gradients = {name: np.zeros(shape, self.dtype) for name, shape in self._shapes.items()}
        rates: Mapping[str, Mapping[str, Array]] = {}
        output_gradient: Array = np.zeros((0, *self.architecture.output.shape), self.dtype)
        if part.start < part.stop:
            result = self._method.step_batch(batch.part(part))
            rates, output_gradient = result.rates, result.output_gradient
            logits[part] = result.logits
            loss += result.loss
            for stage, total in fired.items():
                total += self._weighted(result.firing_rates[stage], part, batch)
                self._count(counted[stage], result.operations.get(stage, {}))
            for name, gradient in gradients.items():
                gradient[...] = result.gradients[name]
        operations = [total for stage in counted.values() for total in stage.values()]
        self._add_up([logits, loss, *fired.values(), *operations, *gradients.values()])
        return StepResult(
            logits=logits,
            loss=float(loss[0]),
            gradients=gradients,
            rates=rates,
            firing_rates={stage: self._by_layer(total) for stage, total in fired.items()},
            output_gradient=output_gradient,
            operations={
                stage: {name: float(total[0]) for name, total in each.items()}
                for stage, each in counted.items()
            },
        )

    def _logits(self, batch: Batch) -> Array:
        return np.zeros((batch.samples, self.architecture.classes), self.dtype)

    def _rates(self) -> NDArray[np.float64]:
        return np.zeros(len(self._layers))

    def _weighted(
        self, rates: Mapping[str, float], part: slice, batch: Batch
    ) -> NDArray[np.float64]:
        """What a part adds to the firing rates of the batch, by number of the layer."""
        weight = (part.stop - part.start) / batch.samples
        return np.array([weight * rates[layer] for layer in self._layers])

    def _by_layer(self, rates: NDArray[np.float64]) -> dict[str, float]:
        return {layer: float(rate) for layer, rate in zip(self._layers, rates, strict=True)}

    def _uncounted(self, batch: Batch, stage: str) -> dict[str, NDArray[np.float64]]:
        """Zeros for the operations of every pathway, in all processes alike."""
        names = self.pathways.get(stage, ()) if batch.count else ()
        return {name: np.zeros(1) for name in names}

    @staticmethod
    def _count(counted: dict[str, NDArray[np.float64]], operations: Mapping[str, float]) -> None:
        """Add the operations of a part."""
        for name, total in counted.items():
            total += operations[name]

    def _add_up(self, arrays: list[Array]) -> None:
        votes = self._interruption.votes
        self._processes.sum_([*arrays, votes])
        self._interruption.agree(votes)
