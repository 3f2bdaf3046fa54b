"""Sweep lines and heat maps: means, spread, and points without a value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.training.plots.axes import axes, lines, texts
from training.plots import sweep_heat_map, sweep_lines, sweep_points


def results() -> xr.DataArray:
    """Errors of 2 resting potentials, 3 lengths of stage 2 and 2 seeds, of which some failed."""
    values = np.array(
        [
            [[4.0, 6.0], [2.0, 4.0], [1.0, np.nan]],
            [[8.0, 8.0], [6.0, 2.0], [np.nan, np.nan]],
        ]
    )
    return xr.DataArray(
        values,
        dims=("v_rest_backward", "backward_steps", "seed"),
        coords={"v_rest_backward": [-0.5, 0.0], "backward_steps": [10, 100, 1000], "seed": [0, 1]},
        name="test_error",
        attrs={"long_name": "test error", "units": "%"},
    )


def test_lines_are_means_and_bands_their_standard_deviation() -> None:
    drawn: Any = sweep_lines(axes(), results(), "backward_steps", "v_rest_backward")
    ours, other = lines(drawn).values()
    assert list(lines(drawn)) == ["v_rest_backward = -0.5", "v_rest_backward = 0.0"]
    assert ours[:, 1].tolist() == [5, 3, 1]
    assert other[:, 1].tolist() == [8, 4]  # where every seed failed there is no mean
    assert np.all(ours[:2, 0] < other[:, 0])  # beside each other, not behind
    np.testing.assert_allclose(drawn.get_xticks(), [1, 2, 3])  # logarithms
    assert [tick.get_text() for tick in drawn.get_xticklabels()] == ["10", "100", "1000"]
    assert drawn.get_ylabel() == "test error (%)" and drawn.get_yscale() == "log"
    band = drawn.collections[0].get_paths()[0].vertices[:, 1]
    assert {round(float(y), 6) for y in band} == {
        round(5 + sign * 2**0.5, 6) for sign in (-1, 1)
    } | {round(3 + sign * 2**0.5, 6) for sign in (-1, 1)}


def test_every_point_is_drawn() -> None:
    drawn: Any = sweep_lines(axes(), results(), "backward_steps", "v_rest_backward")
    dots = [line.get_ydata() for line in drawn.get_lines() if line.get_marker() == "."]
    shown = np.concatenate(dots)
    wanted = results().values.ravel()
    assert sorted(shown[np.isfinite(shown)]) == sorted(wanted[np.isfinite(wanted)])


def test_numbers_that_were_added_later_stand_in_their_order() -> None:
    later = results().isel(backward_steps=[1, 0, 2])
    drawn: Any = sweep_lines(axes(), later, "backward_steps", "v_rest_backward")
    assert next(iter(lines(drawn).values()))[:, 1].tolist() == [5, 3, 1]
    assert [tick.get_text() for tick in drawn.get_xticklabels()] == ["10", "100", "1000"]
    both = later.isel(v_rest_backward=[1, 0])
    drawn = sweep_heat_map(axes(), both, "v_rest_backward", "backward_steps")
    assert [tick.get_text() for tick in drawn.get_xticklabels()] == ["-0.5", "0"]
    shown = np.ma.filled(drawn.images[0].get_array(), np.nan)
    np.testing.assert_array_equal(shown, [[5, 8], [3, 4], [1, np.nan]])


def test_names_and_single_points_need_no_seeds() -> None:
    named: Any = xr.DataArray(
        [2.0, 3.0], dims="case", coords={"case": ["ours", "w/o B"]}, name="error"
    )
    drawn: Any = sweep_lines(axes(), named, "case", log=False)
    assert [tick.get_text() for tick in drawn.get_xticklabels()] == ["ours", "w/o B"]
    assert drawn.get_lines()[0].get_ydata().tolist() == [2, 3]
    assert drawn.get_yscale() == "linear" and drawn.get_ylabel() == "error"


def test_heat_maps_write_mean_and_spread() -> None:
    drawn: Any = sweep_heat_map(axes(), results(), "backward_steps", "v_rest_backward")
    shown = np.ma.filled(drawn.images[0].get_array(), np.nan)
    np.testing.assert_array_equal(shown, [[5, 3, 1], [8, 4, np.nan]])
    assert texts(drawn) == ["5\n± 1", "3\n± 1", "1", "8\n± 0", "4\n± 3", "none"]
    assert [tick.get_text() for tick in drawn.get_yticklabels()] == ["-0.5", "0"]


def test_heat_maps_that_are_compared_have_one_scale() -> None:
    drawn: Any = sweep_heat_map(
        axes(), results(), "backward_steps", "v_rest_backward", limits=(1, 100), log=True
    )
    assert drawn.images[0].get_clim() == (1, 100)
    assert drawn.images[0].norm(10) == pytest.approx(0.5)
    assert {text.get_color() for text in drawn.texts[:3]} == {"white"}  # 5, 3 and 1 are dark


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_heat_maps_without_a_value_above_zero_have_no_logarithms(value: float) -> None:
    """Nothing has finished yet, or there are no errors."""
    given = results().copy(data=np.full((2, 3, 2), value))
    drawn = sweep_heat_map(axes(), given, "backward_steps", "v_rest_backward", log=True)
    assert texts(drawn) == ["none" if np.isnan(value) else "0\n± 0"] * 6
    drawn.figure.canvas.draw()


def test_dimensions_that_are_missing_or_left_over_are_refused() -> None:
    curves = results().expand_dims(epoch=[1.0, 2.0])
    with pytest.raises(ValueError, match=r"2 values of 'epoch'.*isel\(epoch=0\), or .*final_acc"):
        sweep_lines(axes(), curves, "backward_steps", "v_rest_backward")
    sweep_lines(axes(), curves.isel(epoch=0), "backward_steps", "v_rest_backward")
    layers = results().expand_dims(layer=["layer1", "layer2"])
    with pytest.raises(ValueError, match=r"2 values of 'layer'.*isel\(layer=0\)$"):
        sweep_lines(axes(), layers, "backward_steps", "v_rest_backward")
    with pytest.raises(ValueError, match="no dimension 'forward_steps'"):
        sweep_heat_map(axes(), results(), "forward_steps", "v_rest_backward")


def drawn_rates() -> xr.DataArray:
    """Errors of 3 learning rates that were drawn, with 2 seeds, of which some failed."""
    return xr.DataArray(
        [[4.0, 6.0], [2.0, np.nan], [np.nan, np.nan]],
        dims=("point", "seed"),
        coords={
            "learning_rate": ("point", [0.3, 0.01, 0.1]),
            "case": ("point", ["ours", "ours", "w/o B"]),
        },
        name="error",
    )


def test_points_of_a_random_sweep_stand_where_they_were_drawn() -> None:
    shown: Any = sweep_points(axes(), drawn_rates(), "learning_rate")
    means = [line.get_xydata() for line in shown.get_lines() if line.get_marker() == "o"]
    assert np.concatenate(means).tolist() == [[0.3, 5.0], [0.01, 2.0]]
    (repeated,) = [line.get_xydata() for line in shown.get_lines() if line.get_marker() == "."]
    assert repeated.tolist() == [[0.3, 4.0], [0.3, 6.0]]
    assert shown.get_xlabel() == "learning_rate" and shown.get_yscale() == "log"


def test_points_need_numbers_along_them() -> None:
    with pytest.raises(ValueError, match="no coordinate 'loss_scale'"):
        sweep_points(axes(), drawn_rates(), "loss_scale")
    with pytest.raises(ValueError, match="'case' are no numbers"):
        sweep_points(axes(), drawn_rates(), "case")
    with pytest.raises(ValueError, match="no dimension 'point'"):
        sweep_points(axes(), results(), "backward_steps")
