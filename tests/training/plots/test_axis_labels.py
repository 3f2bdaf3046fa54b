"""What stands at the axes of every picture: a quantity and, where it has one, its unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.training.plots.axes import axes
from training import plots
from training.plots.courses import (
    accuracies_by_case,
    accuracies_over,
    errors_over_steps,
    rates_by_stage,
)

CURVE = plots.Curve([1, 2], [0.5, 0.75])

MOTION = [
    [[0.5, 0.5, 0.5], [1.0, 1.0, -1.0], [-0.5, -0.5, -0.5]],
    [[-0.5, -0.5, -0.5], [-1.0, 1.0, 1.0], [0.5, 0.5, 0.5]],
]

RESULTS = xr.DataArray(
    np.array([[4.0, 2.0, 1.0], [8.0, 6.0, 5.0]]),
    dims=("v_rest_backward", "backward_steps"),
    coords={"v_rest_backward": [-0.5, 0.0], "backward_steps": [10, 100, 1000]},
    attrs={"long_name": "test error", "units": "%"},
)

RATE, WRONG = r"average rate $\alpha[t]$", "images classified wrongly (%)"
STEPS, U = "time (steps)", "potential $u$"

LABELS: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "raster": (lambda a: plots.raster(a, [0], [1]), STEPS, "neuron"),
    "trace": (lambda a: plots.trace(a, [0.5], [0.5]), STEPS, U),
    "rates_over_time": (lambda a: plots.rates_over_time(a, [[0.5]]), "time $t$ (steps)", RATE),
    "rate_histogram": (
        lambda a: plots.rate_histogram(a, {"layer1": [0.5]}),
        "average rate",
        "neurons (%)",
    ),
    "distance": (lambda a: plots.distance(a, [2], {"layer1": [0.5]}), "steps $T_F$", "distance"),
    "couple_in_slow_motion": (
        lambda a: plots.couple_in_slow_motion(a, MOTION, 2, 1.0, -1.0),
        "time (steps; step 2 is stretched)",
        U,
    ),
    "confusion_matrix": (
        lambda a: plots.confusion_matrix(a, [[2, 1], [0, 3]]),
        "taken for",
        "label",
    ),
    "gradient_against_exact": (
        lambda a: plots.gradient_against_exact(a, [1.0], [2.0]),
        "exact gradient",
        "gradient from spikes",
    ),
    "class_probabilities": (
        lambda a: plots.class_probabilities(a, [0.0, 1.0], 1, 1),
        "class",
        "probability",
    ),
    "error_curves": (lambda a: plots.error_curves(a, CURVE, CURVE), "epoch", WRONG),
    "loss_curves": (lambda a: plots.loss_curves(a, CURVE, CURVE), "epoch", "cross-entropy"),
    "errors_of_runs": (lambda a: plots.errors_of_runs(a, {"a": CURVE}), "epoch", f"test {WRONG}"),
    "firing_rate_curves": (
        lambda a: plots.firing_rate_curves(a, {"layer1": CURVE}),
        "epoch",
        "neurons that fire in a step (%)",
    ),
    "sweep_lines": (
        lambda a: plots.sweep_lines(a, RESULTS, "backward_steps", "v_rest_backward"),
        "backward_steps",
        "test error (%)",
    ),
    "sweep_points": (
        lambda a: plots.sweep_points(
            a,
            RESULTS[0]
            .rename(backward_steps="point")
            .rename("error")
            .assign_coords(backward_steps=("point", [10, 100, 1000])),
            "backward_steps",
        ),
        "backward_steps",
        "test error (%)",
    ),
    "sweep_heat_map": (
        lambda a: plots.sweep_heat_map(a, RESULTS, "backward_steps", "v_rest_backward"),
        "backward_steps",
        "v_rest_backward",
    ),
    "accuracies_by_case": (
        lambda a: accuracies_by_case(a, [1, 2], {"ours": [0.5, 0.6]}),
        "epoch",
        "accuracy (%)",
    ),
    "rates_by_stage": (
        lambda a: rates_by_stage(a, [1], {"one": {"forward": [0.1]}}),
        "epoch",
        "neurons that fire in a step (%), mean of the layers",
    ),
    "accuracies_over": (
        lambda a: accuracies_over(a, {"SPIDE": ([3, 6], [0.5, 0.75])}, "seconds"),
        "seconds",
        "test accuracy (%)",
    ),
    "errors_over_steps": (
        lambda a: errors_over_steps(a, {"SPIDE": CURVE}, "angle (degrees)"),
        "$T_B$ (steps)",
        "angle (degrees)",
    ),
}

COLOUR_BARS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "kernels": (lambda a: plots.kernels(a, [[0.5, 1.0]]), "weight"),
    "rate_maps": (lambda a: plots.rate_maps(a, [0.5], r"\beta"), r"$\beta$"),
    "sweep_heat_map": (LABELS["sweep_heat_map"][0], "test error (%)"),
}

ELSEWHERE = {
    *("Curve", "panels", "styled", "use_style", "sawtooth"),  # draw nothing
    *("examples", "kernels", "rate_maps"),  # images: no axes, but colour bars
    *("agreement", "bars", "grouped_bars", "power_law"),  # quantities of the caller
    *("bundle", "errors_by_sign", "impulses", "levels", "lines", "staircase"),
}
"""What has no labels of its own."""


@pytest.mark.parametrize("name", LABELS)
def test_both_axes_say_what_is_drawn(name: str) -> None:
    draw, x, y = LABELS[name]
    drawn = draw(axes())
    assert (drawn.get_xlabel(), drawn.get_ylabel()) == (x, y)


@pytest.mark.parametrize("name", COLOUR_BARS)
def test_colour_bars_say_what_the_colours_are(name: str) -> None:
    draw, label = COLOUR_BARS[name]
    bar = draw(axes()).figure.axes[-1]
    assert bar.get_ylabel() == label


def test_every_picture_is_in_the_table() -> None:
    assert set(plots.__all__) <= {*LABELS, *ELSEWHERE}
