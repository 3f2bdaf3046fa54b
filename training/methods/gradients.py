"""Gradients of one batch by one call, on networks built for the occasion.

All that can be refused is refused before anything is built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Unpack

from numpy.typing import ArrayLike

from networks import Architecture
from networks.arrays import truth_value
from networks.checks import check_architecture, check_kind
from networks.simulation import Simulation, SimulationOptions
from networks.weights import Weights
from training.methods.implicit import TRAINING_TOLERANCE, Implicit
from training.methods.method import Method
from training.methods.parts.batch import Batch, Masks
from training.methods.parts.linear_system import Solver, SolverName
from training.methods.results import StepResult
from training.methods.spide import Spide
from training.recipes.two_stage_config import TwoStageConfig

_EXACT = Simulation(dtype="float64")


def two_stage_gradients(
    architecture: Architecture,
    parameters: Mapping[str, ArrayLike],
    images: ArrayLike,
    labels: ArrayLike,
    config: TwoStageConfig,
    *,
    dropout_masks: Masks | None = None,
    couple: bool | None = None,
    **options: Unpack[SimulationOptions],
) -> StepResult:
    """Both stages of one batch (Algorithms 1 and 2).

    Parameters
    ----------
    architecture : Architecture
    parameters : dict of array
        Named and shaped as `Architecture.parameter_shapes` says.
    images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
        With a frame per step the time is first, not the samples as in the data of a run.
    labels : int array, shape (samples,)
    config : TwoStageConfig
    dropout_masks : dict of array, optional
        Masks scaled by 1/(1 - rate), of ``layer1``, ... and ``feedback``.
    couple : bool, optional
        Whether stage 2 simulates couples of two IF populations; by default on GeNN only.
    **options
        Fields of `Simulation` to change, but for its threads: one computes; the dtype is float64 if
        not given.

    Returns
    -------
    StepResult

    Raises
    ------
    ValueError
        If anything does not fit the architecture or is not finite.
    """
    simulation = _in_one_thread(options)
    couple = None if couple is None else truth_value(couple, "couple")

    def build(samples: int) -> Method:
        return Spide(architecture, config, samples, simulation, couple)

    batch = _checked(architecture, images, labels, config, dropout_masks, simulation)
    return _step(build, Weights.of(architecture, parameters, simulation.dtype), batch)


def implicit_gradients(
    architecture: Architecture,
    parameters: Mapping[str, ArrayLike],
    images: ArrayLike,
    labels: ArrayLike,
    config: TwoStageConfig,
    *,
    dropout_masks: Masks | None = None,
    tolerance: float | None = None,
    limit: int = 1000,
    solver: SolverName = "gmres",
    **options: Unpack[SimulationOptions],
) -> StepResult:
    """Stage 1 of one batch, and the exact solution of eq. 5 in place of stage 2.

    Parameters
    ----------
    architecture : Architecture
    parameters : dict of array
        Named and shaped as `Architecture.parameter_shapes` says.
    images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
        With a frame per step the time is first, not the samples as in the data of a run.
    labels : int array, shape (samples,)
    config : TwoStageConfig
        Those of its values that belong to stage 1, and the loss scale.
    dropout_masks : dict of array, optional
        Masks scaled by 1/(1 - rate), of ``layer1``, ... and ``feedback``.
    tolerance : float, optional
        Largest residual of eq. 5 relative to g, both as Euclidean norms over a sample; 1e-12 in
        float64 and 1e-5 in float32 if not given.
    limit : int
        Most applications of the loop.
    solver : {"gmres", "fixed-point"}
        SciPy's GMRES, or ``beta <- g + A^T beta``, which converges if the spectral radius of A is
        below 1.
    **options
        Fields of `Simulation` to change, but for its threads: one computes; the dtype, also that of
        the solution, is float64 if not given.

    Raises
    ------
    ValueError
        If anything does not fit the architecture or is not finite.
    NotConvergedError
        If the residual is still larger after `limit` applications.
    """
    simulation = _in_one_thread(options)
    default = TRAINING_TOLERANCE[simulation.dtype]
    how = Solver(default if tolerance is None else tolerance, limit, solver)

    def build(samples: int) -> Method:
        return Implicit(architecture, config, samples, simulation, how)

    batch = _checked(architecture, images, labels, config, dropout_masks, simulation)
    return _step(build, Weights.of(architecture, parameters, simulation.dtype), batch)


def _in_one_thread(options: SimulationOptions) -> Simulation:
    """The simulation; no batch is spread over threads here."""
    simulation = Simulation.of(_EXACT, options)
    if simulation.threads > 1:
        raise ValueError(
            f"threads is {simulation.threads}, and one computes the gradients of one batch: leave "
            "threads out, or use TwoStageTrainer"
        )
    return simulation


def _checked(
    architecture: Architecture,
    images: ArrayLike,
    labels: ArrayLike,
    config: TwoStageConfig,
    dropout_masks: Masks | None,
    simulation: Simulation,
) -> Batch:
    """The batch, after all checks that a run would make of it."""
    check_architecture(architecture)
    check_kind(config, (TwoStageConfig,), "config", "of a recipe it is recipe.two_stage")
    dtype = simulation.numpy_dtype
    batch = Batch.of(architecture, dtype, images, labels, dropout_masks)
    batch.check(architecture, config.forward_steps, batch.samples)
    return batch


def _step(build: Callable[[int], Method], weights: Weights, batch: Batch) -> StepResult:
    method = build(batch.samples)
    method.set_parameters(weights)
    return method.step_batch(batch)
