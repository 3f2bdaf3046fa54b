"""Eq. 5 as a linear system, and its solution.

With the masks m, the dropout D and ``s = V_th - u_rest``, the rates that stage 2 approaches satisfy
(eq. 5, Theorem 2)

    beta_N     = g + (m_1 D_f W)^T beta_1 / s,
    beta_(l-1) = (m_l D_l F_l)^T beta_l / s.

Put into each other they are one linear equation for beta_N, ``beta_N = g + A^T beta_N``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, gmres

from networks import Architecture
from networks.arrays import real_number, whole_number
from networks.connections import Connection
from networks.populations.neurons import dropout_values
from networks.weights import Weights
from networks.wiring import FEEDBACK, incoming

Array = NDArray[np.floating]
SolverName = Literal["fixed-point", "gmres"]

Told = Callable[[str, Connection, torch.Tensor], None]
"""Told a connection, with its name, and what is sent against it, shape (samples, *target_shape)."""


_CYCLE = 50
"""Steps of GMRES before it begins again from what it has found."""

_REDUCTION = 1e-6
"""A cycle of GMRES ends when it has made the residual this much smaller, over all samples together:
that of the worst one is then small enough for single precision. A larger tolerance saves nothing.
"""


class NotConvergedError(ArithmeticError):
    """A linear system that was not solved within the limit of iterations."""


@dataclass(frozen=True)
class Solver:
    """How the system is solved, and when it counts as solved.

    Parameters
    ----------
    tolerance : float
        Largest residual of eq. 5 relative to g, both as Euclidean norms over a sample. GMRES goes
        on to 1e-6 of the first residual in any case.
    limit : int
        Most applications of the loop.
    name : {"gmres", "fixed-point"}
        SciPy's GMRES, or ``beta <- g + A^T beta``, which converges if the spectral radius of A is
        below 1.

    Raises
    ------
    ValueError
        For values out of range.
    """

    tolerance: float = 1e-12
    limit: int = 1000
    name: SolverName = "gmres"

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit", whole_number(self.limit, "limit"))
        if not 0 < real_number(self.tolerance, "tolerance") < 1:
            raise ValueError(f"tolerance is {self.tolerance}: it must lie between 0 and 1")
        if self.name not in ("gmres", "fixed-point"):
            raise ValueError(f"the solver is '{self.name}': it must be 'gmres' or 'fixed-point'")


class LinearSystem:
    """The transposed connections with their masks, as stage 2 has them.

    Parameters
    ----------
    architecture : Architecture
    weights : Weights
    open_ : dict of bool array
        m of each layer.
    dropout : dict of array
    rescale : float
        1/(V_th - u_rest) of stage 1.
    told : callable, optional
        Told of everything that is sent.
    """

    def __init__(
        self,
        architecture: Architecture,
        weights: Weights,
        open_: Mapping[str, NDArray[np.bool_]],
        dropout: Mapping[str, Array],
        rescale: float,
        told: Told | None = None,
    ) -> None:
        self._architecture = architecture
        self._weights = weights
        self._told = told
        self._along = {each.name: (each.target, each.connection) for each in incoming(architecture)}
        self._factors: dict[str, torch.Tensor] = {}
        for number, layer in enumerate(architecture.layers):
            # Layer 1 sends along the transposed feedback, layer l > 1 along its own connection.
            mask = dropout.get(layer.name if number else FEEDBACK)
            factor = rescale * open_[layer.name].astype(weights.dtype)
            if mask is not None:
                factor = factor * dropout_values(mask, layer.shape)
            self._factors[layer.name] = torch.from_numpy(np.ascontiguousarray(factor))

    def rates(self, last: Array) -> dict[str, Array]:
        """The rates of all layers from those of the last one (Theorem 2)."""
        beta = {self._architecture.output.name: np.ascontiguousarray(last)}
        layers = self._architecture.layers
        for below, layer in zip(layers[-2::-1], layers[:0:-1], strict=True):
            beta[below.name] = self._back(layer.name, beta[layer.name])
        return {layer.name: beta[layer.name] for layer in layers}

    def loop(self, last: Array) -> Array:
        """``A^T beta_N``: once down through all layers and back along the feedback."""
        if self._architecture.feedback is None:
            return np.zeros_like(last)
        return self._back(FEEDBACK, self.rates(last)[self._architecture.layers[0].name])

    def _back(self, name: str, beta: Array) -> Array:
        """Along one transposed connection."""
        target, connection = self._along[name]
        weight = self._weights.tensors.get(f"{name}.weight")
        sent = self._factors[target] * torch.from_numpy(beta)
        if self._told is not None:
            self._told(name, connection, sent)
        return connection.apply_transposed(weight, sent).numpy()


def solve(system: LinearSystem, g: Array, solver: Solver) -> Array:
    """beta_N, so that the residual of every sample is small enough.

    One Krylov space serves the whole batch: samples are scaled to a g of about 1, or those with a
    small one, whose answer is right already, would be left for last.
    """
    scale = _powers_of_two(g)
    g = g / scale
    beta, applied = g, 0
    while True:
        image = system.loop(beta)
        residual = g + image - beta
        applied += 1
        if _largest(residual, g) <= solver.tolerance:
            return beta * scale
        # What a cycle of GMRES takes beside its steps: its own residual at its end, and the next.
        steps = min(solver.limit - applied - (0 if solver.name == "fixed-point" else 2), _CYCLE)
        if steps < 1:
            raise _not_converged(solver, applied, _largest(residual, g))
        if solver.name == "fixed-point":
            beta = g + image
            continue
        # What is left over is the right-hand side of a system of its own.
        correction, used = _krylov(system, residual, steps)
        beta, applied = beta + correction, applied + used


def _not_converged(solver: Solver, applied: int, left: float) -> NotConvergedError:
    other = "the solver 'gmres', " if solver.name == "fixed-point" else ""
    return NotConvergedError(
        f"eq. 5 was not solved to {solver.tolerance} by {applied} applications of the loop "
        f"('{solver.name}'; the residual is {left:.1e} of g): choose {other}smaller feedback "
        "weights (in a training, a smaller feedback norm or learning rate), or in Python a larger "
        "limit or tolerance"
    )


def _krylov(system: LinearSystem, residual: Array, steps: int) -> tuple[Array, int]:
    """One cycle of GMRES for ``(1 - A^T) x = residual``, and how often it applied the loop."""
    used = 0

    def apply(flat: Array) -> Array:
        nonlocal used
        used += 1
        values = np.ascontiguousarray(flat.reshape(residual.shape), residual.dtype)
        return (values - system.loop(values)).ravel()

    size = residual.size
    operator = LinearOperator((size, size), apply, dtype=residual.dtype)
    found, _ = gmres(operator, residual.ravel(), rtol=_REDUCTION, restart=steps, maxiter=1)
    return found.reshape(residual.shape).astype(residual.dtype), used


def _powers_of_two(g: Array) -> Array:
    """The norm of each sample, 1 if it is 0, to the nearest power of 2: dividing loses no digit."""
    norms = np.linalg.norm(g.reshape(len(g), -1).astype(np.float64), axis=1)
    limits = np.finfo(g.dtype)
    powers = np.exp2(
        np.rint(np.log2(np.where(norms > 0, norms, 1))).clip(limits.minexp, limits.maxexp - 1)
    )
    return powers.astype(g.dtype).reshape(len(g), *(1,) * (g.ndim - 1))


def _largest(residual: Array, g: Array) -> float:
    """The largest residual of a sample relative to its g."""
    flat, scale = residual.reshape(len(g), -1), g.reshape(len(g), -1)
    norms = np.linalg.norm(scale, axis=1)
    return float((np.linalg.norm(flat, axis=1) / np.where(norms > 0, norms, 1)).max())
