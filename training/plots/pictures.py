"""Pictures of a run: accuracy and loss, and the firing rates of both stages.

The second is the paper's Figure 2: the share of neurons that fire per step, positive and negative
spikes both counted, over the training.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from training.runs.folder import RunFolder
from training.runs.history import History
from training.storage.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_pictures(run: RunFolder, history: History) -> None:
    """Draw ``curves.png`` and ``firing_rates.png`` of a run, if there is anything to draw.

    The log is not read: what it costs does not depend on how long the run is.
    """
    if history.training:
        title = f"{run.name}   {run.recipe.architecture}"
        _write(curves(history, title), run.pictures / "curves.png")
        _write(firing_rates(history, title), run.pictures / "firing_rates.png")


def curves(history: History, title: str) -> Figure:
    """Draw accuracy and loss, of training batches and of the test images, over epochs."""
    figure, (left, right) = _two_panels(title)
    epochs = [point.epoch for point in history.training]
    tested = [epoch for epoch, _, _ in history.test]
    test_loss = [loss for _, loss, _ in history.test]
    test_accuracy = [100 * accuracy for _, _, accuracy in history.test]
    for axes, training, test, label in (
        (
            left,
            [100 * point.accuracy for point in history.training],
            test_accuracy,
            "accuracy (%)",
        ),
        (right, [point.loss for point in history.training], test_loss, "cross-entropy"),
    ):
        axes.plot(epochs, training, color="C0", label="training (with dropout)")
        axes.plot(tested, test, marker="o", markersize=4, color="C1", label="test")
        axes.set_ylabel(label)
        axes.set_xlim(left=0.0)  # after the curves: before, it would fix the right end too
        axes.legend(frameon=False)
    left.set_ylim(top=100.5)
    right.set_ylim(bottom=0.0)
    if history.test:
        left.annotate(
            f"{test_accuracy[-1]:.2f} %",
            (tested[-1], test_accuracy[-1]),
            xytext=(0, -16),
            textcoords="offset points",
            ha="right",
            color="C1",
        )
    return figure


def firing_rates(history: History, title: str) -> Figure:
    """Draw the firing rate of every layer in both stages over epochs (the paper's Figure 2)."""
    figure, (left, right) = _two_panels(title)
    epochs = [point.epoch for point in history.training]
    for axes, stage, label in (
        (left, [point.firing_rates_forward for point in history.training], "stage 1"),
        (
            right,
            [point.firing_rates_backward for point in history.training],
            "stage 2 (both signs)",
        ),
    ):
        for layer in stage[0]:
            axes.plot(epochs, [100 * rates[layer] for rates in stage], label=layer)
        axes.set_title(label, fontsize="medium")
        axes.set_ylabel("neurons that fire in a step (%)")
        axes.set_xlim(0.0, 1.02 * history.last_epoch)
        axes.set_ylim(bottom=0.0)
        axes.legend(frameon=False)
    return figure


def _two_panels(title: str) -> tuple[Figure, tuple[Axes, Axes]]:
    # When it is imported, matplotlib makes folders of its own, which can fail.
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9.6, 3.8), dpi=150, layout="constrained")
    figure.suptitle(title, fontsize="medium")
    left, right = figure.subplots(1, 2)
    for axes in (left, right):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    return figure, (left, right)


def _write(figure: Figure, path: Path) -> None:
    content = BytesIO()
    figure.savefig(content, format="png")
    write_atomically(path, content.getvalue())
