"""The paper's figures from the results of our sweeps: which curve belongs into which panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from training.experiments.sweeps import DATA, OURS, STEPS
from training.experiments.trained import mean_course
from training.plots.courses import (
    accuracies_by_case,
    accuracies_over,
    errors_over_steps,
    rates_by_stage,
    same_heights,
)
from training.plots.curves import Curve
from training.plots.style import panels, styled
from training.sweeps.planning.cases import CASE
from training.sweeps.planning.points import SEED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike
    from xarray import DataArray, Dataset

    from training.experiments.gradient_error import Error

SIZE = (5.6, 4.0)
WITH_LEGEND = (7.2, 4.0)
"""The same with names beside the axes."""

CLOSE = 0.02
"""Accuracies that are shown enlarged are no farther from the median."""


def firing_rates(results: Dataset) -> Figure:
    """Figure 2: firing rates of both stages over epochs, means over layers, by T_B and network."""
    stages = {
        name: results[f"firing_rate_{stage}"].mean(("layer", SEED))
        for name, stage in (("stage 1", "forward"), ("stage 2", "backward"))
    }
    rates = {
        f"$T_B$ = {steps}{case.removeprefix(OURS)}": {
            stage: values.sel({CASE: case, STEPS: steps}) for stage, values in stages.items()
        }
        for case in results[CASE].values.tolist()
        for steps in results[STEPS].values.tolist()
    }
    with styled():
        figure, (axes,) = panels(1, 1, SIZE)
        rates_by_stage(axes, results["epoch"], rates)
    return figure


def ablation_curves(results: Dataset, quantity: str) -> Figure:
    """Figures 3 and 4: accuracy over epochs, by T_B (panels) and resting potentials (lines).

    Parameters
    ----------
    results : Dataset
    quantity : {"training_accuracy", "test_accuracy"}
    """
    choices = results[STEPS].values.tolist()
    shown = results[quantity].mean(SEED)
    with styled():
        figure, axes = panels(1, len(choices), (2.6 * len(choices), 3.0))
        for panel, steps in zip(axes, choices, strict=True):
            at = shown.sel({STEPS: steps})
            accuracies_by_case(panel, results["epoch"], _by_case(at), quantity.replace("_", " "))
            panel.set(title=f"$T_B$ = {steps}")
            panel.label_outer()
        same_heights(axes)
        axes[0].legend()
    return figure


def curves_by_case(results: Dataset) -> Figure:
    """Figure 5: training and test accuracy over epochs, one colour for each method."""
    with styled():
        figure, axes = panels(1, 2, (2 * SIZE[0] * 0.7, SIZE[1]))
        for panel, quantity in zip(axes, ("training_accuracy", "test_accuracy"), strict=True):
            shown = _by_case(results[quantity].mean(SEED))
            accuracies_by_case(panel, results["epoch"], shown, quantity.replace("_", " "))
        axes[0].legend()
    return figure


def accuracy_over_seconds(results: Dataset) -> Figure:
    """Test accuracy over the CPU seconds that the training took, one colour for each method.

    A line ends where the first seed stops.
    """
    means = mean_course(results["evaluation_accuracy"], results["evaluation_cpu_seconds"])
    seconds, accuracies = map(_by_case, means)
    with styled():
        figure, (axes,) = panels(1, 1, WITH_LEGEND)
        courses = {case: (seconds[case], accuracies[case]) for case in seconds}
        accuracies_over(axes, courses, "CPU seconds of training")
    return figure


def accuracy_over_forward_steps(latency: Mapping[str, Mapping[int, float]]) -> Figure:
    """Test accuracy over T_F, of all methods and of those that are close to each other.

    Parameters
    ----------
    latency : dict of dict of float
        Accuracies in [0, 1], by method and T_F.
    """
    courses = {case: (list(by), list(by.values())) for case, by in latency.items()}
    with styled():
        figure, (every, close) = panels(1, 2, (2 * SIZE[0] * 0.75, SIZE[1]))
        accuracies_over(every, courses, "$T_F$ (steps)", legend=False)
        accuracies_over(close, courses, "$T_F$ (steps)")
        _zoom(close, [values for _, values in courses.values()])
    return figure


def _zoom(axes: Axes, accuracies: Sequence[Sequence[float]]) -> None:
    """Show the courses that end near the middle one."""
    ends = np.array([values[-1] for values in accuracies])
    shown = 100 * np.concatenate(
        [
            values[1:]
            for values, end in zip(accuracies, ends, strict=True)
            if abs(end - np.median(ends)) <= CLOSE
        ]
    )
    margin = 0.05 * float(np.ptp(shown)) + 0.05
    axes.set(ylim=(shown.min() - margin, shown.max() + margin), title="enlarged")


def with_and_without(results: Dataset) -> Figure:
    """Validation accuracy over epochs: a panel for each data set, a colour for each case."""
    names = results[DATA].values.tolist()
    with styled():
        figure, axes = panels(1, len(names), (SIZE[0] * 0.7 * len(names), SIZE[1] * 0.8))
        for panel, name in zip(axes, names, strict=True):
            shown = results["test_accuracy"].sel({DATA: name}).transpose(..., SEED, "epoch")
            accuracies_by_case(panel, results["epoch"], _by_case(shown), "validation accuracy")
            panel.set(title=name)
        axes[0].legend()
    return figure


def gradient_angles(errors: Sequence[Error]) -> Figure:
    """Angle and relative error of every method's gradient over T_B."""
    found = dict.fromkeys(error.method for error in errors)
    methods = sorted(found, key=lambda method: not method.startswith("SPIDE"))
    own = {method: [error for error in errors if error.method == method] for method in methods}
    labels = {"angle": "angle to the exact gradient (degrees)", "relative": "relative error"}
    with styled():
        figure, axes = panels(1, 2, (2 * SIZE[0] * 0.7, SIZE[1]))
        for panel, (quantity, label) in zip(axes, labels.items(), strict=True):
            courses = {
                method: Curve([e.steps for e in found], [getattr(e, quantity) for e in found])
                for method, found in own.items()
            }
            errors_over_steps(panel, courses, label)
        axes[0].legend(fontsize="x-small")
    return figure


def _by_case(values: DataArray) -> dict[str, ArrayLike]:
    return {case: values.sel({CASE: case}) for case in values[CASE].values.tolist()}
