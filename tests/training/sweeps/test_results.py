"""The data set of results: named coordinates, curves per epoch, and what is missing."""

from __future__ import annotations

import json
import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from training.errors import UserError
from training.recipes import RECIPES
from training.runs.files.folder import RunFolder
from training.storage.netcdf import check_netcdf, write_netcdf
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.plan import Plan, make_plan
from training.sweeps.planning.points import Point
from training.sweeps.progress import last_iteration
from training.sweeps.results import TEXTS, gather

TWO_EPOCHS = replace(RECIPES["digits"], training_images=1000, batch_size=750, epochs=2)
"""Iterations of 750 and of 250 images in each."""


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    (tmp_path / "failures").mkdir()
    return SweepFolder(tmp_path)


def write_run(folder: SweepFolder, point: Point, accuracies: list[float]) -> None:
    """A run folder with the records of so many epochs."""
    run = RunFolder(folder.run(point), "digits", point.recipe)
    run.create()
    operations: dict[int, dict[str, dict[str, float]]] = {
        1: {"forward": {"layer2": 30.0, "feedback": 1.0}},
        2: {"forward": {"layer2": 60.0, "feedback": 1.0}, "backward": {}},
    }
    for epoch, accuracy in enumerate(accuracies, start=1):
        for batch in (1, 2):
            iteration = 2 * (epoch - 1) + batch
            run.log(
                {
                    "kind": "training", "iteration": iteration, "epoch": iteration / 2,
                    "loss": 1.0 / iteration, "accuracy": 0.1 * iteration,
                    "images_per_second": 100.0 * batch, "cpu_seconds": 0.5 * batch,
                    "learning_rate": 0.1,
                    "feedback_norm": 1.0, "firing_rates_forward": {"layer1": 0.1 * batch},
                    "firing_rates_backward": {"layer1": 0.01},
                    # Of two batches one is counted, and the way back only from the second epoch on,
                    # where nothing was sent.
                    **({"operations": operations[min(epoch, 2)]} if batch == 2 else {}),
                }
            )  # fmt: skip
        run.log(
            {
                "kind": point.recipe.evaluated, "iteration": 2 * epoch, "epoch": float(epoch),
                "loss": 0.5, "accuracy": accuracy,
            }
        )  # fmt: skip


def plan(seeds: int = 1, mode: str = "grid") -> Plan:
    vary = {"v_rest_backward": [-0.5, 0.0]}
    return make_plan("digits", TWO_EPOCHS, vary, seeds=seeds, mode=mode)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "evaluated", "said"),
    [
        ([0], ["test"], "test"),
        ([100], ["validation"], "validation"),
        ([0, 100], ["test", "validation"], "test or validation"),
    ],
)
def test_it_is_said_what_was_evaluated(
    numbers: list[int], evaluated: list[str], said: str, folder: SweepFolder
) -> None:
    plan = make_plan("digits", TWO_EPOCHS, {"validation": numbers})
    for point in plan.points:
        write_run(folder, point, [0.25, 0.5])
    results = gather(plan, folder)
    assert results.evaluated.values.ravel().tolist() == evaluated
    assert (results.test_accuracy.values == [0.25, 0.5]).all()
    assert results.test_accuracy.attrs["long_name"] == f"{said} accuracy"
    assert results.test_loss.attrs["description"].startswith(f"cross-entropy of the {said} images")
    assert results.best_accuracy.attrs["description"] == (
        f"highest {said} accuracy of all evaluations"
    )


def test_names_at_the_axes_are_short_and_meanings_are_kept(folder: SweepFolder) -> None:
    """xarray breaks a label after 30 characters, and the picture's edge cuts the rest off."""
    results = gather(plan(), folder)
    drawn = [each for name, each in results.data_vars.items() if name not in TEXTS]
    assert len(drawn) == 16
    for values in drawn:
        assert values.attrs["long_name"] == str(values.name).replace("_", " ")
        assert len(values.attrs["long_name"]) <= 30 < len(values.attrs["description"])


