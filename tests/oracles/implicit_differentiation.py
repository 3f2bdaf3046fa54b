"""Eq. 5 as a plain linear system, on random networks inside the bounds of Theorems 1 and 2.

With ``A_W = (M1 W)^T / (V_th - u_rest)`` and ``A_l = (M_l F_l)^T / (V_th - u_rest)``, the rates
that stage 2 approaches satisfy

    beta_N = A_W beta_1 + g,        beta_l = A_(l+1) beta_(l+1) for l < N,

which is eq. 5 for the last layer and the chain rule for the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from networks import Architecture, BackwardNetwork
from tests.oracles.reference_wiring import Array, Shape, Wiring, wire_all

Rates = NDArray[np.floating]

#: V_th - u_rest of stage 1.
SPAN = 2.0


@dataclass(frozen=True)
class Problem:
    """The weights, masks and gradient that stage 2 needs, and their linear system.

    `g` and `masks` are shaped as their layers.
    """

    architecture: Architecture
    parameters: dict[str, Array]
    masks: dict[str, Array]
    g: Array

    def run(self, stage: BackwardNetwork, steps: int) -> list[Rates]:
        """beta of layers 1 to N after some steps, each (samples, units)."""
        rates = stage.run(self.g, self.masks, steps, rescale=1 / SPAN)
        return [rate.reshape(len(rate), -1) for rate in rates.beta.values()]

    def matrices(self, sample: int) -> tuple[Array, list[Array]]:
        """A_W and (A_2, ..., A_N) of one sample."""
        wirings, feedback = wirings_of(self.architecture)

        def transposed(wiring: Wiring, name: str, target: str) -> Array:
            mask = self.masks[target][sample].ravel()
            matrix = wiring.matrix(self.parameters.get(f"{name}.weight")).toarray()
            return np.asarray((mask[:, None] * matrix).T / SPAN)

        names = [layer.name for layer in self.architecture.layers]
        inner = [transposed(wirings[name], name, name) for name in names[1:]]
        if feedback is None:
            size = self.architecture.output.units, self.architecture.layers[0].units
            return np.zeros(size), inner
        return transposed(feedback, "feedback", names[0]), inner

    def solution(self) -> list[Array]:
        """The exact rates of layers 1 to N, each (samples, units)."""
        samples = []
        for sample, g in enumerate(self.g.reshape(len(self.g), -1)):
            A_W, inner = self.matrices(sample)
            loop = A_W
            for A in inner:
                loop = loop @ A
            beta = [np.linalg.solve(np.eye(len(g)) - loop, g)]
            for A in reversed(inner):
                beta.insert(0, A @ beta[0])
            samples.append(beta)
        return [np.array(layer) for layer in zip(*samples, strict=True)]


def wirings_of(architecture: Architecture) -> tuple[dict[str, Wiring], Wiring | None]:
    """The synapses of every connection, by the name of its target."""
    wirings, feedback = wire_all(architecture.notation, architecture.input_shape)
    names = [layer.name for layer in architecture.layers]
    return dict(zip(names, wirings, strict=True)), feedback


def inside_the_bounds(
    notation: str, input_shape: Shape, bound: float, samples: int, *, signed: bool, seed: int
) -> Problem:
    """A random problem that meets both bounds of the theorems with equality.

    Parameters
    ----------
    bound : float
        lambda: ``||(M_l F_l)^T||_inf <= lambda (V_th - u_rest)``, the same for W, and
        ``||g||_inf <= 1 - lambda**N``.
    signed : bool
        Whether weights and gradients have both signs. If not, nothing cancels, and the rates
        come as close to 1 as they can.
    """
    rng = np.random.default_rng(seed)
    architecture = Architecture.parse(notation, input_shape, 2)
    wirings, feedback = wirings_of(architecture)
    if feedback is not None:
        wirings = {**wirings, "feedback": feedback}

    def draw(shape: Shape) -> Array:
        return rng.uniform(-1 if signed else 0.1, 1, shape)

    parameters = {name: draw(shape) for name, shape in architecture.parameter_shapes().items()}
    for name, wiring in wirings.items():
        if f"{name}.weight" in parameters:
            weight = parameters[f"{name}.weight"]
            rows = np.abs(wiring.matrix(weight)).sum(axis=0)  # of the transpose
            weight *= bound * SPAN / rows.max()

    masks = {
        layer.name: (rng.random((samples, *layer.shape)) < 0.9).astype(float)
        for layer in architecture.layers
    }
    g = draw((samples, *architecture.output.shape))
    g *= (1 - bound ** len(architecture.layers)) / np.abs(g).max()
    return Problem(architecture, parameters, masks, g)
