"""Measured times and rates: bars beside each other, and power laws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from training.plots.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def bars(
    axes: Axes, values: Mapping[str, float], shown: Callable[[float], str] = "{:.3g}".format
) -> Axes:
    """Draw bars on a logarithmic axis, the first one in the colour of ours, with their numbers.

    Parameters
    ----------
    axes : Axes
    values : dict of float
        Positive, by name, from top to bottom.
    shown : callable
        How a number is written.
    """
    places = range(len(values))
    numbers = list(values.values())
    axes.barh(places, numbers, color=[COLOURS[0]] + [".7"] * (len(numbers) - 1))
    for place, number in zip(places, numbers, strict=True):
        axes.text(number * 1.1, place, shown(number), va="center")
    axes.set_yticks(places, list(values))
    axes.invert_yaxis()
    axes.set(xscale="log", xlim=(min(numbers) / 2, max(numbers) * 4))
    return axes


def grouped_bars(
    axes: Axes,
    names: Sequence[str],
    groups: Mapping[str, Sequence[float]],
    *,
    logarithmic: bool = False,
) -> Axes:
    """Draw several bars for each name, none of which hides another.

    Parameters
    ----------
    axes : Axes
    names : sequence of str
        From top to bottom.
    groups : dict of sequence of float
        A value for each name, by label.
    logarithmic : bool
        Whether the axis is, with the values beside the bars: on a linear one a bar that is a
        thousandth of another is not seen.
    """
    height = 0.8 / len(groups)
    for number, (label, values) in enumerate(groups.items()):
        offset = (number - (len(groups) - 1) / 2) * height
        places = [place + offset for place in range(len(names))]
        drawn = axes.barh(places, values, height, color=COLOURS[number % len(COLOURS)], label=label)
        if logarithmic:
            axes.bar_label(drawn, fmt="{:,.3g}", padding=2, fontsize="x-small")
    if logarithmic:
        positive = [value for values in groups.values() for value in values if value > 0]
        axes.set(xscale="log", xlim=(min(positive) / 3, max(positive) * 8))
    axes.set_yticks(range(len(names)), list(names))
    axes.invert_yaxis()
    axes.legend()
    return axes


def class_probabilities(axes: Axes, logits: ArrayLike, label: int, answer: int) -> Axes:
    """Draw how likely a network finds each class: the label blue, a wrong answer red.

    Parameters
    ----------
    axes : Axes
    logits : array, shape (classes,)
        Of one image.
    label, answer : int
        The class that it has, and the one that it is taken for.
    """
    values = np.asarray(logits, float)
    values = np.exp(values - values.max())
    values /= values.sum()
    places = np.arange(len(values))
    axes.bar(places, values, color=".7")
    for name, place, color in (("label", label, COLOURS[0]), ("answer", answer, COLOURS[1])):
        if name == "label" or answer != label:
            axes.bar(place, values[place], color=color, label=name)
    axes.set(xlabel="class", ylabel="probability", xticks=places, ylim=(0, 1))
    axes.legend()
    return axes


def power_law(axes: Axes, x: Sequence[float], y: Sequence[float]) -> Axes:
    """Draw positive values on logarithmic axes whose ticks are the values themselves.

    Parameters
    ----------
    axes : Axes
    x, y : sequence of float
    """
    axes.loglog(x, y, "o-", color=COLOURS[0])
    axes.minorticks_off()
    ticks = sorted(x)[:: 2 if len(x) > 5 else 1]
    axes.set_xticks(ticks, [f"{value:.2g}" if value < 10 else f"{value:.0f}" for value in ticks])
    heights = np.geomspace(min(y), max(y), 3)
    axes.set_yticks(heights, [f"{height:.2g}" for height in heights])
    return axes
