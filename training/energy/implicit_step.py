"""Work of exact implicit differentiation, counted in the solver itself.

Every application of the loop of eq. 5, and the last way down from beta_N, sends a real number along
each transposed synapse of a neuron that is open, unless that number is zero. The weight gradients
are the products of rates that stage 2 takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import torch
from numpy.typing import ArrayLike

from networks import Architecture
from networks.connections import Connection
from training.energy.readout import readout_back
from training.energy.two_stages import gradient_work, kept_by_rates
from training.energy.work import Work
from training.methods.implicit import Implicit
from training.methods.parts.batch import Batch
from training.methods.parts.counted import operations_against
from training.methods.parts.local_gradients import average_input
from training.recipes.recipe import Recipe


class SentBack:
    """What the linear system tells of, added up by connection."""

    def __init__(self) -> None:
        self.multiplies: defaultdict[str, float] = defaultdict(float)
        self.dense: defaultdict[str, float] = defaultdict(float)

    def __call__(self, name: str, connection: Connection, sent: torch.Tensor) -> None:
        self.multiplies[name] += operations_against((sent != 0).float(), connection)
        self.dense[name] += len(sent) * connection.synapses


def implicit_learning(
    architecture: Architecture,
    recipe: Recipe,
    parameters: Mapping[str, ArrayLike],
    batch: Batch,
) -> tuple[list[Work], float]:
    """Count what the solver and the weight gradients of a batch multiply, by connection.

    Parameters
    ----------
    architecture : Architecture
    recipe : Recipe
        The neuron, T_F and loss scale, and the precision that the system is solved in.
    parameters : dict of array
        As the network uses them.
    batch : Batch

    Returns
    -------
    list of Work
        Of all images of the batch.
    float
        Numbers of an image that are kept for the way back.
    """
    back = SentBack()
    method = Implicit.build(architecture, recipe, batch.samples, told=back)
    method.set_parameters(parameters)
    result = method.step_batch(batch)
    x = average_input(batch, recipe.two_stage.leak)
    return [
        readout_back(architecture, batch.samples),
        *(
            Work("way back", name, 0, back.multiplies[name], dense)
            for name, dense in back.dense.items()
        ),
        *gradient_work(architecture, x, result, recipe.backward_steps),
    ], kept_by_rates(architecture)
