"""Exact implicit differentiation: recorded solutions, dense matrices, and what cannot be solved."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from networks import Architecture
from networks.simulation import Simulation
from tests.networks.builders import (
    architecture,
    random_dropout,
    random_images,
    random_parameters,
)
from tests.oracles.implicit_differentiation import Problem
from tests.oracles.recorded_cases import CASES, load_case
from training.methods import (
    NotConvergedError,
    TwoStageConfig,
    implicit_gradients,
    two_stage_gradients,
)
from training.methods.conversion import Conversion
from training.methods.parts.linear_system import SolverName
from training.methods.results import StepResult

EXACT = [path for path in CASES if path.stem.startswith("exact_")]
SOLVERS: tuple[SolverName, ...] = ("gmres", "fixed-point")
solvers = pytest.mark.parametrize("solver", SOLVERS)


@solvers
@pytest.mark.parametrize("path", EXACT, ids=lambda path: path.stem)
def test_the_recorded_solution(path: Any, solver: SolverName) -> None:
    case = load_case(path)
    with np.load(path) as file:
        recorded = dict(file)
    result = implicit_gradients(
        Architecture.parse(case.architecture, case.input_shape, case.classes),
        case.parameters, case.images, case.labels, TwoStageConfig(**case.config),
        dropout_masks=case.dropout_masks, solver=solver,
    )  # fmt: skip
    for layer, alpha in case.alpha.items():
        assert_array_equal(result.alpha[layer], alpha)
        assert_allclose(result.beta[layer], recorded[f"exact/beta/{layer}"], rtol=1e-8, atol=1e-11)
    names = {name.removeprefix("exact/grad/") for name in recorded if name.startswith("exact/grad")}
    assert names == result.gradients.keys()
    for name, gradient in result.gradients.items():
        expected = recorded[f"exact/grad/{name}"]
        assert_allclose(gradient, expected, rtol=1e-8, atol=1e-8 * np.abs(expected).max())


def test_there_are_recorded_solutions() -> None:
    assert len(EXACT) == 2


@solvers
@pytest.mark.parametrize(
    ("notation", "shape"),
    [
        ("3C3s-4C3 (F3C3)", (2, 6, 4)),
        ("4C3s-P2-4C3 (F4C3u)", (1, 8, 8)),
        ("6-5-7 (F6)", (4,)),
        ("3C3s-P2-6", (1, 8, 8)),
        ("9 (F9)", (4,)),
    ],
)
def test_it_solves_the_dense_system(
    notation: str, shape: tuple[int, ...], solver: SolverName
) -> None:
    """Every layer's rates against matrices of an independent wiring, sample by sample."""
    network = Architecture.parse(notation, shape, 2)
    rng = np.random.default_rng(3)
    parameters = {n: 0.3 * rng.standard_normal(s) for n, s in network.parameter_shapes().items()}
    images = rng.random((4, *shape))
    result = implicit_gradients(
        network, parameters, images, rng.integers(0, 2, 4), TwoStageConfig(), solver=solver
    )
    masks = {n: ((a > 0) & (a < 1)).astype(float) for n, a in result.alpha.items()}
    assert all(0 < mask.mean() < 1 or mask.size < 30 for mask in masks.values())
    problem = Problem(network, parameters, masks, result.output_gradient.astype(np.float64))
    for (layer, beta), expected in zip(result.beta.items(), problem.solution(), strict=True):
        assert_allclose(
            beta.reshape(4, -1), expected, rtol=1e-9, atol=1e-11 * np.abs(expected).max(),
            err_msg=layer,
        )  # fmt: skip


def test_stage_2_approaches_it() -> None:
    """With dropout in both, the error of the spikes' gradients falls as 1/T_B (Theorem 1)."""
    network = architecture()
    rng = np.random.default_rng(1)
    parameters = {n: 0.2 * rng.standard_normal(s) for n, s in network.parameter_shapes().items()}
    images, labels = random_images(network, 3), np.array([0, 1, 1])
    dropout = random_dropout(network, 3)
    exact = implicit_gradients(
        network, parameters, images, labels, TwoStageConfig(loss_scale=1.0), dropout_masks=dropout
    )
    errors = []
    for steps in (100, 10_000):
        config = TwoStageConfig(loss_scale=1.0, backward_steps=steps)
        spikes = two_stage_gradients(
            network, parameters, images, labels, config, dropout_masks=dropout
        )
        assert spikes.loss == pytest.approx(exact.loss, rel=1e-12)
        difference = [spikes.gradients[n] - g for n, g in exact.gradients.items()]
        errors.append(max(np.abs(each).max() for each in difference))
    assert errors[1] < 0.05 * errors[0] and errors[1] < 1e-3


def strong_feedback() -> tuple[Architecture, dict[str, Any]]:
    """A loop of gain 3 on neurons that respond: the solution exists, iterating explodes."""
    network = architecture("2 (F2)", (1,))
    parameters = {name: np.zeros(s) for name, s in network.parameter_shapes().items()}
    parameters["layer1.weight"][:] = 1.0
    parameters["feedback.weight"][...] = [[0.0, -6.0], [-6.0, 0.0]]
    parameters["readout.weight"][...] = [[1.0, 0.5], [-1.0, 0.25]]
    return network, parameters


