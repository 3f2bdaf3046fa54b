"""Work of a step that learns with two stages: SPIDE, and direct feedback with spikes.

The way back begins with real numbers, ``g = W_o^T e``, or ``B_l^T e`` for every layer of direct
feedback; between neurons it is spikes. A weight gradient is a product of two rates wherever
neither is zero, unless the spikes of stage 2 teach: then each adds one number to each of its
synapses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from networks import Architecture
from networks.wiring import incoming
from training.energy.readout import READOUT, readout_back, readout_gradient
from training.energy.work import Work
from training.methods.parts.first_stage import open_neurons
from training.methods.results import StepResult

Array = NDArray[np.floating]

TAUGHT = ".learning"
"""How pathways that teach end, see `BackwardRates.operations`."""


def way_back(
    architecture: Architecture,
    result: StepResult,
    synapses: Mapping[str, int],
    steps: int,
    *,
    direct: bool,
) -> Iterator[Work]:
    """From the loss to the rates beta.

    Parameters
    ----------
    architecture : Architecture
    result : StepResult
        With counted operations.
    synapses : dict of int
        Of stage 2, `Stage.pathways`.
    steps : int
        T_B.
    direct : bool
        Whether the loss reaches every layer at once; otherwise the last one alone.
    """
    images = len(result.logits)
    for layer in architecture.layers if direct else [architecture.output]:
        where = f"{READOUT} to {layer.name}" if direct else READOUT
        yield readout_back(architecture, images, layer, where)
    for name, added in result.operations["backward"].items():
        if not name.endswith(TAUGHT):
            yield Work("way back", name, added, 0, float(images * steps * synapses[name]))


def gradient_work(
    architecture: Architecture, x: Array, result: StepResult, steps: int
) -> Iterator[Work]:
    """What changes the weights, biases apart.

    Parameters
    ----------
    architecture : Architecture
    x : array, shape (samples, *input_shape)
        The input, averaged over time if it came in frames.
    result : StepResult
    steps : int
        T_B.
    """
    images = len(result.logits)
    taught = result.operations.get("backward", {})
    masks = open_neurons(result.alpha)
    sent = {
        name: _ones(masks[name] & (np.asarray(beta) != 0)) for name, beta in result.beta.items()
    }
    kept = {name: _ones(np.asarray(alpha) != 0) for name, alpha in result.alpha.items()}
    first = architecture.layers[0]
    ends = [
        (first.name, first.connection, sent[first.name], _ones(x != 0)),
        *(
            (name, connection, sent[target], kept[source])
            for name, source, target, connection in incoming(architecture)
        ),
    ]
    for name, connection, target, source in ends:
        if not connection.has_parameters:
            continue
        synapses = float(images * connection.synapses)
        if (pathway := f"{name}.weight{TAUGHT}") in taught:
            yield Work("gradients", name, taught[pathway], 0, steps * synapses)
        else:
            products = float(connection.weight_gradient(target, source).sum(dtype=torch.float64))
            yield Work("gradients", name, 0, products, synapses)
    yield readout_gradient(architecture, np.asarray(result.alpha[architecture.output.name]))


def kept_by_rates(architecture: Architecture) -> float:
    """Numbers of an image that the way back needs: alpha of every neuron, which gives m."""
    return float(architecture.spiking_neurons)


def _ones(where: NDArray[np.bool_]) -> torch.Tensor:
    """1 where it is true; what is counted for a weight stays far below 2^24, and so exact."""
    return torch.from_numpy(np.ascontiguousarray(where)).float()


def parameters_that_are_zero(parameters: Mapping[str, Array]) -> float:
    """NeuroBench's connection sparsity: the share of weights, not of biases, that are zero."""
    weights = [values for name, values in parameters.items() if name.endswith(".weight")]
    zero = sum(values.size - np.count_nonzero(values) for values in weights)
    return float(zero / sum(values.size for values in weights))
