"""The errors of several runs."""

from __future__ import annotations

from tests.training.plots.axes import axes, lines
from training.plots import Curve, errors_of_runs


def test_the_axis_says_what_was_evaluated() -> None:
    curves = {"one": Curve([1, 2], [0.9, 0.95])}
    for evaluated, said in (("validation", "validation images"), ("test", "test images")):
        label = errors_of_runs(axes(), curves, evaluated).get_ylabel()
        assert label == f"{said} classified wrongly (%)"
    assert errors_of_runs(axes(), curves, None).get_ylabel() == "images classified wrongly (%)"


def test_every_run_has_its_own_line_of_errors() -> None:
    drawn = errors_of_runs(
        axes(), {"one": Curve([1, 2], [0.9, 0.95]), "other": Curve([1, 2, 3], [0.5, 0.98, 1.0])}
    )
    assert {name: points.tolist() for name, points in lines(drawn).items()} == {
        "one": [[1, 10], [2, 5]],
        "other": [[1, 50], [2, 2], [3, 0]],
    }
