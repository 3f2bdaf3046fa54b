"""Sweeps: results over a field of the recipe, with the spread over seeds.

The results are arrays of xarray whose dimensions are fields of the recipe, ``seed`` and perhaps
``epoch`` or ``evaluation``; what a point does not have is NaN, because it failed, is missing, or
ended before. What each has in the end is ``final_accuracy``; of a curve, select an epoch before
drawing: ``.isel(epoch=0)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.plots.series import STEPS, log_axis, staggered
from training.plots.style import POSITIVE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from xarray import DataArray

POINT, SEED = "point", "seed"
CURVES = ("epoch", "evaluation")
"""Dimensions along which points may have different lengths."""


def sweep_lines(
    axes: Axes,
    results: DataArray,
    x: str,
    lines: str | None = None,
    *,
    over: str = SEED,
    log: bool = True,
) -> Axes:
    """Draw means over `x`, one line for each value of `lines`, with every point behind them.

    The band is one standard deviation to either side; where there are fewer than two points, there
    is none. Series stand a little beside each other, so that none hides another.

    Parameters
    ----------
    axes : Axes
    results : DataArray
        With the dimensions `x`, `lines` and `over`; others must have one value only.
    x, lines : str
        Fields of the recipe.
    over : str
        Dimension of the repetitions, which may be missing.
    log : bool
        Whether the vertical axis is logarithmic, as is good for errors.

    Raises
    ------
    ValueError
        If a dimension is missing, or one with several values is left over.
    """
    kept = [x] if lines is None else [x, lines]
    values = _in_order(_reduced(results, [*kept, over], optional=over), x)
    names = [None] if lines is None else values[lines].values.tolist()
    places, labels = _places(values[x].values)
    drawn: list[float] = []
    width = 0.02 * (max(places) - min(places) or 1)
    for number, (line, name) in enumerate(zip(staggered(len(names)), names, strict=True)):
        series = values if name is None else values.sel({lines: name})
        points = series.transpose(x, over).values.astype(float)
        shifted = np.asarray(places) + width * (number - (len(names) - 1) / 2)
        counted = np.isfinite(points).sum(axis=1)
        shown = counted > 0
        mean = np.array(
            [np.nanmean(row) if any_ else np.nan for row, any_ in zip(points, shown, strict=True)]
        )
        spread = np.array(
            [
                np.nanstd(row, ddof=1) if n > 1 else np.nan
                for row, n in zip(points, counted, strict=True)
            ]
        )
        label = None if name is None else f"{lines} = {name}"
        axes.plot(
            shifted[shown], mean[shown], line.dash, marker="o", color=line.color, markersize=5,
            label=label,
        )  # fmt: skip
        axes.fill_between(
            shifted, mean - spread, mean + spread, color=line.color, alpha=0.15, linewidth=0
        )
        edges = mean - spread
        drawn += [*points[np.isfinite(points)], *edges[edges > 0]]
        for column in points.T:
            axes.plot(shifted, column, ".", color=line.color, markersize=3, alpha=0.6)
    axes.set_xticks(places, labels)
    axes.set(xlabel=x, ylabel=_label(results))
    if log:
        log_axis(axes, drawn)
    if lines is not None:
        axes.legend()
    return axes


def sweep_points(axes: Axes, results: DataArray, x: str, *, over: str = SEED) -> Axes:
    """Draw every point of a random or listed sweep over what was drawn, on a logarithmic axis.

    Repetitions are small dots, joined by a line, and their mean is a large one.

    Parameters
    ----------
    axes : Axes
    results : DataArray
        With the dimensions ``point`` and `over`; others must have one value only.
    x : str
        A coordinate along ``point``, whose values are numbers.
    over : str
        Dimension of the repetitions, which may be missing.

    Raises
    ------
    ValueError
        If a dimension or the coordinate is missing, one with several values is left over, or the
        values of `x` are no numbers.
    """
    values = _reduced(results, [POINT, over], optional=over).transpose(POINT, over)
    if x not in values.coords or values[x].dims != (POINT,):
        raise ValueError(f"the results have no coordinate '{x}' along their points")
    if not np.issubdtype(values[x].dtype, np.number):
        raise ValueError(f"the values of '{x}' are no numbers: draw them with sweep_lines")
    points, places = values.values.astype(float), values[x].values.astype(float)
    drawn = points[np.isfinite(points)].tolist()
    for place, repetitions in zip(places, points, strict=True):
        found = repetitions[np.isfinite(repetitions)]
        if len(found) > 1:
            axes.plot(np.full(len(found), place), found, ".-", color=QUIET, markersize=4, zorder=1)
        if len(found):
            axes.plot(place, found.mean(), "o", color=POSITIVE, markersize=5)
    axes.set(xlabel=x, ylabel=_label(results))
    log_axis(axes, drawn)
    return axes


def sweep_heat_map(
    axes: Axes,
    results: DataArray,
    x: str,
    y: str,
    *,
    over: str = SEED,
    limits: tuple[float, float] | None = None,
    log: bool = False,
) -> Axes:
    """Draw means as colours over two fields of the recipe, and write them with their spread.

    Where no point has a value, ``none`` is written.

    Parameters
    ----------
    axes : Axes
    results : DataArray
        With the dimensions `x`, `y` and `over`; others must have one value only.
    x, y : str
        Fields of the recipe.
    over : str
        Dimension of the repetitions, which may be missing.
    limits : tuple of float, optional
        Values of the darkest and the brightest colour, for maps that are compared.
    log : bool
        Whether colours are those of logarithms, as is good for errors that differ much.

    Raises
    ------
    ValueError
        If a dimension is missing, or one with several values is left over.
    """
    from matplotlib.colors import LogNorm, Normalize

    values = _reduced(results, [x, y, over], optional=over).transpose(y, x, over)
    values = _in_order(_in_order(values, x), y)
    points = values.values.astype(float)
    counted = np.isfinite(points).sum(axis=2)
    sums = np.where(np.isfinite(points), points, 0).sum(axis=2)
    mean = np.where(counted > 0, sums / np.maximum(counted, 1), np.nan)
    log = log and bool((mean > 0).any() or limits)  # of nothing, or of zeros, there is none
    norm = (LogNorm if log else Normalize)(*(limits or (None, None)))
    image = axes.imshow(mean, aspect="auto", origin="lower", norm=norm)
    for (row, column), value in np.ndenumerate(mean):
        if np.isnan(value):
            text = "none"
        elif counted[row, column] > 1:
            spread = np.nanstd(points[row, column], ddof=1)
            text = f"{value:.3g}\n± {spread:.{1 if spread < 9.5 else 2}g}"
        else:
            text = f"{value:.3g}"
        dark = not np.isnan(value) and norm(value) < 0.5
        axes.text(
            column, row, text, ha="center", va="center", fontsize="small",
            color="white" if dark else "black",
        )  # fmt: skip
    axes.set_xticks(range(values.sizes[x]), [_shown(each) for each in values[x].values])
    axes.set_yticks(range(values.sizes[y]), [_shown(each) for each in values[y].values])
    axes.set(xlabel=x, ylabel=y)
    bar = axes.figure.colorbar(image, ax=axes, label=_label(results))
    if log:
        low, high = image.get_clim()
        powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        ticks = [step * power for power in powers for step in STEPS if low <= step * power <= high]
        bar.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
        bar.minorticks_off()
    return axes


def _reduced(results: DataArray, kept: list[str], optional: str) -> DataArray:
    """The results with just these dimensions."""
    if optional not in results.dims:
        results = results.expand_dims(optional)
    for name in kept:
        if name not in results.dims:
            listed = ", ".join(map(str, results.dims))
            raise ValueError(f"the results have no dimension '{name}': they have {listed}")
    for left, size in results.sizes.items():
        if left not in kept and size > 1:
            # The last place of a curve is not the end of a point that ended before the others.
            other = ", or draw what each has in the end, final_accuracy" if left in CURVES else ""
            raise ValueError(
                f"the results have {size} values of '{left}': choose one, for example with "
                f".isel({left}=0){other}"
            )
    return results.squeeze([name for name in results.dims if name not in kept])


def _in_order(values: DataArray, name: str) -> DataArray:
    """With the numbers of a dimension in their order; names stay in that of the sweep."""
    return values.sortby(name) if np.issubdtype(values[name].dtype, np.number) else values


def _places(values: np.ndarray) -> tuple[list[float], list[str]]:
    """Where values stand on an axis: numbers that span much by their logarithm, names in order."""
    labels = [_shown(value) for value in values]
    if not np.issubdtype(values.dtype, np.number):
        return [float(place) for place in range(len(values))], labels
    numbers = values.astype(float)
    if (numbers > 0).all() and numbers.max() >= 5 * numbers.min():
        return [float(each) for each in np.log10(numbers)], labels
    return [float(each) for each in numbers], labels


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, (float, np.floating)) else str(value)


def _label(results: DataArray) -> str:
    """What the attributes or the name say."""
    label = str(results.attrs.get("long_name", results.name or ""))
    units = results.attrs.get("units")
    return f"{label} ({units})" if units else label
