"""How far the gradient of each method is from the exact one, over T_B.

The exact gradient is that of implicit differentiation (eq. 5) for the same weights, images and
rates of stage 1. The angle between two gradients does not ask how large they are, which for
surrogate gradients and random feedback means little; the relative error does. Both are of all
parameters between spiking neurons: the readout's gradient needs no way back and is exact in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from networks import Architecture
from training.experiments.sweeps import OURS
from training.methods.feedback_alignment import FeedbackAlignment
from training.methods.implicit import Implicit
from training.methods.method import Method
from training.methods.spide import Spide
from training.methods.surrogate import Surrogate
from training.recipes.recipe import Recipe
from training.sweeps.planning.cases import ABLATION, case_fields

Gradients = Mapping[str, NDArray[np.floating]]

BACKWARD_STEPS = (10, 25, 50, 100, 250, 500, 1000)

PART = 32
"""Images at a time: surrogate gradients keep all steps of all of them."""


@dataclass(frozen=True)
class Error:
    """The distance of a gradient from the exact one.

    Parameters
    ----------
    method : str
    steps : int
        T_B.
    angle : float
        In degrees; NaN of a gradient that is 0 everywhere and has no direction.
    relative : float
        ``|g - exact| / |exact|``.
    """

    method: str
    steps: int
    angle: float
    relative: float


def distance(gradient: Gradients, exact: Gradients) -> tuple[float, float]:
    """Angle in degrees and relative error of all gradients but the readout's.

    Where few steps T_B let no spike of stage 2 through, the gradient is 0 everywhere: its angle is
    NaN, its relative error 1.

    Raises
    ------
    ValueError
        If the exact one is 0 everywhere.
    """
    found, wanted = (
        np.concatenate(
            [np.asarray(g[n], float).ravel() for n in exact if not n.startswith("readout.")]
        )
        for g in (gradient, exact)
    )
    lengths = np.linalg.norm(found), np.linalg.norm(wanted)
    if not lengths[1]:
        raise ValueError("the exact gradient is 0 everywhere: there is nothing to compare with")
    if not lengths[0]:
        return float("nan"), 1.0
    cosine = float(np.clip(found @ wanted / (lengths[0] * lengths[1]), -1, 1))
    return float(np.degrees(np.arccos(cosine))), float(np.linalg.norm(found - wanted) / lengths[1])


def mean_errors(found: Sequence[Sequence[Error]]) -> list[Error]:
    """Of several networks: the means, method by method and T_B by T_B, NaN if one of them is.

    Parameters
    ----------
    found : sequence of sequence of Error
        Those of each network, in one order.
    """
    means = []
    for same in zip(*found, strict=True):
        (named,) = {(each.method, each.steps) for each in same}
        angle, relative = (
            float(np.mean([getattr(each, name) for each in same])) for name in ("angle", "relative")
        )
        means.append(Error(*named, angle, relative))
    return means


def gradient_errors(
    architecture: Architecture,
    recipe: Recipe,
    parameters: Mapping[str, ArrayLike],
    images: NDArray[np.floating],
    labels: NDArray[np.integer],
    steps: Sequence[int] = BACKWARD_STEPS,
) -> list[Error]:
    """The errors of SPIDE, its ablation, SpikeGrad's neurons, random feedback and surrogates.

    Parameters
    ----------
    architecture : Architecture
        With feedback or without.
    recipe : Recipe
        Of SPIDE.
    parameters : dict of array
        As the stages use them.
    images : array, shape (samples, *input_shape)
        As many as a batch of the training: g is that of so many.
    labels : int array, shape (samples,)
    steps : sequence of int
        T_B of the methods that have a stage 2; surrogate gradients are the same for all.
    """

    count, simulation = min(len(images), PART), recipe.simulation
    parts = [slice(start, start + count) for start in range(0, len(images), count)]

    def gradient(method: Method) -> Gradients:
        found = [method.step(images[p], labels[p], batch=len(images)).gradients for p in parts]
        return {name: np.sum([each[name] for each in found], 0) for name in found[0]}

    errors = []
    for case in ABLATION:
        # Another resting potential in stage 1 makes another network, with an exact gradient of its
        # own.
        changed = replace(recipe, **case_fields(case, recipe, {}))
        config = changed.two_stage
        exact_method = Implicit.build(architecture, changed, count)
        exact_method.set_parameters(parameters)
        exact = gradient(exact_method)
        spiking: dict[str, Spide | FeedbackAlignment] = {
            f"SPIDE {case}": Spide(architecture, config, count, simulation)
        }
        if case == OURS:
            own = replace(
                config, backward_neuron="trace", v_threshold_backward=1.0, v_rest_backward=0.0
            )
            spiking["SPIDE with SpikeGrad's neurons"] = Spide(architecture, own, count, simulation)
            spiking["DFA"] = FeedbackAlignment(architecture, config, count, simulation, recipe.seed)
            surrogate = Surrogate(architecture, config, count, recipe.dtype)
            surrogate.set_parameters(parameters)
            apart = distance(gradient(surrogate), exact)
            errors += [Error("surrogate gradients", number, *apart) for number in steps]
        for name, method in spiking.items():
            method.set_parameters(parameters)
            for number in steps:
                method.backward_steps = number
                errors.append(Error(name, number, *distance(gradient(method), exact)))
    return errors
