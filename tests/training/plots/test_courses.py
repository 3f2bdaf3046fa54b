"""Several trainings side by side: every line with its values, the same look in every panel."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.training.plots.axes import axes, lines
from training.plots import Curve, panels
from training.plots.courses import (
    accuracies_by_case,
    accuracies_over,
    errors_over_steps,
    rates_by_stage,
    same_heights,
)
from training.plots.style import as_png


def test_every_seed_has_a_line_and_every_case_a_label() -> None:
    drawn = accuracies_by_case(
        axes(), [1, 2], {"ours": [[0.5, 0.9], [0.6, 0.8]], "w/o B": [0.25, 0.75]}, "test accuracy"
    )
    heights = [np.asarray(line.get_ydata()).tolist() for line in drawn.get_lines()]
    assert heights == [[50, 90], [60, 80], [25, 75]]
    assert list(lines(drawn)) == ["ours", "w/o B"]
    looks = [(line.get_color(), line.get_linestyle()) for line in drawn.get_lines()]
    assert looks[0] == looks[1] and looks[0][0] != looks[2][0] and looks[0][1] != looks[2][1]
    assert drawn.get_ylabel() == "test accuracy (%)"


def test_rates_have_a_colour_for_steps_and_a_dash_for_stages() -> None:
    rates = {
        name: {"forward": [0.1, 0.2], "backward": [0.01 * steps, 0.02 * steps]}
        for steps, name in ((1, "one"), (2, "two"))
    }
    drawn = rates_by_stage(axes(), [1, 2], rates)
    points = lines(drawn)
    assert points["two, backward"].tolist() == [[1, 2], [2, 4]]
    (a, b), (c, d) = ([drawn.get_lines()[k] for k in pair] for pair in ((0, 1), (2, 3)))
    assert a.get_color() == b.get_color() != c.get_color() == d.get_color()
    assert a.get_linestyle() == c.get_linestyle() != b.get_linestyle()


def test_more_trainings_than_colours_are_all_drawn() -> None:
    rates = {str(n): {"forward": [0.1], "backward": [0.2]} for n in range(1, 9)}
    drawn = rates_by_stage(axes(), [1], rates).get_lines()
    looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in drawn}
    assert len(drawn) == len(looks) == 16


def test_more_methods_than_colours_are_told_apart() -> None:
    """Nine of them; the numbers of the axis stand beside each other."""
    courses = {f"method {n}": ([20 + n, 300 + n], [0.8, 0.9]) for n in range(9)}
    figure, (empty,) = panels(1, 1, (4, 3))
    drawn = accuracies_over(empty, courses, "seconds")
    looks = {(line.get_color(), line.get_linestyle()) for line in drawn.get_lines()}
    assert len(looks) == 9
    as_png(figure)
    ticks = [*drawn.get_xticklabels(), *drawn.get_xticklabels(minor=True)]
    boxes = [tick.get_window_extent() for tick in ticks if tick.get_text()]
    assert len(boxes) >= 3
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_accuracies_over_what_they_cost() -> None:
    drawn = accuracies_over(axes(), {"SPIDE": ([3, 6], [0.5, 0.75])}, "seconds")
    assert lines(drawn)["SPIDE"].tolist() == [[3, 50], [6, 75]] and drawn.get_xscale() == "log"


def test_a_course_that_ends_before_others_leaves_the_axis_logarithmic() -> None:
    nan = float("nan")
    courses: dict[str, tuple[list[float], list[float]]]
    courses = {"A": ([10, 20, nan], [0.8, 0.9, nan]), "B": ([10, 20, 40], [0.8, 0.9, 0.95])}
    drawn = accuracies_over(axes(), courses, "seconds")
    low, high = drawn.get_xlim()
    assert drawn.get_xscale() == "log" and 0 < low < 10 and high > 40


def test_errors_over_steps() -> None:
    drawn = errors_over_steps(
        axes(), {"SPIDE": Curve([10, 100], [8, 0.5]), "DFA": Curve([10, 100], [95, 95])}, "angle"
    )
    assert lines(drawn)["SPIDE"].tolist() == [[10, 8], [100, 0.5]]
    assert drawn.get_xscale() == drawn.get_yscale() == "log"
    low, high = drawn.get_ylim()
    assert low < 0.5 and high > 95


def test_panels_that_are_compared_have_the_same_heights() -> None:
    """20 to 80 % in all, a twentieth of that at both ends; missing epochs count for nothing."""
    _, two = panels(1, 2, (4, 3))
    accuracies_by_case(two[0], [1, 2], {"ours": [0.2, 0.4]})
    accuracies_by_case(two[1], [1, 2, 3], {"ours": [0.5, 0.8, np.nan]})
    same_heights(two)
    assert [each.get_ylim() for each in two] == [pytest.approx((17, 83))] * 2


def test_values_per_epoch_begin_at_the_first_one() -> None:
    drawn = accuracies_by_case(axes(), [1, 2, 3], {"ours": [0.2, 0.4, 0.5]})
    assert drawn.get_xlim() == pytest.approx((0.96, 3.04))
