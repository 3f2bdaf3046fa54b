"""What a sweep finds where it writes: its own goes on, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from tests.training.cli.command import refusal
from training.errors import RunFolderError, UserError
from training.recipes import RECIPES
from training.runs.train import train
from training.storage.netcdf import write_netcdf
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.plan import Plan, make_plan
from training.sweeps.results import gather
from training.sweeps.sweep import run_sweep
from training.sweeps.taken import check_results, check_runs
from training.sweeps.where import Where

DIGITS = replace(RECIPES["digits"], architecture="6 (F6)")


def plan(recipe: Any = DIGITS, seeds: int = 1, **vary: list[Any]) -> Plan:
    return make_plan("digits", recipe, vary, seeds=seeds)


def results_of(plan: Plan, tmp_path: Path, *states: str) -> Path:
    """A file in which the points of a plan have these states, without their runs."""
    results = gather(plan, SweepFolder(tmp_path / "nothing"))
    results["state"].values[:] = [[state] for state in states]
    write_netcdf(results, tmp_path / "sweep.nc")
    return tmp_path / "sweep.nc"


def runs_of(plan: Plan, path: Path) -> SweepFolder:
    """A folder of a sweep with a run of each point of a plan, as far as is looked at here."""
    folder = SweepFolder(path)
    for point in plan.points:
        folder.run(point).mkdir(parents=True)
        (folder.run(point) / "recipe.json").touch()
    return folder


def test_more_values_and_seeds_replace_results(tmp_path: Path) -> None:
    known = plan(backward_steps=[5, 10])
    path, folder = results_of(known, tmp_path, "complete", "begun"), runs_of(known, tmp_path / "f")
    check_results(path, known, folder)
    check_results(path, plan(backward_steps=[5, 7, 10], seeds=2), folder)


@pytest.mark.parametrize("state", ["complete", "begun"])
def test_results_without_their_runs_stay(state: str, tmp_path: Path) -> None:
    """Written anew, the file would say that these points are missing."""
    known = plan(backward_steps=[5, 10])
    path = results_of(known, tmp_path, "missing", state)
    before, last = path.read_bytes(), known.points[-1].name
    with pytest.raises(UserError) as caught:
        run_sweep(known, Where(path, tmp_path / "others"))
    assert str(caught.value) == (
        f"'{path}' holds results of points without a run in '{tmp_path / 'others'}', such as "
        f"{last} (1 in all, of '{tmp_path / 'nothing'}'): choose that folder with --runs, another "
        "--out, or move the file away"
    )
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    check_results(path, known, runs_of(known, tmp_path / "others"))


def test_results_that_another_sweep_has_written_meanwhile_stay(tmp_path: Path) -> None:
    """Two at a time, each with runs of its own: the second to write is refused, its runs stay."""
    tiny = replace(DIGITS, epochs=1, forward_steps=2, backward_steps=2, batch_size=500)
    mine, others = plan(tiny, learning_rate=[0.1]), plan(tiny, learning_rate=[0.2])
    where = Where(tmp_path / "sweep.nc", tmp_path / "mine")
    train(mine.points[0].recipe, out=where.folder.run(mine.points[0]))
    written: list[bytes] = []

    def meanwhile(line: str) -> None:
        if not written:
            written.append(results_of(others, tmp_path, "begun").read_bytes())

    with pytest.raises(UserError, match="holds results of points that this sweep does not have"):
        run_sweep(mine, where, say=meanwhile)
    assert where.out.read_bytes() == written[0]
    assert where.folder.state(mine.points[0]) == "complete"


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (
            plan(backward_steps=[5]),
            r"results of points that this sweep does not have, such as backward_steps=\d+_seed=0_"
            r"\w+ \([12] in all\): give their values and seeds as well, choose another --out, or",
        ),
        (
            plan(replace(DIGITS, backward_steps=7), learning_rate=[0.1]),
            "a sweep over backward_steps, and this one is over learning_rate: choose another --out",
        ),
        (
            plan(backward_steps=[5, 10], dropout=[0.1]),
            "a sweep over backward_steps, and this one is over backward_steps, dropout: choose",
        ),
    ],
    ids=["fewer values", "another field", "one more field"],
)
@pytest.mark.parametrize("state", ["complete", "begun"])
def test_results_of_other_points_stay(other: Plan, told: str, state: str, tmp_path: Path) -> None:
    path = results_of(plan(backward_steps=[5, 10]), tmp_path, state, state)
    before = path.read_bytes()
    with pytest.raises(UserError, match=rf"sweep\.nc' holds {told}"):
        run_sweep(other, Where(path))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_results_of_another_recipe_stay(tmp_path: Path) -> None:
    """The points have the same labels: it is said what differs."""
    path = results_of(plan(v_rest=[0.0, -0.5]), tmp_path, "complete", "complete")
    before = path.read_bytes()
    for recipe, told in (
        (replace(DIGITS, epochs=3), "with epochs 15, and this sweep has 3: choose another --out"),
        (replace(DIGITS, milestones=(4,)), r"milestones \[10, 13\], and this sweep has \(4,\)"),
    ):
        with pytest.raises(UserError, match=told):
            run_sweep(plan(recipe, v_rest=[0.0, -0.5]), Where(path))
    # Its threshold would have followed the resting potential: nothing else is another one.
    same = plan(replace(DIGITS, v_threshold=1.5, v_rest=-0.5), v_rest=[0.0, -0.5])
    check_results(path, same, runs_of(same, tmp_path / "runs"))
    assert path.read_bytes() == before


def test_points_without_results_may_be_left_out(tmp_path: Path) -> None:
    """A value that cannot be trained, and one that was not begun, are not kept for ever."""
    path = results_of(plan(backward_steps=[5, 7, 10]), tmp_path, "complete", "failed", "missing")
    left = plan(backward_steps=[5])
    check_results(path, left, runs_of(left, tmp_path / "runs"))


@pytest.mark.parametrize("kind", ["other", "bytes", "empty"])
def test_a_file_that_is_no_sweeps_stays(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.nc"
    if kind == "other":
        content = xr.Dataset({"layer1.v": ("step", [0.0, 1.0])}, attrs={"title": "a simulation"})
        write_netcdf(content, path)
    else:
        path.write_bytes(b"" if kind == "empty" else b"results")
    before = path.read_bytes()
    said = refusal(capsys, "sweep", "digits", "--vary", "backward_steps=5", "--out", str(path))
    assert said == f"spide: '{path}' exists and holds no results of a sweep: choose another --out"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "names", [["notes.txt"], ["recipe.json", "writer.lock", "checkpoints"], ["points", "recipe"]]
)
def test_a_folder_that_is_no_sweeps_stays(names: list[str], tmp_path: Path) -> None:
    runs = tmp_path / "sweep"
    runs.mkdir()
    for name in names:
        (runs / name).touch()
    with pytest.raises(RunFolderError, match="is not empty and no folder of a sweep, whose runs"):
        run_sweep(plan(backward_steps=[5]), Where(tmp_path / "sweep.nc"))
    assert sorted(path.name for path in runs.iterdir()) == sorted(names)
    assert list(tmp_path.iterdir()) == [runs]


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "runs").touch()
    with pytest.raises(RunFolderError, match=r"the runs, '.*runs', is a file: choose"):
        run_sweep(plan(backward_steps=[5]), Where(tmp_path / "sweep.nc", tmp_path / "runs"))


def test_the_folder_of_a_sweep_is_shared(tmp_path: Path) -> None:
    check_runs(tmp_path / "missing")
    check_runs(tmp_path)
    (tmp_path / "writer.lock").touch()  # all that a killed process may have made
    check_runs(tmp_path)
    with SweepFolder(tmp_path).locked():
        check_runs(tmp_path)
    (tmp_path / "notes.txt").touch()
    check_runs(tmp_path)
