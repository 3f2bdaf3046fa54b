"""Accuracies, rates and gradients of several trainings side by side, as in the paper's figures.

Each function draws one panel. A case (a method, a choice of resting potentials) has one colour and
one dash, the same in every panel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from training.plots.curves import Curve
from training.plots.series import DASHES, epoch_axis, log_axis, staggered
from training.plots.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKERS = ("", "o", "s", "^")


def accuracies_by_case(
    axes: Axes, epochs: ArrayLike, cases: Mapping[str, ArrayLike], quantity: str = "accuracy"
) -> Axes:
    """Draw accuracies over epochs (Figures 3 to 5).

    Parameters
    ----------
    axes : Axes
    epochs : array, shape (epochs,)
    cases : dict of array, shape (epochs,) or (seeds, epochs)
        Accuracies in [0, 1], by case; every seed has a line.
    quantity : str
        What kind of accuracy.
    """
    places = np.asarray(epochs, float)
    for number, (case, values) in enumerate(cases.items()):
        for seed, course in enumerate(100 * np.atleast_2d(np.asarray(values, float))):
            axes.plot(
                places, course, DASHES[number % len(DASHES)], marker=".",
                color=COLOURS[number % len(COLOURS)], label=None if seed else case,
            )  # fmt: skip
    axes.set(ylabel=f"{quantity} (%)")
    epoch_axis(axes, float(places.max()), float(places.min()))
    return axes


def rates_by_stage(
    axes: Axes, epochs: ArrayLike, rates: Mapping[str, Mapping[str, ArrayLike]]
) -> Axes:
    """Draw firing rates over epochs: a colour for each network, a dash for each stage (Figure 2).

    Parameters
    ----------
    axes : Axes
    epochs : array, shape (epochs,)
    rates : dict of dict of array, shape (epochs,)
        Share of neurons that fire per step, as a mean over the layers, by what it was trained
        with, such as T_B, and stage.
    """
    places = np.asarray(epochs, float)
    for number, (name, stages) in enumerate(rates.items()):
        color = COLOURS[number % len(COLOURS)]
        marker = MARKERS[number // len(COLOURS) % len(MARKERS)]
        for dash, (stage, values) in zip(DASHES, stages.items(), strict=False):  # two stages
            axes.plot(
                places, 100 * np.asarray(values, float), dash, color=color, marker=marker,
                markersize=3, label=f"{name}, {stage}",
            )  # fmt: skip
    axes.set(ylabel="neurons that fire in a step (%), mean of the layers", ylim=(0, None))
    epoch_axis(axes, float(places.max()), float(places.min()))
    axes.legend(fontsize="x-small", ncols=2)
    return axes


def accuracies_over(
    axes: Axes,
    courses: Mapping[str, tuple[ArrayLike, ArrayLike]],
    quantity: str,
    *,
    legend: bool = True,
) -> Axes:
    """Draw test accuracies over what they cost, seconds or steps, on a logarithmic axis.

    Parameters
    ----------
    axes : Axes
    courses : dict of (array, array), shape (epochs,)
        What is spent, and accuracies in [0, 1], by method.
    quantity : str
        What is spent, with its unit.
    legend : bool
    """
    for line, (case, (spent, accuracies)) in zip(
        staggered(len(courses)), courses.items(), strict=True
    ):
        axes.plot(
            np.asarray(spent), 100 * np.asarray(accuracies, float), line.dash, marker=".",
            color=line.color, label=case,
        )  # fmt: skip
    log_axis(
        axes, np.concatenate([np.asarray(each, float) for each, _ in courses.values()]),
        horizontal=True,
    )  # fmt: skip
    axes.set(xlabel=quantity, ylabel="test accuracy (%)")
    # Beside the axes: many lines leave no room inside.
    if legend:
        axes.legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1, 0.5), handlelength=3)
    return axes


def errors_over_steps(axes: Axes, courses: Mapping[str, Curve], quantity: str) -> Axes:
    """Draw how far gradients are from exact ones over T_B, both axes logarithmic.

    Parameters
    ----------
    axes : Axes
    courses : dict of Curve
        T_B in place of epochs, and errors, by method; of one that is NaN there is no point.
    quantity : str
        What kind of error.
    """
    for number, (method, course) in enumerate(courses.items()):
        axes.plot(
            np.asarray(course.epochs), np.asarray(course.values), DASHES[number % len(DASHES)],
            marker=".", color=COLOURS[number % len(COLOURS)], label=method, clip_on=False,
            zorder=3 - number / len(courses),
        )  # fmt: skip
    axes.set(xlabel="$T_B$ (steps)", ylabel=quantity)
    steps = np.concatenate([np.asarray(each.epochs, float) for each in courses.values()])
    log_axis(axes, steps, horizontal=True)
    errors = np.concatenate([np.asarray(each.values, float) for each in courses.values()])
    log_axis(axes, errors)
    return axes


def same_heights(panels: Sequence[Axes]) -> None:
    """Give all panels the vertical axis that shows the lines of each: they are compared."""
    low = min(axes.dataLim.y0 for axes in panels)
    high = max(axes.dataLim.y1 for axes in panels)
    margin = 0.05 * (high - low)
    for axes in panels:
        axes.set_ylim(low - margin, high + margin)
