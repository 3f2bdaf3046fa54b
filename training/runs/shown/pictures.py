"""Pictures of a run: error and loss, and the firing rates of both stages (the paper's Figure 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.plots.curves import Curve, error_curves, firing_rate_curves, loss_curves
from training.plots.style import Margins, as_png, panels, styled_in_turn
from training.runs.files.folder import RunFolder
from training.runs.shown.history import History
from training.storage.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = (9.6, 3.8)
"""Inches."""

MARGINS = Margins(left=0.08, right=0.99, bottom=0.12, top=0.88, between=0.22)
"""Drawing is most of what a short training takes; with a layout that measures all texts it takes
1.7 times as long."""


def draw_pictures(run: RunFolder, history: History) -> None:
    """Draw ``curves.png`` and ``firing_rates.png`` of a run, if there is anything to draw.

    The log is not read: what it costs does not depend on how long the run is.
    """
    if history.training:
        title = f"{run.title}   {run.recipe.architecture}"
        drawn = curves(history, title, run.recipe.dropout)
        write_atomically(run.pictures / "curves.png", as_png(drawn))
        write_atomically(run.pictures / "firing_rates.png", as_png(firing_rates(history, title)))


def curves(history: History, title: str, dropout: float) -> Figure:
    """Draw error and loss, of training batches and of the test images, over epochs."""
    epochs = [point.epoch for point in history.training]
    tested = [epoch for epoch, _, _ in history.test]
    with styled_in_turn():
        figure, (left, right) = panels(1, 2, SIZE, title, MARGINS)
        error_curves(
            left,
            Curve(epochs, [point.accuracy for point in history.training]),
            Curve(tested, [accuracy for _, _, accuracy in history.test]),
            history.evaluated,
            dropout=dropout,
        )
        loss_curves(
            right,
            Curve(epochs, [point.loss for point in history.training]),
            Curve(tested, [loss for _, loss, _ in history.test]),
            history.evaluated,
            dropout=dropout,
        )
    return figure


def firing_rates(history: History, title: str) -> Figure:
    """Draw the firing rate of every layer over epochs, in each stage that the method runs."""
    epochs = [point.epoch for point in history.training]
    stages = {
        "stage 1": [point.firing_rates_forward for point in history.training],
        "stage 2 (both signs)": [point.firing_rates_backward for point in history.training],
    }
    # A method without stage 2 records no rates of it.
    run = {label: rates for label, rates in stages.items() if rates[0]}
    with styled_in_turn():
        figure, axes = panels(1, max(1, len(run)), SIZE, title, MARGINS)
        for panel, (label, stage) in zip(axes, run.items(), strict=False):
            layers = {layer: Curve(epochs, [rates[layer] for rates in stage]) for layer in stage[0]}
            firing_rate_curves(panel, layers)
            panel.set_title(label)
    return figure
