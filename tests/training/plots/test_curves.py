"""Curves over epochs: errors that can be read, zeros that are shown, layers that are all seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.plots.axes import axes, lines
from training.plots import Curve, error_curves, firing_rate_curves, loss_curves
from training.plots.curves import MOST, errors_of_runs
from training.plots.series import log_axis, log_limits, staggered

NOTHING = Curve([], [])


def test_errors_between_half_a_percent_and_three_have_ticks_and_room() -> None:
    test = Curve([1, 2, 3], [0.97, 0.99, 0.995])
    drawn: Any = error_curves(axes(), Curve([0.5, 2.5], [0.9, 0.98]), test)
    np.testing.assert_allclose(lines(drawn)["test"], [(1.0, 3.0), (2.0, 1.0), (3.0, 0.5)])
    assert drawn.get_yscale() == "log"
    assert [tick.get_text() for tick in drawn.get_yticklabels()] == [
        "0.2",
        "0.5",
        "1",
        "2",
        "5",
        "10",
        "20",
    ]
    low, high = (drawn.transData.transform((0, y))[1] for y in (0.5, 3))
    assert (high - low) / drawn.bbox.height > 0.3  # a third of the axis
    assert drawn.get_title(loc="left") == "error   test: 0.50 %"


def test_the_best_error_is_said_where_it_is_not_the_last() -> None:
    drawn: Any = error_curves(axes(), NOTHING, Curve([1, 2], [0.99, 0.98]))
    assert drawn.get_title(loc="left") == "error   test: 2.00 % (best 1.00 %)"


def test_no_errors_at_all_are_on_the_axis() -> None:
    drawn: Any = error_curves(axes(), NOTHING, Curve([1, 2], [0.99, 1.0]))
    assert lines(drawn)["test"].tolist() == [[1, 1], [2, 0]]
    assert drawn.get_ylim()[0] < 0 and drawn.get_yticklabels()[0].get_text() == "0"
    perfect: Any = error_curves(axes(), NOTHING, Curve([1], [1.0]))
    assert perfect.get_ylim()[0] <= 0


@pytest.mark.parametrize(
    ("values", "said"), [([0.5, 98.0], "98.0"), ([-0.1], "-0.1"), ([np.nan, 1.5], "1.5")]
)
def test_accuracies_in_per_cent_are_refused(values: list[float], said: str) -> None:
    curve = Curve(range(len(values)), values)
    for draw in (
        lambda: error_curves(axes(), curve, NOTHING),
        lambda: error_curves(axes(), NOTHING, curve),
        lambda: errors_of_runs(axes(), {"a": NOTHING, "b": curve}),
    ):
        with pytest.raises(ValueError, match=rf"the accuracy {said} is no share .* by 100"):
            draw()


@pytest.mark.parametrize("last", [0.02, 0.2, 0.9, 2.0, 40.0])
def test_every_length_of_run_has_an_axis_with_ticks(last: float) -> None:
    drawn: Any = loss_curves(axes(), Curve([last / 2, last], [2.0, 1.0]), NOTHING)
    left, right = drawn.get_xlim()
    inside = [tick for tick in drawn.get_xticks() if left <= tick <= right]
    assert left == 0 and right == pytest.approx(1.02 * last)
    assert len(inside) >= 3
    labels = [tick.get_text() for tick in drawn.get_xticklabels()]
    assert len(set(labels)) == len(labels)
    assert list(lines(drawn)) == ["training"]


@given(
    accuracies=st.lists(st.floats(0, 1), min_size=1, max_size=300),
    most=st.integers(min_value=1, max_value=50),
)
def test_averages_leave_out_nothing(accuracies: list[float], most: int) -> None:
    curve = Curve(np.arange(1, len(accuracies) + 1), accuracies).averaged(most)
    values = np.asarray(curve.values)
    assert len(values) <= most
    size = -(-len(accuracies) // most)
    sizes = [min(size, len(accuracies) - start) for start in range(0, len(accuracies), size)]
    assert np.average(values, weights=sizes) == pytest.approx(np.mean(accuracies), abs=1e-12)


def test_the_training_error_is_that_of_many_batches() -> None:
    batches = Curve(np.arange(1, 201) / 10, np.tile([1.0, 0.98], 100))
    drawn: Any = error_curves(axes(), batches, NOTHING)
    points = lines(drawn)["training"]
    assert len(points) == MOST
    assert points[:, 1].min() > 0


@given(st.lists(st.floats(1e-6, 1e6), min_size=1))
def test_limits_are_ticks_around_all_values(values: list[float]) -> None:
    low, high = log_limits(values)
    assert low < min(values) and max(values) < high
    assert low > min(values) / 3 and high < max(values) * 3


def test_errors_that_are_near_each_other_fill_the_axis() -> None:
    assert log_limits([3.6, 6.7]) == (3.0, 7.0)
    assert log_limits([3.6, 67.0]) == (2.0, 100.0)


def test_equal_layers_are_all_seen() -> None:
    same = Curve([1, 2], [0.1, 0.2])
    drawn: Any = firing_rate_curves(axes(), {f"layer{n}": same for n in (1, 2, 3)})
    np.testing.assert_allclose(lines(drawn)["layer3"], [[1, 10], [2, 20]])
    widths = [line.get_linewidth() for line in drawn.get_lines()]
    assert widths == sorted(widths, reverse=True) and len(set(widths)) == 3
    assert len({line.get_color() for line in drawn.get_lines()}) == 3
    assert drawn.get_ylim()[0] == 0


def test_one_series_is_an_ordinary_line() -> None:
    assert [line.width for line in staggered(1)] == [1.4]
    assert len(staggered(9)) == 9


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([32.8, 33.9], [30, 32, 34, 36, 38, 40]),
        ([0.32, 0.48], [0.3, 0.35, 0.4, 0.45, 0.5]),
        ([3.6, 6.7], [3, 4, 5, 7]),
        ([1.5, 60], [1, 2, 5, 10, 20, 50, 100]),
    ],
)
def test_values_that_are_close_can_be_read(values: list[float], ticks: list[float]) -> None:
    drawn = axes()
    log_axis(drawn, values)
    np.testing.assert_allclose(drawn.get_yticks(), ticks)


def test_more_layers_than_colours_have_other_dashes() -> None:
    looks = [(line.color, line.dash) for line in staggered(24)]
    assert len(set(looks)) == 24 and {dash for _, dash in looks[:6]} == {"-"}
