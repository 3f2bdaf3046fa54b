"""Tables and figures from a sweep of two tiny trainings; what is refused; going on."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import xarray as xr

from training.errors import UserError
from training.experiments import sweeps, targets
from training.experiments.reproduce import Request, check_target, reproduce
from training.experiments.sweeps import ABLATION_SWEEP, METHODS_SWEEP
from training.experiments.tables import Table, mean_and_spread
from training.experiments.targets import TARGETS
from training.recipes import RECIPES


@pytest.mark.parametrize("scale", ["small", "full"])
@pytest.mark.parametrize("name", TARGETS)
def test_every_target_has_a_plan(name: str, scale: sweeps.Scale) -> None:
    target = TARGETS[name]
    plan = target.experiment.plan(scale, 2, target.names)
    assert {point.recipe.seed for point in plan.points} == {0, 1}
    assert len(plan.points) == 2 * len(target.names) * len(target.experiment.steps.get(scale, "1"))


def test_targets_of_one_sweep_share_their_runs() -> None:
    """Table 2 needs some of the runs of Figure 3, under the same names."""
    some = ABLATION_SWEEP.plan("small", 1, TARGETS["table2"].names)
    every = ABLATION_SWEEP.plan("small", 1, TARGETS["figure3"].names)
    assert {point.name for point in some.points} < {point.name for point in every.points}


def test_full_is_the_paper() -> None:
    (point,) = ABLATION_SWEEP.plan("full", 1, ("ours",), (100,)).points
    assert point.recipe == replace(RECIPES["mnist-feedback"], threads=1)
    methods = {point.recipe.method for point in METHODS_SWEEP.plan("full", 1).points}
    assert methods == {"spide", "implicit", "surrogate", "feedback_alignment", "conversion"}


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("table4", "table4 is about CIFAR-100"),
        ("table5", "table5 is about CIFAR10-DVS"),
        ("figure33", r"there is no 'figure33' to reproduce \(did you mean 'figure3'\?\)"),
    ],
)
def test_what_cannot_be_reproduced_is_refused(target: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        check_target(target)


def test_tables() -> None:
    table = Table(("a", "b"), [("x", 1.234), (None, "y")])
    assert table.markdown() == "| a | b |\n| --- | --- |\n| x | 1.23 |\n|  | y |\n"
    assert table.csv() == "a,b\nx,1.234\n,y\n"
    nan = float("nan")
    assert mean_and_spread(xr.DataArray([nan])) is None
    assert mean_and_spread(xr.DataArray([0.5, nan])) == "50.00% (1 run)"
    assert mean_and_spread(xr.DataArray([0.5, 0.6, 0.7])) == "60.00%±10.00% (70.00%)"


def test_a_figure_from_the_start_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = replace(
        RECIPES["digits"], architecture="8", epochs=1, milestones=(), batch_size=700,
        forward_steps=4, backward_steps=6, threads=1,
    )  # fmt: skip
    experiment = replace(METHODS_SWEEP, recipes={"small": tiny})
    target = replace(TARGETS["figure5"], experiment=experiment)
    monkeypatch.setitem(targets.TARGETS, "figure5", target)
    monkeypatch.setattr("training.experiments.reproduce.METHODS_SWEEP", experiment)
    request = Request("figure5", out=tmp_path, workers=1)
    said: list[str] = []
    path = reproduce(request, say=said.append)
    assert path == tmp_path / "figure5-small.md"
    text = path.read_text()
    assert text.startswith("# figure5: IDE and SPIDE\n")
    assert "`spide reproduce figure5 --scale small --seeds 1` at commit" in text
    assert (tmp_path / "figure5-small.png").read_bytes().startswith(b"\x89PNG")
    rows = list(csv.DictReader((tmp_path / "figure5-small.csv").open()))
    assert [row["method"] for row in rows] == ["SPIDE", "IDE"]
    with xr.open_dataset(tmp_path / "figure5-small.nc") as results:
        for row in rows:
            measured = 100 * float(results.final_accuracy.sel(case=row["method"]))
            assert float(row["test accuracy (%)"]) == pytest.approx(measured)
    reproduce(request, say=said.append)
    assert any(line.startswith("2 points: 2 complete") for line in said)
