"""The paper's figures from the results of our sweeps, in the project's one style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from training.experiments.sweeps import DATA
from training.plots.series import epoch_axis, log_axis, staggered
from training.plots.style import COLOURS, panels, styled
from training.sweeps.cases import CASE

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import DataArray, Dataset

    from training.experiments.gradient_error import Error

STYLES = ("-", "--", ":", "-.")
SIZE = (5.6, 4.0)


def firing_rates(results: Dataset) -> Figure:
    """Figure 2: firing rates of both stages over epochs, averaged over layers, by T_B."""
    with styled():
        figure, (axes,) = panels(1, 1, SIZE)
        for number, steps in enumerate(results["backward_steps"].values.tolist()):
            for style, stage in zip(STYLES, ("forward", "backward"), strict=False):
                rates = results[f"firing_rate_{stage}"].sel(backward_steps=steps, case="ours")
                values = 100 * rates.mean(("layer", "seed"))
                axes.plot(
                    results["epoch"].values, values.values, style, color=COLOURS[number],
                    label=f"T_B = {steps}, {stage}",
                )  # fmt: skip
        axes.set(ylabel="neurons that fire in a step (%)", ylim=(0, None))
        epoch_axis(axes, float(results["epoch"].max()))
        axes.legend(fontsize="x-small", ncols=2)
    return figure


def ablation_curves(results: Dataset, quantity: str) -> Figure:
    """Figures 3 and 4: accuracy over epochs, by T_B (panels) and resting potentials (lines).

    Parameters
    ----------
    results : Dataset
    quantity : {"training_accuracy", "test_accuracy"}
    """
    choices = results["backward_steps"].values.tolist()
    shown = 100 * results[quantity].mean("seed")
    low, high = float(shown.min()), float(shown.max())
    margin = 0.05 * (high - low)
    with styled():
        figure, axes = panels(1, len(choices), (2.6 * len(choices), 3.0))
        for panel, steps in zip(axes, choices, strict=True):
            for number, case in enumerate(results[CASE].values.tolist()):
                values = shown.sel({CASE: case, "backward_steps": steps}).values
                panel.plot(
                    results["epoch"].values, values,
                    STYLES[number], marker=".", color=COLOURS[number], label=case,
                )  # fmt: skip
            panel.set(title=f"T_B = {steps}")
            epoch_axis(panel, float(results["epoch"].max()))
            panel.set_ylim(low - margin, high + margin)  # the same in all: they are compared
        axes[0].set_ylabel(f"{quantity.replace('_', ' ')} (%)")
        axes[0].legend()
    return figure


def curves_by_case(results: Dataset) -> Figure:
    """Figure 5: training and test accuracy over epochs, one colour for each method."""
    with styled():
        figure, axes = panels(1, 2, (2 * SIZE[0] * 0.7, SIZE[1]))
        for panel, quantity in zip(axes, ("training_accuracy", "test_accuracy"), strict=True):
            for number, case in enumerate(results[CASE].values.tolist()):
                values: DataArray = 100 * results[quantity].sel({CASE: case}).mean("seed")
                panel.plot(
                    results["epoch"].values, values.values,
                    color=COLOURS[number % len(COLOURS)], label=case,
                )  # fmt: skip
            panel.set(ylabel=f"{quantity.replace('_', ' ')} (%)")
            epoch_axis(panel, float(results["epoch"].max()))
        axes[0].legend()
    return figure


def accuracy_over_seconds(results: Dataset) -> Figure:
    """Test accuracy over the CPU seconds that the training took, one colour for each method."""
    with styled():
        figure, (axes,) = panels(1, 1, SIZE)
        for number, case in enumerate(results[CASE].values.tolist()):
            one = results.sel({CASE: case})
            axes.plot(
                one["cpu_seconds"].cumsum("epoch").mean("seed").values,
                100 * one["test_accuracy"].mean("seed").values,
                ".-", color=COLOURS[number % len(COLOURS)], label=case,
            )  # fmt: skip
        axes.set(xscale="log", xlabel="CPU seconds of training", ylabel="test accuracy (%)")
        axes.legend(fontsize="x-small")
    return figure


def with_and_without(results: Dataset) -> Figure:
    """Validation accuracy over epochs: a panel for each data set, a colour for each case."""
    names = results[DATA].values.tolist()
    with styled():
        figure, axes = panels(1, len(names), (SIZE[0] * 0.7 * len(names), SIZE[1] * 0.8))
        for panel, name in zip(axes, names, strict=True):
            for number, case in enumerate(results[CASE].values.tolist()):
                values = 100 * results["test_accuracy"].sel({CASE: case, DATA: name})
                for seed in values["seed"].values.tolist():
                    panel.plot(
                        results["epoch"].values, values.sel(seed=seed).values, ".-",
                        color=COLOURS[number], label=case if seed == values["seed"][0] else None,
                    )  # fmt: skip
            panel.set(title=name, ylabel="validation accuracy (%)")
            epoch_axis(panel, float(results["epoch"].max()))
        axes[0].legend()
    return figure


def gradient_angles(errors: Sequence[Error]) -> Figure:
    """Angle and relative error of every method's gradient over T_B."""
    methods = list(dict.fromkeys(error.method for error in errors))
    with styled():
        figure, axes = panels(1, 2, (2 * SIZE[0] * 0.7, SIZE[1]))
        labels = ("angle to the exact gradient (degrees)", "relative error")
        for panel, quantity, label in zip(axes, ("angle", "relative"), labels, strict=True):
            drawn: list[float] = []
            for line, method in zip(staggered(len(methods)), methods, strict=True):
                own = [error for error in errors if error.method == method]
                values = [float(getattr(error, quantity)) for error in own]
                drawn += values
                panel.plot(
                    [error.steps for error in own], values, ".-",
                    color=line.color, lw=line.width, label=method,
                )  # fmt: skip
            panel.set_xscale("log")
            log_axis(panel, drawn)
            panel.set(xlabel="T_B", ylabel=label)
        axes[0].legend(fontsize="x-small")
    return figure
