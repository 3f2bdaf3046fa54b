"""Tables and figures from a sweep of two tiny trainings; what is refused; going on."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from training.energy.report import EnergyReport
from training.energy.work import Account, Work
from training.experiments import targets
from training.experiments.reproduce import reproduce
from training.experiments.request import Request
from training.experiments.sweeps import (
    CIFAR_SWEEP,
    METHODS_SWEEP,
    SMALL,
)
from training.experiments.tables import Table, mean_and_spread
from training.experiments.targets import TARGETS
from training.experiments.trained import (
    Trained,
    last,
    mean_course,
    seconds_in_all,
    seconds_to,
)
from training.provenance import commit
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.runs.looking.evaluation import Evaluation
from training.sweeps.planning.plan import Plan


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
    experiment = replace(CIFAR_SWEEP, recipes={"small": tiny})
    target = replace(TARGETS["figure5"], experiment=experiment)
    monkeypatch.setitem(targets.TARGETS, "figure5", target)
    request = Request("figure5", out=tmp_path, workers=1)
    said: list[str] = []
    path = reproduce(request, say=said.append)
    assert path == tmp_path / "figure5-small.md"
    text = path.read_text()
    assert text.startswith("# figure5: IDE and SPIDE\n")
    command = f"spide reproduce figure5 --scale small --seeds 1 --data-dir data --out {tmp_path}"
    assert f"`{command} --workers 1` at commit {commit() or 'unknown'}, " in text
    folder = tmp_path / "runs" / "methods-small" / "attempts"
    told = {
        file: [json.loads(line) for line in file.read_text().splitlines()]
        for file in folder.iterdir()
    }
    (trained_with,) = {each["commit"] or "unknown" for lines in told.values() for each in lines}
    assert f"Trained with commit {trained_with}: data_set digits, architecture 8, " in text
    # All that the points have of their own is told, and whose the rest is.
    for each in ("batch_size 700", "threads 1", "method spide or implicit", "seed 0"):
        assert f", {each}" in text
    assert "; else the values of digits." in text
    assert (tmp_path / "figure5-small.png").read_bytes().startswith(b"\x89PNG")
    rows = list(csv.DictReader((tmp_path / "figure5-small.csv").read_text().splitlines()))
    assert [row["method"] for row in rows] == ["SPIDE", "IDE"]
    with xr.open_dataset(tmp_path / "figure5-small.nc") as results:
        for row in rows:
            measured = 100 * results.final_accuracy.sel(case=row["method"]).item()
            assert float(row["test accuracy (%)"]) == pytest.approx(measured)
    file, lines = next(iter(told.items()))  # as if another commit had trained one of the points
    file.write_text("".join(json.dumps(each | {"commit": "f" * 40}) + "\n" for each in lines))
    text = reproduce(request, say=said.append).read_text()  # type: ignore[union-attr]
    for each in ("f" * 40, trained_with):
        assert f"{each} (1 point)" in text
    assert any(line.startswith("2 points: 2 complete") for line in said)
    reproduce(replace(request, seeds=2), say=said.append)  # its own file gets more seeds
    assert any(line.startswith("4 points: 2 complete, 2 missing") for line in said)
    with xr.open_dataset(tmp_path / "figure5-small.nc") as results:
        assert (results.state == "complete").all() and results.sizes["seed"] == 2


def results(over: str, **curves: list[list[float]]) -> xr.Dataset:
    """A row for each seed, three epochs."""
    found = xr.Dataset({name: (("seed", over), values) for name, values in curves.items()})
    return found.assign_coords(seed=range(found.sizes["seed"]))


def test_seconds_by_hand() -> None:
    """One seed has it in the second evaluation, the other in the third: 3 and 9 seconds."""
    found = results(
        "evaluation",
        accuracy=[[0.5, 0.9, 0.8], [0.5, 0.6, 0.9]],
        cpu_seconds=[[1.0, 3.0, 7.0], [3.0, 6.0, 9.0]],
    )
    assert seconds_to(found.accuracy, found.cpu_seconds, 0.9) == 6.0
    assert seconds_to(found.accuracy, found.cpu_seconds, 0.5) == 2.0
    assert seconds_to(found.accuracy, found.cpu_seconds, 0.91) is None
    assert seconds_in_all(found.accuracy, found.cpu_seconds) == 8.0


def test_seconds_of_seeds_that_stop_at_different_times() -> None:
    """The second stops after two evaluations; a third was not trained."""
    nan = float("nan")
    found = results(
        "evaluation",
        accuracy=[[0.5, 0.7, 0.75], [0.6, 0.8, nan], [nan] * 3],
        cpu_seconds=[[2.0, 4.0, 6.0], [4.0, 8.0, nan], [nan] * 3],
    )
    assert seconds_in_all(found.accuracy, found.cpu_seconds) == 7.0
    seconds, accuracies = mean_course(found.accuracy, found.cpu_seconds)
    np.testing.assert_allclose(seconds, [3.0, 6.0, nan])
    np.testing.assert_allclose(accuracies, [0.55, 0.75, nan])


def test_seconds_that_are_not_known_are_not_left_out_of_a_mean() -> None:
    """A line of the first seed's log is damaged: what it took is not what it took up to there."""
    nan = float("nan")
    found = results(
        "evaluation",
        accuracy=[[0.5, 0.7, 0.75], [0.6, 0.7, 0.8]],
        cpu_seconds=[[2.0, nan, nan], [4.0, 8.0, 9.0]],
    )
    assert seconds_in_all(found.accuracy, found.cpu_seconds) is None
    assert seconds_to(found.accuracy, found.cpu_seconds, 0.7) is None
    assert seconds_to(found.accuracy, found.cpu_seconds, 0.5) == 3.0
    seconds, accuracies = mean_course(found.accuracy, found.cpu_seconds)
    np.testing.assert_allclose(seconds, [3.0, nan, nan])
    np.testing.assert_allclose(accuracies, [0.55, nan, nan])


