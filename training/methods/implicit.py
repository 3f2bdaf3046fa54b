"""Exact implicit differentiation: what stage 2 approaches, solved as the linear system it is.

Stage 1 is the project's own. With the masks m and the dropout D of its rates, and
``s = V_th - u_rest``, the rates of the layers that stage 2 approaches satisfy (eq. 5, Theorem 2)

    beta_N     = g + (m_1 D_f W)^T beta_1 / s,
    beta_(l-1) = (m_l D_l F_l)^T beta_l / s.

Put into each other they are one linear equation for beta_N, ``beta_N = g + A^T beta_N``. Weight
gradients are Algorithm 2's products of rates, as in stage 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.linalg import LinearOperator, gmres

from networks import Architecture, ForwardNetwork
from networks.arrays import class_labels, for_torch, numbers, real_number, whole_number
from networks.checks import check_dtype, check_image_shape, typed_dropout
from networks.populations.neurons import dropout_values
from networks.stages.wiring import FEEDBACK
from networks.weights import Weights
from training.methods.local_gradients import average_input, local_gradients, loss_and_gradient
from training.methods.readout import logits, output_gradient
from training.methods.two_stage_config import TwoStageConfig

Array = NDArray[np.floating]
Solver = Literal["fixed-point", "gmres"]


class NotConvergedError(ArithmeticError):
    """A linear system that was not solved within the limit of iterations."""


@dataclass(frozen=True)
class ImplicitResult:
    """What exact implicit differentiation gives for one batch.

    Parameters
    ----------
    logits : array, shape (samples, classes)
    loss : float
        Mean cross-entropy, not scaled.
    alpha, beta : dict of array
        Rates of stage 1, and the exact solution of eq. 5 by layer, shape (samples, *layer.shape).
    output_gradient : array, shape (samples, *shape of the last layer)
        g.
    gradients : dict of array
        Gradients of the scaled loss by parameter name.
    """

    logits: Array
    loss: float
    alpha: dict[str, Array]
    beta: dict[str, Array]
    output_gradient: Array
    gradients: dict[str, Array]


def implicit_gradients(
    architecture: Architecture,
    parameters: Mapping[str, ArrayLike],
    images: ArrayLike,
    labels: ArrayLike,
    config: TwoStageConfig,
    *,
    dropout_masks: Mapping[str, ArrayLike] | None = None,
    tolerance: float = 1e-12,
    limit: int = 1000,
    solver: Solver = "gmres",
    dtype: str = "float64",
) -> ImplicitResult:
    """Stage 1 of one batch, and the exact solution in place of stage 2.

    Parameters
    ----------
    architecture : Architecture
    parameters : dict of array
        Named and shaped as `Architecture.parameter_shapes` says.
    images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
    labels : int array, shape (samples,)
    config : TwoStageConfig
        Those of its values that belong to stage 1, and the loss scale.
    dropout_masks : dict of array, optional
        Masks scaled by 1/(1 - rate), of ``layer1``, ... and ``feedback``.
    tolerance : float
        Largest residual of eq. 5 relative to g, both as Euclidean norms over a sample.
    limit : int
        Most applications of the loop.
    solver : {"gmres", "fixed-point"}
        SciPy's GMRES, or ``beta <- g + A^T beta``, which converges if the spectral radius of A is
        below 1.
    dtype : {"float64", "float32"}
        Precision of stage 1 and of the solution.

    Raises
    ------
    ValueError
        If anything does not fit the architecture or is not finite.
    NotConvergedError
        If the residual is still larger after `limit` applications.
    """
    check_dtype(dtype)
    limit = whole_number(limit, "limit")
    if not 0 < real_number(tolerance, "tolerance") < 1:
        raise ValueError(f"tolerance is {tolerance}: it must lie between 0 and 1")
    if solver not in ("gmres", "fixed-point"):
        raise ValueError(f"the solver is '{solver}': it must be 'gmres' or 'fixed-point'")
    x = for_torch(numbers(images, dtype, "the images"))
    check_image_shape(architecture, x)
    samples = x.shape[-len(architecture.input_shape) - 1]
    classes = class_labels(labels, samples, architecture.classes)
    masks = typed_dropout(dropout_masks, np.dtype(dtype))
    weights = Weights.of(architecture, parameters, dtype)

    forward = ForwardNetwork(architecture, config.neuron, samples, dtype=dtype)
    forward.set_parameters(weights)
    alpha = forward.run(x, config.forward_steps, masks).alpha
    readout = weights["readout.weight"]
    outputs = logits(alpha[architecture.output.name], readout, weights["readout.bias"])
    loss, logits_gradient = loss_and_gradient(outputs, classes, config.loss_scale)
    g = output_gradient(logits_gradient, readout, architecture.output.shape)

    open_ = {name: (rate > 0) & (rate < 1) for name, rate in alpha.items()}
    system = _System(architecture, weights, open_, masks, config.rescale)
    beta = system.rates(_solve(system, g, tolerance, limit, solver))
    local = {name: open_[name] * rate for name, rate in beta.items()}
    average = average_input(x, config.leak) if architecture.has_frames(x) else x
    gradients = local_gradients(
        architecture, average, alpha, local, config.rescale, logits_gradient
    )
    return ImplicitResult(outputs, loss, alpha, beta, g, gradients)


class _System:
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
    """

    def __init__(
        self,
        architecture: Architecture,
        weights: Weights,
        open_: Mapping[str, NDArray[np.bool_]],
        dropout: Mapping[str, Array],
        rescale: float,
    ) -> None:
        self._architecture = architecture
        self._weights = weights
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
        first = self._architecture.layers[0]
        if name == FEEDBACK:
            assert self._architecture.feedback is not None
            connection, target = self._architecture.feedback, first.name
        else:
            (layer,) = (each for each in self._architecture.layers if each.name == name)
            connection, target = layer.connection, name
        weight = self._weights.get(f"{name}.weight")
        tensor = None if weight is None else torch.from_numpy(weight)
        sent = self._factors[target] * torch.from_numpy(beta)
        return connection.apply_transposed(tensor, sent).numpy()