def test_curves_by_name_and_epoch(folder: SweepFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = plan(seeds=2)
    points = dict(zip([point.labels for point in whole.points], whole.points, strict=True))
    complete = points[("v_rest_backward", 0.0), ("seed", 1)]
    begun = points[("v_rest_backward", -0.5), ("seed", 0)]
    failed = points[("v_rest_backward", -0.5), ("seed", 1)]
    write_run(folder, complete, [0.75, 0.5])
    write_run(folder, begun, [0.25])
    folder.fail(failed, "the training diverged", "Traceback")
    # These runs have no checkpoints: what is complete is said here.
    monkeypatch.setattr(SweepFolder, "finished", lambda self, point: point == complete)
    results = gather(whole, folder)
    assert results.test_accuracy.dims == ("v_rest_backward", "seed", "epoch")
    at = results.sel(v_rest_backward=0.0, seed=1)
    assert at.test_accuracy.values.tolist() == [0.75, 0.5]
    assert (at.final_accuracy, at.best_accuracy) == (0.5, 0.75)
    # Three quarters of the images are in the first batch.
    assert np.allclose(at.training_loss, [3 / 4 + 1 / 8, 1 / 4 + 1 / 16])
    assert np.allclose(at.training_accuracy, [0.125, 0.325])
    # 750 of them at 100, 250 at 200 images per second.
    assert np.allclose(at.images_per_second, 1000 / 8.75)
    assert at.cpu_seconds.values.tolist() == [1.5, 1.5]
    assert np.allclose(at.firing_rate_forward.sel(layer="layer1"), 0.125)
    assert at.operations_forward.values.tolist() == [31.0, 61.0]
    np.testing.assert_array_equal(at.operations_backward, [np.nan, 0.0])
    part = results.sel(v_rest_backward=-0.5, seed=0)
    assert part.test_accuracy.values[0] == 0.25 and np.isnan(part.test_accuracy.values[1])
    assert np.isnan(part.final_accuracy)
    states = {
        (p.labels[0][1], p.labels[1][1]): results.state.values[p.position] for p in whole.points
    }
    assert states == {
        (-0.5, 0): "begun", (0.0, 0): "missing", (-0.5, 1): "failed", (0.0, 1): "complete",
    }  # fmt: skip
    assert results.error.sel(v_rest_backward=-0.5, seed=1) == "the training diverged"
    # The threshold goes with its resting potential.
    assert results.v_threshold_backward.sel(v_rest_backward=0.0) == 1.0


def test_evaluations_within_an_epoch(folder: SweepFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ended within its second epoch, beside one that is whole."""
    both = make_plan("digits", TWO_EPOCHS, {"stop_at_accuracy": [0.0, 0.9]})
    whole, short = both.points
    write_run(folder, whole, [0.25, 0.5])
    write_run(folder, short, [0.75])
    run = folder.opened(short)
    training, _ = run.records()[1:]
    run.log({**training, "iteration": 3, "epoch": 1.5, "cpu_seconds": 4.0})
    run.log({"kind": "test", "iteration": 3, "epoch": 1.5, "loss": 0.1, "accuracy": 0.95})
    monkeypatch.setattr(SweepFolder, "finished", lambda self, point: True)
    results = gather(both, folder)
    at = results.sel(stop_at_accuracy=0.9, seed=0)
    assert at.evaluation_epoch.values.tolist() == [1.0, 1.5]
    assert at.evaluation_accuracy.values.tolist() == [0.75, 0.95]
    assert at.evaluation_loss.values.tolist() == [0.5, 0.1]
    assert at.evaluation_cpu_seconds.values.tolist() == [1.5, 5.5]
    assert (at.final_accuracy, at.best_accuracy) == (0.95, 0.95)
    assert at.test_accuracy.values[0] == 0.75 and np.isnan(at.test_accuracy.values[1])
    assert results.final_accuracy.sel(stop_at_accuracy=0.0, seed=0) == 0.5


def test_without_the_line_of_the_last_evaluation_nothing_is_final(
    folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that is damaged is left out; that before it must not be taken for the end."""
    one = plan().points[0]
    write_run(folder, one, [0.75, 0.5])
    log = folder.run(one) / "metrics.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"accuracy": 0.5,', b'"accuracy": 0.6,'))
    monkeypatch.setattr(SweepFolder, "finished", lambda self, point: point == one)
    at = gather(plan(), folder).sel(v_rest_backward=-0.5, seed=0)
    assert np.isnan(at.final_accuracy)
    assert at.best_accuracy == 0.75


@pytest.mark.parametrize("kept", range(6))
def test_without_the_last_lines_nothing_is_final(
    kept: int, folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two epochs have six lines; the third is an evaluation, but not the last one."""
    one = plan().points[0]
    write_run(folder, one, [0.75, 0.5])
    log = folder.run(one) / "metrics.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:kept]))
    monkeypatch.setattr(SweepFolder, "finished", lambda self, point: point == one)
    at = gather(plan(), folder).sel(v_rest_backward=-0.5, seed=0)
    assert np.isnan(at.final_accuracy)
    np.testing.assert_equal(at.best_accuracy.item(), 0.75 if kept >= 3 else np.nan)


def test_without_the_line_of_an_iteration_its_seconds_are_not_known(
    folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = plan().points[0]
    write_run(folder, one, [0.75, 0.5])
    log = folder.run(one) / "metrics.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"iteration": 3,', b'"iteration": 8,'))
    at = gather(plan(), folder).sel(v_rest_backward=-0.5, seed=0)
    np.testing.assert_array_equal(at.evaluation_cpu_seconds, [1.5, np.nan])


def test_a_list_has_points(folder: SweepFolder) -> None:
    results = gather(plan(mode="list"), folder)
    assert results.final_accuracy.dims == ("point", "seed")
    assert results.v_rest_backward.dims == ("point",)
    assert results.v_rest_backward.values.tolist() == [-0.5, 0.0]


def test_written_and_read_again(
    folder: SweepFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = plan()
    monkeypatch.setattr(SweepFolder, "finished", lambda self, point: True)
    write_run(folder, whole.points[0], [0.5, 0.6])
    results = gather(whole, folder)
    out = tmp_path / "results" / "sweep.nc"
    write_netcdf(results, out)
    with xr.open_dataset(out) as again:
        xr.testing.assert_equal(again.load(), results)
        assert json.loads(again.attrs["recipe"])["epochs"] == 2
        assert again.attrs["spide_version"] and again.v_rest_backward.attrs["symbol"] == "u_rest^b"
    assert [path.name for path in out.parent.iterdir()] == ["sweep.nc"]


def test_a_file_that_cannot_be_written_leaves_nothing(folder: SweepFolder, tmp_path: Path) -> None:
    """As on a full disk, which the library of NetCDF calls ``HDF error``."""
    results, out = gather(plan(), folder), tmp_path / "out" / "sweep.nc"
    write_netcdf(results, out)
    before = out.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
        with pytest.raises(OSError, match="File too large") as refused:
            write_netcdf(results, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert refused.value.filename == str(out)
    assert list(out.parent.iterdir()) == [out] and out.read_bytes() == before


def test_a_link_leads_to_the_results(folder: SweepFolder, tmp_path: Path) -> None:
    results, elsewhere = gather(plan(), folder), tmp_path / "elsewhere.nc"
    link = tmp_path / "sweep.nc"
    link.symlink_to(elsewhere)
    write_netcdf(results, link)
    assert link.is_symlink() and elsewhere.is_file()
    assert xr.load_dataset(elsewhere).identical(xr.load_dataset(link))


@pytest.mark.parametrize("name", ["", ".nc"])
def test_a_file_without_a_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="which has no name: give a file's"):
        check_netcdf(tmp_path / name if name else Path())


@pytest.mark.parametrize("name", ["sweep.csv", "sweep"])
def test_other_endings_are_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"give a file that ends with \.nc"):
        check_netcdf(Path(name))


def test_a_place_where_nothing_can_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UserError, match=r"the results cannot be written to '.*sweep\.nc' \('"):
        check_netcdf(tmp_path / "file" / "sweep.nc")
    check_netcdf(tmp_path / "missing" / "sweep.nc")
    assert sorted(tmp_path.iterdir()) == before


def test_the_last_iteration_of_a_log_that_is_being_written(
    folder: SweepFolder, tmp_path: Path
) -> None:
    (first, _) = plan().points
    assert last_iteration(tmp_path / "none") == 0
    write_run(folder, first, [0.5] * 40)
    log = folder.run(first) / "metrics.jsonl"
    assert last_iteration(log) == 80
    with log.open("ab") as file:
        file.write(b'{"kind": "training", "itera')
    assert last_iteration(log) == 80
