"""Pictures of a run: accuracy and loss, and the firing rates of both stages.

The second is the paper's Figure 2: the share of neurons that fire per step, positive and negative
spikes both counted, over the training.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from training.files import write_atomically
from training.run_folder import RunFolder

Records = list[dict[str, Any]]
Curve = NDArray[np.float64]

_POINTS = 150
"""Most points of a curve: each is the mean over the iterations since the point before."""


def draw_pictures(run: RunFolder) -> None:
    """Draw ``curves.png`` and ``firing_rates.png`` from the metrics of a run, if there are any."""
    records = run.records()
    training = [record for record in records if record["kind"] == "training"]
    test = [record for record in records if record["kind"] == "test"]
    if training:
        title = f"{run.name}   {run.recipe.architecture}"
        _write(curves(training, test, title), run.pictures / "curves.png")
        _write(firing_rates(training, title), run.pictures / "firing_rates.png")


def curves(training: Records, test: Records, title: str) -> Figure:
    """Draw accuracy and loss, of training batches and of the test images, over epochs."""
    figure, (left, right) = _two_panels(title)
    for axes, key, factor, label in (
        (left, "accuracy", 100.0, "accuracy (%)"),
        (right, "loss", 1.0, "cross-entropy"),
    ):
        epochs = _binned([record["epoch"] for record in training])
        values = _binned([record[key] for record in training])
        axes.plot(epochs, factor * values, color="C0", label="training (with dropout)")
        axes.plot(
            [record["epoch"] for record in test],
            [factor * record[key] for record in test],
            marker="o",
            markersize=4,
            color="C1",
            label="test",
        )
        axes.set_ylabel(label)
        axes.set_xlim(left=0.0)  # after the curves: before, it would fix the right end too
        axes.legend(frameon=False)
    left.set_ylim(top=100.5)
    right.set_ylim(bottom=0.0)
    if test:
        last = test[-1]
        left.annotate(
            f"{100 * last['accuracy']:.2f} %",
            (last["epoch"], 100 * last["accuracy"]),
            xytext=(0, -16),
            textcoords="offset points",
            ha="right",
            color="C1",
        )
    return figure


def firing_rates(training: Records, title: str) -> Figure:
    """Draw the firing rate of every layer in both stages over epochs (the paper's Figure 2)."""
    figure, panels = _two_panels(title)
    epochs = _binned([record["epoch"] for record in training])
    for axes, stage, label in zip(
        panels,
        ("firing_rates_forward", "firing_rates_backward"),
        ("stage 1", "stage 2 (both signs)"),
        strict=True,
    ):
        for layer in training[0][stage]:
            rates = _binned([record[stage][layer] for record in training])
            axes.plot(epochs, 100 * rates, label=layer)
        axes.set_title(label, fontsize="medium")
        axes.set_ylabel("neurons that fire in a step (%)")
        axes.set_xlim(0.0, 1.02 * training[-1]["epoch"])
        axes.set_ylim(bottom=0.0)
        axes.legend(frameon=False)
    return figure


def _two_panels(title: str) -> tuple[Figure, tuple[Axes, Axes]]:
    figure = Figure(figsize=(9.6, 3.8), dpi=150, layout="constrained")
    figure.suptitle(title, fontsize="medium")
    left, right = figure.subplots(1, 2)
    for axes in (left, right):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    return figure, (left, right)


def _binned(values: list[float]) -> Curve:
    """Return at most `_POINTS` means over consecutive values, all values used."""
    parts = np.array_split(np.asarray(values, dtype=np.float64), min(_POINTS, len(values)))
    return np.array([part.mean() for part in parts])


def _write(figure: Figure, path: Path) -> None:
    content = BytesIO()
    figure.savefig(content, format="png")
    write_atomically(path, content.getvalue())