def trained(plan: Plan, tmp_path: Path) -> Trained:
    """Results by hand: the accuracy of point n in epoch e is n / 100 + e / 10."""
    shape = (*plan.dimensions.values(), 2)
    numbers = np.arange(np.prod(shape[:-1])).reshape(shape[:-1]) / 100
    curve = numbers[..., None] + np.array([0.1, 0.2])
    dims = list(plan.dimensions)
    rates = np.broadcast_to(curve[..., None], (*curve.shape, 2)) / 10
    data = {
        "final_accuracy": (dims, curve[..., -1]),
        "best_accuracy": (dims, curve[..., -1]),
        **{
            name: ([*dims, "epoch"], curve)
            for name in ("training_accuracy", "test_accuracy", "cpu_seconds")
        },
        **{
            f"evaluation_{name}": ([*dims, "evaluation"], curve)
            for name in ("epoch", "cpu_seconds", "accuracy")
        },
        "operations_forward": ([*dims, "epoch"], 1e8 * curve),
        "operations_backward": ([*dims, "epoch"], np.full_like(curve, np.nan)),
        **{
            f"firing_rate_{stage}": ([*dims, "epoch", "layer"], rates)
            for stage in ("forward", "backward")
        },
    }
    labels = {axis.name: [choice.label for choice in axis.choices] for axis in plan.axes}
    coordinates = {**labels, "seed": list(plan.seeds), "epoch": [1, 2]}
    return Trained(plan, xr.Dataset(data, coordinates), tmp_path, tmp_path)


class Counted:
    """A run whose operations are counted."""

    recipe = SMALL
    images = SimpleNamespace(test=range(100))
    architecture = read_architecture(SMALL)

    def energy(self, images: int) -> EnergyReport:
        """A way back of 3 million additions and 2 million products, for which 2 are kept."""
        neurons = sum(layer.units for layer in self.architecture.layers)
        works = (
            Work("way back", "layer2", 3e6, 2e6, 9e6),
            Work("way back", "readout", 0, 1e6, 1e6),
        )
        account = Account(self.recipe.method, works, kept=2.0 * neurons)
        assert images == 100  # a batch of 128, but there are no more
        activity = {"stage 1": {"layer1": 0.1, "layer2": 0.3}}
        return EnergyReport((account,), (account,), activity, 0.0, 0.0, 0, images)


def test_figure_2_in_full_has_both_networks(tmp_path: Path) -> None:
    target = TARGETS["figure2"]
    whole = trained(target.plan("full", 1), tmp_path)
    assert [row[0] for row in target.table(whole).rows] == [
        *("50", "100", "250", "500"),
        *("50, CIFARNet-F", "100, CIFARNet-F", "250, CIFARNet-F", "500, CIFARNet-F"),
    ]
    assert target.figure is not None
    (axes,) = target.figure(whole).axes
    labels = [str(line.get_label()) for line in axes.get_lines()]
    assert len(labels) == 16
    assert labels[0] == "$T_B$ = 50, stage 1"
    assert labels[-1] == "$T_B$ = 500, CIFARNet-F, stage 2"


def first_ones_right(self: Counted, forward_steps: int = 30) -> Evaluation:
    """Of 64 images the first T_F are right."""
    labels = np.zeros(64, np.int64)
    return Evaluation(0.0, labels, (np.arange(64) >= forward_steps).astype(int), 0.0 * labels, 2)