def _solve(system: _System, g: Array, tolerance: float, limit: int, solver: Solver) -> Array:
    """beta_N, so that the residual of every sample is small enough."""
    beta, applied = g, 0
    while True:
        image = system.loop(beta)
        residual = g + image - beta
        applied += 1
        if _largest(residual, g) <= tolerance:
            return beta
        if applied >= limit:
            raise NotConvergedError(
                f"eq. 5 was not solved to {tolerance} by {applied} applications of the loop "
                f"('{solver}'; the residual is {_largest(residual, g):.1e} of g): try the solver "
                "'gmres', a larger limit or tolerance, or smaller feedback weights"
            )
        if solver == "fixed-point":
            beta = g + image
            continue
        # What is left over is the right-hand side of a system of its own.
        correction, used = _krylov(system, residual, limit - applied)
        beta, applied = beta + correction, applied + used


def _krylov(system: _System, residual: Array, most: int) -> tuple[Array, int]:
    """One cycle of GMRES for ``(1 - A^T) x = residual``, and how often it applied the loop."""
    used = 0

    def apply(flat: Array) -> Array:
        nonlocal used
        used += 1
        values = np.ascontiguousarray(flat.reshape(residual.shape), residual.dtype)
        return (values - system.loop(values)).ravel()

    size = residual.size
    operator = LinearOperator((size, size), apply, dtype=residual.dtype)
    found, _ = gmres(operator, residual.ravel(), rtol=1e-6, restart=min(most, 50), maxiter=1)
    return found.reshape(residual.shape).astype(residual.dtype), used


def _largest(residual: Array, g: Array) -> float:
    """The largest residual of a sample relative to its g."""
    flat, scale = residual.reshape(len(g), -1), g.reshape(len(g), -1)
    norms = np.linalg.norm(scale, axis=1)
    return float((np.linalg.norm(flat, axis=1) / np.where(norms > 0, norms, 1)).max())
