"""Lines, stairs, impulses, bars of classes and diagonals: the data of what is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.training.plots.axes import axes, lines
from training import plots


def test_lines_lie_on_their_reference_and_hide_none() -> None:
    drawn: Any = plots.lines(
        axes(), [1, 2], {"a": [3, 4], "b": [3, 4]}, reference=("theory", [3, 5])
    )
    assert {name: points[:, 1].tolist() for name, points in lines(drawn).items()} == {
        "theory": [3, 5], "a": [3, 4], "b": [3, 4],
    }  # fmt: skip
    widths = [line.get_linewidth() for line in drawn.get_lines()]
    assert widths == sorted(widths, reverse=True) and len(set(widths)) == 3
    assert [text.get_text() for text in drawn.get_legend().get_texts()] == ["theory", "a", "b"]


def test_a_line_without_a_label_needs_no_legend() -> None:
    drawn: Any = plots.lines(axes(), [1, 2], {"": [3, 4]})
    assert drawn.get_lines()[0].get_ydata().tolist() == [3, 4] and drawn.get_legend() is None


def test_a_series_that_jumps_is_dots() -> None:
    drawn: Any = plots.lines(axes(), [1, 2], {"a": [3, 4], "b": [5, 6]}, dots="b")
    assert [line.get_linestyle() for line in drawn.get_lines()] == ["-", "None"]
    assert [line.get_marker() for line in drawn.get_lines()] == ["", "."]


@pytest.mark.parametrize("series", [{"a": [1, 2, 3]}, {"a": [[1, 2]]}])
def test_a_line_has_one_value_for_each_x(series: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="'a' has the shape"):
        plots.lines(axes(), [1, 2], series)


def test_a_bundle_has_a_line_for_each_row() -> None:
    drawn: Any = plots.bundle(axes(), [1, 2, 3], [[0, 1, 2], [5, 4, 3]])
    assert [line.get_ydata().tolist() for line in drawn.get_lines()] == [[0, 1, 2], [5, 4, 3]]


def test_stairs_hold_for_a_step_each() -> None:
    drawn: Any = plots.staircase(axes(), [2.0, -1.0], start=3)
    (stairs,) = drawn.patches
    assert stairs.get_data().values.tolist() == [2, -1]
    assert stairs.get_data().edges.tolist() == [3, 4, 5]


def test_impulses_have_the_colour_of_their_sign() -> None:
    drawn: Any = plots.impulses(axes(), [0, 4], [1, -1])
    (collection,) = drawn.collections
    assert [s.tolist() for s in collection.get_segments()] == [[[1, 0], [1, 1]], [[5, 0], [5, -1]]]
    first, second = collection.get_colors().tolist()
    assert first != second
    of_one: Any = plots.impulses(axes(), [0, 4], -1, "black")
    assert [s[1].tolist() for s in of_one.collections[0].get_segments()] == [[1, -1], [5, -1]]
    silent: Any = plots.impulses(axes(), [], [])
    assert silent.collections[0].get_segments() == []


def test_errors_are_averaged_for_either_sign() -> None:
    values, errors = [-2.0, -1.0, 0.0, 1.0, 3.0], [1.0, 2.0, 9.0, -4.0, -6.0]
    drawn: Any = plots.errors_by_sign(axes(), values, errors)
    positive, negative = (line.get_xydata().tolist() for line in drawn.get_lines())
    assert positive == [[1, -4], [3, -6]] and negative == [[-2, 1], [-1, 2]]
    means = [collection.get_segments()[0].tolist() for collection in drawn.collections]
    assert means == [[[1, -5], [3, -5]], [[-2, 1.5], [-1, 1.5]]]


def test_probabilities_are_those_of_the_logits() -> None:
    drawn: Any = plots.class_probabilities(axes(), np.log([1.0, 2.0, 5.0]) + 1000, 1, 2)
    heights = [bar.get_height() for bar in drawn.patches]
    np.testing.assert_allclose(heights, [1 / 8, 2 / 8, 5 / 8, 2 / 8, 5 / 8])
    assert [text.get_text() for text in drawn.get_legend().get_texts()] == ["label", "answer"]
    right: Any = plots.class_probabilities(axes(), [0.0, 1.0], 1, 1)
    assert len(right.patches) == 3


def test_what_agrees_lies_on_the_diagonal_and_later_dots_are_smaller() -> None:
    pairs: dict[str, tuple[Any, Any]] = {"a": ([1.0, 2.0], [1.0, 4.0]), "b": ([[0.5]], [[-3.0]])}
    drawn: Any = plots.agreement(axes(), pairs)
    first, second = (lines(drawn)[name].tolist() for name in pairs)
    assert first == [[1, 1], [2, 4]] and second == [[0.5, -3]]
    sizes = [line.get_markersize() for line in drawn.get_lines() if line.get_marker() == "."]
    assert sizes[0] > sizes[1]
    assert drawn.get_xlim() == drawn.get_ylim() == pytest.approx((-4.2, 4.2))
    with pytest.raises(ValueError, match="'a' has the shapes"):
        plots.agreement(axes(), {"a": ([1.0], [1.0, 2.0])})