@pytest.mark.parametrize("name", TARGETS)
def test_tables_and_figures_of_every_target(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every case, or value of T_B, is in the table, with its accuracy; the figure has its lines."""
    monkeypatch.setattr(Trained, "run", lambda self, point: Counted())
    monkeypatch.setattr(Counted, "evaluate", first_ones_right, raising=False)
    target = TARGETS[name]
    plan = target.plan("small", 1)
    whole = trained(plan, tmp_path)
    table = target.table(whole)
    assert all(len(row) == len(table.columns) for row in table.rows)
    text = table.csv()
    if "backward_steps" in plan.dimensions:
        paper = {"250", "500"} if name == "table2" else set()
        assert {row[0] for row in table.rows} == {"10", "25", "50", "100"} | paper
    else:
        assert all(case in text for case in whole.cases)
    if target.figure is not None:
        figure = target.figure(whole)
        lines = sum(len(axes.get_lines()) for axes in figure.axes)
        # Two stages, or two panels of all, or the cases in the panels of T_B.
        assert lines == len(plan.points) * (2 if name in ("figure2", "figure5", "latency") else 1)


def test_operations_are_those_of_the_curves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the first case 20 millions in the last epoch; none was counted in stage 2."""
    monkeypatch.setattr(Trained, "run", lambda self, point: Counted())
    target = TARGETS["table1"]
    table = target.table(trained(target.experiment.plan("small", 1), tmp_path))
    at = table.columns.index("synaptic operations per training image, stage 1 (millions)")
    stage_1, stage_2 = table.rows[0][at : at + 2]
    assert stage_1 == pytest.approx(20.0) and stage_2 is None


def test_the_last_epoch_of_a_case_that_has_fewer() -> None:
    nan = float("nan")
    found = results("epoch", short=[[0.5, 0.6, nan], [0.5, 0.8, nan]], none=[[nan] * 3] * 2)
    assert last(found.short) == pytest.approx(0.7)
    assert last(found.none) is None


def test_what_the_way_back_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trained, "run", lambda self, point: Counted())
    table = TARGETS["table1"].table(trained(METHODS_SWEEP.plan("small", 1), tmp_path))
    at = table.columns.index("multiplications between neurons on the way back (millions)")
    assert table.rows[0][at : at + 3] == (2.0, 5.0, 2.0)


def test_what_learns_without_spikes_is_counted_where_it_predicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody fires while the network learns that is converted: 20 % do when it is asked."""
    monkeypatch.setattr(Trained, "run", lambda self, point: Counted())
    whole = trained(METHODS_SWEEP.plan("small", 1), tmp_path)
    for name in ("firing_rate_forward", "operations_forward"):
        whole.results[name].loc[{"case": "conversion"}] = np.nan
    table = TARGETS["table1"].table(whole)
    (row,) = (row for row in table.rows if row[0] == "conversion")
    assert row[
        table.columns.index("firing rate, stage 1 (%), mean of the layers")
    ] == pytest.approx(20.0)
    at = table.columns.index("synaptic operations per training image, stage 1 (millions)")
    assert row[at] == 3.0


def test_latency_is_of_every_number_of_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T_F of 64 images: 1.5625 % at T_F 1, 46.875 % at 30, for each seed; beside them the T_F of
    the training."""
    monkeypatch.setattr(Trained, "run", lambda self, point: Counted())
    monkeypatch.setattr(Counted, "evaluate", first_ones_right, raising=False)
    whole = trained(METHODS_SWEEP.plan("small", 2), tmp_path)
    rows = {row[0]: row for row in TARGETS["latency"].table(whole).rows}
    assert list(rows) == list(METHODS_SWEEP.names)
    assert rows["surrogate gradients, T_F 4"][1] == "4" and rows["SPIDE"][1] == "30"
    assert rows["DFA"][2:] == pytest.approx([100 * t / 64 for t in (1, 2, 4, 8, 15, 30)])


def test_ablation_says_what_the_resting_potentials_gain(tmp_path: Path) -> None:
    """Points count on through T_B and then cases: 4, and 8, points later are 4 % and 8 % more."""
    target = TARGETS["figure4"]
    whole = trained(target.experiment.plan("small", 1), tmp_path)
    for number, row in enumerate(target.table(whole).rows):
        assert row[1:4] == pytest.approx([20 + number, 24 + number, 28 + number])
        assert row[4:] == pytest.approx([-4, -8])


def test_normalisation_is_tested_after_validation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in the column of test images is an evaluation of the run on them."""
    target = TARGETS["normalisation"]
    whole = trained(target.experiment.plan("small", 2), tmp_path)
    asked: list[str] = []

    def test_accuracies(self: Trained, **labels: str) -> list[float]:
        asked.append(f"{labels['data_set']}, {labels['case']}")
        return [0.5, 0.7]

    monkeypatch.setattr(Trained, "test_accuracies", test_accuracies)
    table = target.table(whole)
    assert asked == [f"{row[0]}, {row[1]}" for row in table.rows] and len(asked) == 4
    assert {row[4] for row in table.rows} == {"60.00%±14.14% (70.00%)"}
    # Seeds 0 and 1 of the first point: 20 and 21 %.
    assert table.rows[0][3] == "20.50%±0.71% (21.00%)"
