"""The picture of the benchmark: peers, layer times against bounds, sweeps."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report import Measured
from benchmarks.tables import Section, Table, shown

PICTURE_FILE = "results.png"
OURS, OTHER, LIMIT = "#c44e52", "#8c8c8c", "#4c72b0"
PART_NAMES = {"state update": "update", "thresholds": "threshold", "resets": "reset"}


def draw(folder: Path, sections: Mapping[str, Measured]) -> None:
    """Draw those of the three panels that have been measured; nothing if there is none."""
    panels = [name for name in ("peers", "layers", "sweeps") if name in sections]
    if not panels:
        return
    widths = {"peers": 1.0, "layers": 1.25, "sweeps": 1.25}
    figure = Figure(figsize=(5.2 * sum(widths[name] for name in panels), 7), layout="constrained")
    parts = figure.subfigures(
        1, len(panels), squeeze=False, width_ratios=[widths[name] for name in panels]
    )
    for part, name in zip(parts.flat, panels, strict=True):
        section = sections[name].section
        if name == "peers":
            _peers(part.subplots(), section)
        elif name == "layers":
            _layers(part.subplots(), section.tables[0])
        else:
            tables = [table for table in section.tables if table.name.startswith("Sweep")]
            exponents = section.tables[-1].numbers("exponent")
            for axes, table, exponent in zip(
                part.subplots(2, 2).flat, tables, exponents, strict=True
            ):
                _sweep(axes, table, exponent)
    temporary = folder / f".{os.getpid()}.{PICTURE_FILE}"
    figure.savefig(temporary, dpi=110, format="png")
    temporary.replace(folder / PICTURE_FILE)


def _peers(axes: Axes, section: Section) -> None:
    table = section.tables[0]
    names = [name.replace(", ", ",\n") for name in table.texts("implementation")]
    rates, places = table.numbers("images/s"), range(len(names))
    axes.barh(places, rates, color=[OURS] + [OTHER] * (len(names) - 1))
    for place, rate in zip(places, rates, strict=True):
        axes.text(rate * 1.1, place, shown(rate), va="center")
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(min(rates) / 2, max(rates) * 4)
    axes.set_xlabel("images per second")
    axes.set_title(section.headline, fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)


def _layers(axes: Axes, table: Table) -> None:
    labels = [
        f"{stage}  {layer.replace('layer', 'layer ')}  {PART_NAMES.get(part, part)}"
        for stage, layer, part in zip(
            table.texts("stage"), table.texts("layer"), table.texts("part"), strict=True
        )
    ][:-1]  # the last row is the sum
    times, bounds = table.numbers("ms")[:-1], table.numbers("bound ms")[:-1]
    places = range(len(labels))
    axes.barh([place - 0.2 for place in places], times, 0.4, color=OURS, label="measured")
    axes.barh([place + 0.2 for place in places], bounds, 0.4, color=LIMIT, label="hardware bound")
    axes.set_yticks(places, labels, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("ms, one share on one core")
    axes.set_title("stage, layer, part", fontsize=10)
    axes.legend(loc="lower right", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _sweep(axes: Axes, table: Table, exponent: float) -> None:
    name = table.columns[0]
    values, times = table.numbers(name), table.numbers("ms per image")
    if name == "firing rate":
        values, name = [100 * value for value in values], "firing rate %, both stages"
    axes.loglog(values, times, "o-", color=OURS)
    axes.minorticks_off()
    shown = sorted(values)[:: 2 if len(values) > 5 else 1]
    axes.set_xticks(shown, [f"{value:.2g}" if value < 10 else f"{value:.0f}" for value in shown])
    heights = np.geomspace(min(times), max(times), 3)
    axes.set_yticks(heights, [f"{height:.2g}" for height in heights])
    axes.set_xlabel(name)
    axes.set_ylabel("ms per image")
    axes.set_title(f"exponent {exponent:.2f}", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
