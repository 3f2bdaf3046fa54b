"""The picture of the benchmark: peers, layer times against bounds, sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.reporting.report import Measured
from benchmarks.reporting.tables import Section, Table, shown
from training.plots import bars, grouped_bars, power_law, styled
from training.plots.style import as_png
from training.storage.files import write_atomically

PICTURE_FILE = "results.png"
PART_NAMES = {"state update": "update", "thresholds": "threshold", "resets": "reset"}


def draw(folder: Path, sections: Mapping[str, Measured]) -> None:
    """Draw those of the three panels that have been measured; nothing if there is none."""
    panels = [name for name in ("peers", "layers", "sweeps") if name in sections]
    if not panels:
        return
    with styled():
        figure = _figure(panels, sections)
    write_atomically(folder / PICTURE_FILE, as_png(figure, dpi=110))


def _figure(panels: list[str], sections: Mapping[str, Measured]) -> Figure:
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
    return figure


def _peers(axes: Axes, section: Section) -> None:
    table = section.tables[0]
    names = [name.replace(", ", ",\n") for name in table.texts("implementation")]
    bars(axes, dict(zip(names, table.numbers("images/s"), strict=True)), shown)
    axes.set(xlabel="images per second", title=section.headline)


def _layers(axes: Axes, table: Table) -> None:
    labels = [
        f"{stage}  {layer.replace('layer', 'layer ')}  {PART_NAMES.get(part, part)}"
        for stage, layer, part in zip(
            table.texts("stage"), table.texts("layer"), table.texts("part"), strict=True
        )
    ][:-1]  # the last row is the sum
    times, bounds = table.numbers("ms")[:-1], table.numbers("bound ms")[:-1]
    grouped_bars(axes, labels, {"measured": times, "hardware bound": bounds})
    axes.set(xlabel="ms, one share on one core", title="stage, layer, part")


def _sweep(axes: Axes, table: Table, exponent: float) -> None:
    name = table.columns[0]
    values, times = table.numbers(name), table.numbers("ms per image")
    if name == "firing rate":
        values, name = [100 * value for value in values], "firing rate %, both stages"
    power_law(axes, values, times)
    axes.set(xlabel=name, ylabel="ms per image", title=f"exponent {exponent:.2f}")
