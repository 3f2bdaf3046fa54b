"""Counts and truth values of the public functions: refused by name, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import spide
from training.experiments.request import Request
from training.runs.looking.simulate import simulate
from training.sweeps.where import Where

TINY: dict[str, Any] = {
    "architecture": "4",
    "batch_size": 512,
    "epochs": 1,
    "forward_steps": 3,
    "backward_steps": 3,
}

NO_COUNTS = [0, -3, True, 2.5, "3", np.float64(2), None.__class__]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> spide.Run:
    """A run of two iterations."""
    out, two = tmp_path_factory.mktemp("counts") / "run", cast(int, np.int64(2))
    return spide.train("digits", out=out, max_iterations=two, **TINY)


def test_a_count_of_numpy_is_one(trained: spide.Run) -> None:
    assert trained.checkpoint.progress.iteration == 2


@pytest.mark.parametrize("count", NO_COUNTS)
@pytest.mark.parametrize("name", ["max_iterations", "epochs", "batch_size", "forward_steps"])
def test_training_that_cannot_be(name: str, count: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"{name} must be"):
        spide.train("digits", out=tmp_path / "run", **{**TINY, name: count})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("count", NO_COUNTS)
def test_counts_of_a_run(count: Any, trained: spide.Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in trained.path.rglob("*")}
    calls: list[Callable[[], object]] = [
        lambda: spide.resume(trained, epochs=count),
        lambda: trained.evaluate(forward_steps=count),
        lambda: trained.energy(images=count),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"must be (a whole number|at least 1), not"):
            call()
    if count != 0:
        for call in (
            lambda: simulate(trained, image=count),
            lambda: trained.evaluate().worst(count),
        ):
            with pytest.raises(ValueError, match=r"must be (a whole number|at least 0), not"):
                call()
    assert {path: path.stat().st_mtime_ns for path in trained.path.rglob("*")} == before


@pytest.mark.parametrize("count", NO_COUNTS)
def test_counts_of_a_sweep(count: Any, tmp_path: Path) -> None:
    swept: dict[str, Any] = {**TINY, "vary": {"dropout": [0.1]}, "out": tmp_path / "s.nc"}
    drawn = {**swept, "mode": "random", "vary": {"dropout": spide.Range(0.1, 0.2)}}
    for arguments in (
        {**swept, "workers": count},
        {**swept, "seeds": count},
        {**drawn, "draws": count},
        {**swept, "seeds": 10**12},
        {**drawn, "draws": 10**12},
    ):
        with pytest.raises((ValueError, TypeError)) as error:
            spide.sweep("digits", **arguments)
        assert isinstance(error.value, ValueError), error.value
    assert not list(tmp_path.iterdir())


def test_no_draws_are_not_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "sweep.toml"
    file.write_text(
        'recipe = "digits"\nmode = "random"\ndraws = 2\n[vary]\ndropout = {low = 0.1, high = 0.2}\n'
    )
    with pytest.raises(ValueError, match="the number of draws must be at least 1, not 0"):
        spide.sweep(file, draws=0, out=tmp_path / "s.nc")


def test_workers_of_a_cluster(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a cluster has its own"):
        Where(tmp_path / "s.nc", scheduler="tcp://127.0.0.1:9", workers=2)


@pytest.mark.parametrize("value", ["no", 1, None])
def test_what_is_neither_true_nor_false(value: Any, trained: spide.Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    vary = {"dropout": [0.1]}
    calls: list[Callable[[], object]] = [
        lambda: spide.train("digits", out=out, download=value, **TINY),
        lambda: spide.train("digits", out=out, progress=value, **TINY),
        lambda: spide.resume(trained, progress=value),
        lambda: trained.evaluate(progress=value),
        lambda: spide.sweep("digits", vary=vary, out=out, retry_failed=value),
        lambda: spide.sweep("digits", vary=vary, out=out, progress=value),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=f"must be True or False, not {value!r}"):
            call()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ends", [("0", 1), (True, 2), (0.1, None)])
def test_ranges_are_of_numbers(ends: tuple[Any, Any]) -> None:
    with pytest.raises(ValueError, match=r"(low|high) must be a number"):
        spide.Range(*ends)


@pytest.mark.parametrize("wrong", [{"seeds": 0}, {"seeds": 1.5}, {"workers": 0}, {"scale": "big"}])
def test_what_cannot_be_reproduced(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name} must be"):
        Request("table1", **wrong)
