"""Rasters, potentials and rates: the data of what is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from brian2 import ms, second

from tests.training.plots.axes import axes, lines, texts
from training.plots import (
    couple_in_slow_motion,
    distance,
    impulses,
    levels,
    raster,
    rate_histogram,
    rates_over_time,
    sawtooth,
    trace,
)


def test_spikes_of_both_signs_are_where_they_were_fired() -> None:
    drawn: Any = raster(axes(), [0, 2, 2], [4, 0, 1], [1, -1, 1], count=6, total_steps=5)
    assert lines(drawn)["+1"].tolist() == [[1, 4], [3, 1]]
    assert lines(drawn)["−1"].tolist() == [[3, 0]]
    assert drawn.get_xlim() == (0, 6) and drawn.get_ylim() == (-1, 6)


def test_a_raster_without_signs_or_spikes() -> None:
    assert list(lines(raster(axes(), [1], [0]))) == ["+1"]
    silent: Any = raster(axes(), [], [], count=3, total_steps=10)
    assert lines(silent)["+1"].size == 0 and silent.get_xlim() == (0, 11)


@pytest.mark.parametrize(
    ("signs", "said"), [([1, 0], "neither"), ([1], "one of each"), ([1, 2], "neither")]
)
def test_rasters_of_other_signs_are_refused(signs: list[int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        raster(axes(), [0, 1], [0, 1], signs)


@pytest.mark.parametrize(
    ("steps", "neurons", "said"),
    [
        ([0, 5], [0, 1], "spike of step 5, and steps are numbered from 0 to 4: .* larger total_st"),
        ([0, 1], [3, 2], "spike of neuron 3, and neurons are numbered from 0 to 2: .* larger coun"),
        ([0, 1], [-1, 2], "spike of neuron -1, and neurons are numbered from 0 to 2"),
        ([-2, 1], [0, 2], "spike of step -2, and steps are numbered from 0 to 4"),
    ],
)
def test_spikes_outside_of_the_axes_are_refused(
    steps: list[int], neurons: list[int], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        raster(axes(), steps, neurons, count=3, total_steps=5)
    raster(axes(), [4], [2], count=3, total_steps=5)  # the last ones


def test_times_of_a_monitor_are_steps_once_they_are_divided() -> None:
    times = np.array([0, 1, 3, 7]) * 0.001 * second
    drawn: Any = raster(axes(), times / ms, [0, 1, 2, 3])
    assert lines(drawn)["+1"].tolist() == [[1, 0], [2, 1], [4, 2], [8, 3]]
    for draw in (raster, impulses):
        with pytest.raises(ValueError, match=r"the step 0\.001 .* use spikes\.t/ms"):
            draw(axes(), times, [0, 1, 1, 1])
        with pytest.raises(ValueError, match=r"the step nan .* use spikes\.t/ms"):
            draw(axes(), [np.nan], [1])


def test_a_sawtooth_has_both_potentials_of_every_step() -> None:
    time, potential = sawtooth([0.75, 1.5], [0.75, -0.5])
    assert time.tolist() == [0, 1, 1, 2, 2]
    assert potential.tolist() == [0, 0.75, 0.75, 1.5, -0.5]
    drawn: Any = trace(axes(), [0.75, 1.5], [0.75, -0.5], label="neuron")
    np.testing.assert_array_equal(lines(drawn)["neuron"][:, 1], potential)
    assert drawn.get_xlim() == (0, 2)
    with pytest.raises(ValueError, match="shapes"):
        sawtooth([1.0], [1.0, 2.0])


def test_levels_are_named() -> None:
    drawn: Any = levels(axes(), {"$V_{th}$": 1.0, "$u_{rest}$": -1.0})
    assert texts(drawn) == ["$V_{th}$", "$u_{rest}$"]
    assert [line.get_ydata()[0] for line in drawn.get_lines()] == [1.0, -1.0]


def test_rates_and_their_fixed_point() -> None:
    rates = np.array([[0.0, 1.0], [0.5, 0.5], [0.25, 0.75]])
    drawn: Any = rates_over_time(axes(), rates, [0.3, 0.7], symbol=r"\beta")
    curves = [line.get_xydata().tolist() for line in drawn.get_lines()]
    assert curves == [[[1, 0], [2, 0.5], [3, 0.25]], [[1, 1], [2, 0.5], [3, 0.75]]]
    (target,) = drawn.collections
    assert target.get_label() == r"$\beta^*$"
    assert [segment[0, 1] for segment in target.get_segments()] == [0.3, 0.7]
    with pytest.raises(ValueError, match="fixed point"):
        rates_over_time(axes(), rates, [0.3])


def test_distances_of_samples_and_their_mean() -> None:
    error = np.array([[0.5, 0.25], [0.125, 0.125]])
    drawn: Any = distance(axes(), [2, 8], {"layer1": error, "layer2": [0.5, 0.25]})
    assert lines(drawn)["layer1"].tolist() == [[2, 0.375], [8, 0.125]]
    assert lines(drawn)["layer2"].tolist() == [[2, 0.5], [8, 0.25]]
    assert lines(drawn)[r"$\propto 1/T_F$"].tolist() == [[2, 0.375], [8, 0.09375]]
    assert drawn.get_xscale() == drawn.get_yscale() == "log"
    with pytest.raises(ValueError, match="not positive"):
        distance(axes(), [2, 8], {"layer1": [0.1, 0.0]})


def test_histograms_count_every_neuron_and_hide_none() -> None:
    rates = {"layer1": np.zeros((2, 3)), "layer2": np.array([-1.0, 0.0, 1.0, 1.0])}
    drawn: Any = rate_histogram(axes(), rates, bins=4)
    first, second = drawn.patches
    assert first.get_data().values.sum() == pytest.approx(100)
    assert second.get_data().values.tolist() == [25, 0, 25, 50]
    assert second.get_data().edges.tolist() == [-1, -0.5, 0, 0.5, 1]
    assert first.get_linewidth() > second.get_linewidth()  # drawn first, seen on both sides
    assert first.get_edgecolor() != second.get_edgecolor()


def test_a_couple_in_slow_motion() -> None:
    first = [[0.5, 0.5, 0.5], [1.0, 1.0, -1.0], [-0.5, -0.5, -0.5]]
    second = [[-0.5, -0.5, -0.5], [-1.0, 1.0, 1.0], [0.5, 0.5, 0.5]]
    drawn: Any = couple_in_slow_motion(axes(), [first, second], 2, 1.0, -1.0)
    one, two = (line.get_xydata().tolist() for line in drawn.get_lines()[:2])
    assert one == [*[[0, 0], [1, 0.5], [2, 1], [3, 1], [3, 1], [4, 1], [4, -1], [5, -1], [6, -0.5]]]
    assert two[2:8] == [[2, -1], [3, -1], [3, 1], [4, 1], [4, 1], [5, 1]]
    names = [tick.get_text() for tick in drawn.get_xticklabels()]
    assert names == ["0", "1", "integrate", "synapse", "reset", "2", "3"]
    with pytest.raises(ValueError, match="does not fire in step 1"):
        couple_in_slow_motion(axes(), [first, second], 1, 1.0, -1.0)
    with pytest.raises(ValueError, match="shape"):
        couple_in_slow_motion(axes(), first, 1, 1.0, -1.0)
