"""Counting a method on a batch: a prediction, a training step, and the networks beside it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.energy.forward import dense_works, input_work, readout_work, stage_1_work
from training.energy.implicit_step import implicit_learning
from training.energy.report import DENSE, EnergyReport
from training.energy.surrogate_step import surrogate_learning
from training.energy.two_stages import (
    gradient_work,
    kept_by_rates,
    parameters_that_are_zero,
    way_back,
)
from training.energy.work import Account, Work, scaled
from training.methods.build import method_class
from training.methods.implicit import Implicit
from training.methods.method import Method
from training.methods.parts.batch import Batch
from training.methods.parts.local_gradients import average_input
from training.methods.results import Prediction, StepResult
from training.recipes.methods import METHODS
from training.recipes.recipe import Recipe

Array = NDArray[np.floating]


def measure(
    method: Method,
    recipe: Recipe,
    parameters: Mapping[str, ArrayLike],
    images: ArrayLike,
    labels: ArrayLike,
) -> EnergyReport:
    """Count what a method does with a batch.

    Parameters
    ----------
    method : Method
        With the parameters set.
    recipe : Recipe
        It was made of.
    parameters : dict of array
        As the networks use them.
    images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
        At most a batch. The output gradient is that of samples of a whole batch.
    labels : int array, shape (samples,)

    Raises
    ------
    ValueError
        If the images do not fit.
    """
    architecture, config = method.architecture, recipe.two_stage
    whole = max(recipe.batch_size, np.size(labels))
    batch = Batch.of(architecture, method.dtype, images, labels, whole=whole)
    count = batch.samples
    facts = METHODS[recipe.method]
    result: StepResult | None = None
    if facts.stage_2:  # stage 1 is then a part of the step
        result = method.step(batch.images, batch.labels, batch=batch.whole, count=True)
        predicted = Prediction(
            result.logits, result.alpha, result.firing_rates_forward, result.operations["forward"]
        )
    else:
        predicted = method.predict(batch.images, count=True)
    forward = [
        input_work(architecture, batch.images),
        *stage_1_work(architecture, predicted.operations, count, recipe.forward_steps),
        readout_work(architecture, predicted.alpha),
    ]
    activity = {"stage 1": predicted.firing_rates}
    training = []
    if result is not None:
        activity["stage 2"] = result.firing_rates_backward
        x = average_input(batch, config.leak)
        synapses, steps = method.backward.pathways, recipe.backward_steps
        works = [
            *forward,
            *way_back(architecture, result, synapses, steps, direct=facts.direct_feedback),
            *gradient_work(architecture, x, result, steps),
        ]
        training.append(_account(recipe.method, works, count, kept_by_rates(architecture)))
    elif issubclass(method_class(recipe.method), Implicit):
        learned, kept = implicit_learning(architecture, recipe, parameters, batch)
        training.append(_account(recipe.method, [*forward, *learned], count, kept))
    learned, kept = surrogate_learning(architecture, config, parameters, batch)
    training.append(_account("surrogate", [*forward, *learned], count, kept))
    # Backpropagation through a dense network keeps an activation of every neuron.
    dense = Account(DENSE, dense_works(architecture, learns=True), kept_by_rates(architecture))
    training.append(dense)
    neurons = [layer.units for layer in architecture.layers]
    fired = [predicted.firing_rates[layer.name] for layer in architecture.layers]
    itemsize = np.dtype(recipe.dtype).itemsize
    return EnergyReport(
        prediction=(
            _account(recipe.method, forward, count),
            Account(DENSE, dense_works(architecture, learns=False)),
        ),
        training=tuple(training),
        activity=activity,
        activation_sparsity=1 - float(np.average(fired, weights=neurons)),
        connection_sparsity=parameters_that_are_zero(
            {name: np.asarray(values) for name, values in parameters.items()}
        ),
        footprint=itemsize * (architecture.parameters + 2 * architecture.spiking_neurons),
        images=count,
        not_counted=facts.not_counted,
    )


def _account(network: str, works: list[Work], images: int, kept: float = 0.0) -> Account:
    return Account(network, scaled(works, images), kept)
