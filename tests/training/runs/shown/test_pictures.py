"""Pictures of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

from training.recipes.recipe import Recipe
from training.runs.files.folder import RunFolder
from training.runs.shown.history import POINTS, History
from training.runs.shown.pictures import curves, draw_pictures, firing_rates


def training_record(iteration: int) -> dict[str, Any]:
    return {
        "kind": "training",
        "iteration": iteration,
        "epoch": iteration / 10,
        "loss": 2 / iteration,
        "accuracy": 1 - 1 / iteration,
        "firing_rates_forward": {"layer1": 0.1, "layer2": 0.2},
        "firing_rates_backward": {"layer1": 0.01, "layer2": 0.02},
    }


TEST = [
    {"kind": "test", "iteration": 10 * n, "epoch": float(n), "loss": 0.5, "accuracy": 0.9 + n / 100}
    for n in (1, 2)
]


def lines(axes: Any) -> dict[str, np.ndarray]:
    return {line.get_label(): line.get_xydata() for line in axes.get_lines()}


def history(*records: dict[str, Any]) -> History:
    return History.of(records)


def test_short_runs_are_drawn_point_by_point() -> None:
    figure = curves(history(*[training_record(n) for n in (1, 2, 4)], *TEST), "title", 0.2)
    error, loss = figure.axes
    np.testing.assert_allclose(
        lines(error)["training (with dropout)"], [[0.1, 100], [0.2, 50], [0.4, 25]]
    )
    np.testing.assert_allclose(lines(error)["test"], [[1, 9], [2, 8]])
    assert error.get_title(loc="left") == "error   test: 8.00 %"
    np.testing.assert_allclose(
        lines(loss)["training (with dropout)"], [[0.1, 2], [0.2, 1], [0.4, 0.5]]
    )


def test_the_legend_says_whether_there_was_dropout() -> None:
    records = [*[training_record(n) for n in (1, 2, 4)], *TEST]
    for axes in curves(history(*records), "title", 0.0).axes:
        assert list(lines(axes)) == ["training", "test"]
    for axes in curves(history(*records), "title", 0.1).axes:
        assert list(lines(axes)) == ["training (with dropout)", "test"]


@pytest.mark.parametrize("smallest", [0.5, 0.004, 0.00005])
def test_texts_have_room_however_small_the_numbers(smallest: float) -> None:
    """Ticks down to 0.005 % of the images and a loss of 0.00002."""
    records = [
        {**training_record(n), "loss": loss, "accuracy": 1 - loss}
        for n, loss in ((1, 2 * smallest), (400, smallest))
    ]
    tests = [{**each, "loss": smallest, "accuracy": 1 - smallest} for each in TEST]
    drawn = curves(history(*records, *tests), "title", 0.2)
    for figure in (drawn, firing_rates(history(*records), "")):
        left, right = (axes.get_tightbbox() for axes in figure.axes)
        assert left is not None and right is not None
        assert left.x0 >= 0 and left.x1 <= right.x0 and right.x1 <= figure.bbox.x1
        assert min(left.y0, right.y0) >= 0
        for text in figure.texts:
            assert max(left.y1, right.y1) <= text.get_window_extent().y0


@pytest.mark.parametrize("iterations", [POINTS, POINTS + 1, 1000, 12_345])
def test_long_runs_are_averaged_and_nothing_is_left_out(iterations: int) -> None:
    records = [training_record(n) for n in range(1, iterations + 1)]
    long = history(*records)
    assert POINTS // 2 <= len(long.training) <= POINTS
    sizes = [point.count for point in long.training]
    assert sum(sizes) == iterations
    assert len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0]
    points = lines(curves(long, "title", 0.2).axes[1])["training (with dropout)"]
    epochs = [np.mean([r["epoch"] for r in records[n : n + sizes[0]]]) for n in (0, sizes[0])]
    np.testing.assert_allclose(points[:2, 0], epochs)
    whole = np.mean([record["loss"] for record in records])
    assert np.average(points[:, 1], weights=sizes) == pytest.approx(whole)


def test_firing_rates_of_both_stages_and_every_layer() -> None:
    forward, backward = firing_rates(history(training_record(1), training_record(2)), "title").axes
    assert list(lines(forward)) == ["layer1", "layer2"]
    np.testing.assert_allclose(lines(forward)["layer2"], [[0.1, 20], [0.2, 20]])
    np.testing.assert_allclose(lines(backward)["layer1"], [[0.1, 1], [0.2, 1]])


def test_a_method_without_stage_2_has_one_panel() -> None:
    records = [{**training_record(n), "firing_rates_backward": {}} for n in (1, 2)]
    (forward,) = firing_rates(history(*records), "title").axes
    assert forward.get_title(loc="left") == "stage 1"
    np.testing.assert_allclose(lines(forward)["layer2"], [[0.1, 20], [0.2, 20]])


def test_files(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run", "digits", Recipe(data_set="digits", architecture="8"))
    run.create()
    draw_pictures(run, history())
    assert not list(run.pictures.iterdir())  # nothing to draw yet
    draw_pictures(run, history(training_record(1), training_record(2), TEST[0]))
    assert {path.name for path in run.pictures.iterdir()} == {"curves.png", "firing_rates.png"}
    for path in run.pictures.iterdir():
        assert matplotlib.image.imread(path).std() > 0.05


def test_the_whole_run_is_in_view() -> None:
    whole = history(*[training_record(n) for n in range(1, 41)], *TEST)
    for figure in (curves(whole, "title", 0.2), firing_rates(whole, "title")):
        for axes in figure.axes:
            left, right = axes.get_xlim()
            assert left == 0
            assert 4 <= right < 5