def test_a_loop_that_amplifies() -> None:
    network, parameters = strong_feedback()
    images, labels, config = np.array([[0.7]]), [0], TwoStageConfig(forward_steps=29)
    result = implicit_gradients(network, parameters, images, labels, config)
    assert ((result.alpha["layer1"] > 0) & (result.alpha["layer1"] < 1)).all()
    g = result.output_gradient[0]
    assert_allclose(result.beta["layer1"][0], np.linalg.solve([[1, 3], [3, 1]], g), rtol=1e-10)
    with pytest.raises(NotConvergedError, match=r"by 50 applications of the loop \('fixed-point'"):
        implicit_gradients(
            network, parameters, images, labels, config, solver="fixed-point", limit=50
        )


@pytest.mark.parametrize("solver", ["fixed-point", "gmres"])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 30])
def test_no_more_applications_than_allowed(solver: SolverName, limit: int) -> None:
    """Of a residual that floating point does not reach, all that are allowed are used."""
    network, parameters = strong_feedback()
    with pytest.raises(NotConvergedError) as refusal:
        implicit_gradients(
            network, parameters, np.array([[0.7]]), [0], TwoStageConfig(forward_steps=29),
            solver=solver, limit=limit, tolerance=1e-300, dtype="float32",
        )  # fmt: skip
    said = re.search(r"by (\d+) applications", str(refusal.value))
    assert said is not None and 1 <= int(said[1]) <= limit
    assert ("the solver 'gmres', smaller" in str(refusal.value)) == (solver == "fixed-point")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tolerance": 0.0}, "tolerance is 0.0: it must lie between 0 and 1"),
        ({"tolerance": np.nan}, "tolerance is nan"),
        ({"solver": "newton"}, "the solver is 'newton': it must be 'gmres' or 'fixed-point'"),
    ],
)
def test_options_that_do_not_exist(options: dict[str, Any], said: str) -> None:
    network = architecture()
    with pytest.raises(ValueError, match=re.escape(said)):
        implicit_gradients(
            network, random_parameters(network), random_images(network, 1), [0], TwoStageConfig(),
            **options,
        )  # fmt: skip


@pytest.mark.parametrize("p", [0.5, 0.75])
def test_dropout_is_left_out_of_the_gradients_of_its_own_weights(p: float) -> None:
    """Algorithm 2. Torch, which differentiates through the mask, finds 1/(1 - p) times as much."""
    network = architecture("1", (1,))
    parameters = {name: np.zeros(shape) for name, shape in network.parameter_shapes().items()}
    parameters["layer1.weight"][:] = 0.5
    parameters["readout.weight"][:, 0] = [1.0, -1.0]
    masks = {"layer1": np.full((1, 1), 1 / (1 - p))}
    images, labels, config = np.array([[0.5]]), np.array([0]), TwoStageConfig(forward_steps=16)
    found = implicit_gradients(network, parameters, images, labels, config, dropout_masks=masks)
    clipped = Conversion(network, config, 1, Simulation(dtype="float64"))
    clipped.set_parameters(parameters)
    true = clipped.step(images, labels, masks)
    assert true.alpha["layer1"] == found.alpha["layer1"] == 0.125 / (1 - p)
    for name, derivative in true.gradients.items():
        factor = 1.0 if name.startswith("readout") else 1 - p
        assert_allclose(found.gradients[name], factor * derivative, rtol=1e-12)
        assert found.gradients[name].all()


def test_there_are_no_spikes_to_learn_from() -> None:
    network = architecture("2 (F2)", (1,))
    with pytest.raises(ValueError, match="method implicit does not learn from spikes: use"):
        implicit_gradients(
            network, random_parameters(network), random_images(network, 1), [0], TwoStageConfig(),
            learning="spikes",
        )  # fmt: skip


def confident(dtype: str, seed: int) -> StepResult:
    """Eight images of a loop with a spectral radius near 1, of which the first is learned well.

    Its g is nearly 0, and so is its answer.
    """
    network = Architecture.parse("60 (F60)", (20,), 3)
    config = TwoStageConfig(backward_steps=1)
    rng = np.random.default_rng(seed)
    parameters = {
        name: rng.normal(size=shape) / np.sqrt(shape[-1])
        for name, shape in network.parameter_shapes().items()
    }
    parameters["feedback.weight"] *= 2.2
    images = rng.normal(size=(8, 20))
    labels = rng.integers(0, 3, 8)
    labels[0] = 1
    parameters["readout.weight"] *= 0.5
    first = two_stage_gradients(network, parameters, images, labels, config).alpha["layer1"][0]
    parameters["readout.weight"][1] += 30 * first / (first @ first)
    return implicit_gradients(network, parameters, images, labels, config, dtype=dtype)  # type: ignore[arg-type]


@pytest.mark.parametrize(("dtype", "seed"), [("float64", 0), ("float32", 1)])
def test_an_image_that_is_learned_does_not_hold_up_the_others(dtype: str, seed: int) -> None:
    """In float32, to what float32 can tell."""
    sizes = np.linalg.norm(confident(dtype, seed).beta["layer1"], axis=1)
    assert sizes[0] < 1e-3 * sizes[1:].min()


@pytest.mark.parametrize("scale", [1e-30, 1e20])
def test_gradients_that_are_tiny_or_huge_in_single_precision(scale: float) -> None:
    """The squares of their values are 0 or infinite there."""
    network = architecture("6 (F6)", (4,))
    given = network, random_parameters(network), random_images(network, 2), [0, 1]
    found = implicit_gradients(*given, TwoStageConfig(loss_scale=scale), dtype="float32")
    usual = implicit_gradients(*given, TwoStageConfig(loss_scale=1.0), dtype="float32")
    for name, gradient in usual.gradients.items():
        if name.startswith("layer"):
            assert_allclose(found.gradients[name] / np.float32(scale), gradient, rtol=1e-4)
