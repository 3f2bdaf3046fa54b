"""What can be reproduced: for each table and figure its sweep, the paper's numbers and ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from training.experiments import figures
from training.experiments.figures import final
from training.experiments.sweeps import ABLATION_SWEEP, METHODS_SWEEP, Experiment
from training.experiments.tables import Cell, Table, mean_and_spread
from training.sweeps.cases import ABLATION, CASE

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import Dataset


@dataclass(frozen=True)
class Target:
    """A table or figure of the paper.

    Parameters
    ----------
    title : str
        What the paper shows there.
    experiment : Experiment
    names : tuple of str
        The cases of it that are needed.
    table : callable
        From the results to the table, the paper's numbers and ours.
    figure : callable, optional
        From the results to the figure.
    """

    title: str
    experiment: Experiment
    names: tuple[str, ...]
    table: Callable[[Dataset], Table]
    figure: Callable[[Dataset], Figure] | None = None


PAPER_MARKS = {
    "conversion": "performs well; long latency; not spike-based",
    "surrogate gradients": "performs well; low latency; not spike-based",
    "surrogate gradients, T_F 8": "performs well; low latency; not spike-based",
    "DFA": "performs poorly; spike-based",
    "IDE": "performs well; low latency; not spike-based",
    "SPIDE": "performs well; low latency; spike-based",
}
"""Table 1's marks in words; SpikeGrad is not among our methods."""

PAPER_TABLE_2 = {
    50: "88.41%±0.48% (89.07%)",
    100: "89.17%±0.14% (89.35%)",
    250: "89.61%±0.11% (89.70%)",
    500: "89.57%±0.08% (89.67%)",
}

PAPER_TABLE_3 = {
    "surrogate gradients": "(99.42%) STBP, 15C5-P2-40C5-P2-300",
    "IDE": "99.53%±0.04% (99.59%), 64C5 (F64C5), with batch norm",
    "SPIDE": "99.34%±0.02% (99.37%), 64C5s-64C5s-64C5 (F64C3u)",
}


def _table1(results: Dataset) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for case in results[CASE].values.tolist():
        one = results.sel({CASE: case})
        rows.append(
            (
                case,
                PAPER_MARKS.get(case),
                mean_and_spread(one["final_accuracy"]),
                final(one["training_accuracy"]),
                _percent(one["firing_rate_forward"]),
                _percent(one["firing_rate_backward"]),
                _mean(one["images_per_second"]),
            )
        )
    columns = (
        "method", "paper's marks", "test accuracy", "training accuracy (%)",
        "firing rate, stage 1 (%)", "firing rate, stage 2 (%)", "images/s while training",
    )  # fmt: skip
    return Table(columns, rows)


def _table2(results: Dataset) -> Table:
    rows = [
        (
            str(steps),
            PAPER_TABLE_2.get(steps),
            mean_and_spread(results["final_accuracy"].sel({CASE: "ours", "backward_steps": steps})),
        )
        for steps in results["backward_steps"].values.tolist()
    ]
    return Table(("T_B", "paper: CIFAR-10, AlexNet-F", "ours"), rows)


def _table3(results: Dataset) -> Table:
    rows = [
        (
            case,
            PAPER_TABLE_3.get(case),
            mean_and_spread(results["final_accuracy"].sel({CASE: case})),
            mean_and_spread(results["best_accuracy"].sel({CASE: case})),
        )
        for case in results[CASE].values.tolist()
    ]
    return Table(("method", "paper: MNIST", "ours, last epoch", "ours, best epoch"), rows)


def _rates(results: Dataset) -> Table:
    rows = [
        (
            str(steps),
            _percent(results["firing_rate_forward"].sel({CASE: "ours", "backward_steps": steps})),
            _percent(results["firing_rate_backward"].sel({CASE: "ours", "backward_steps": steps})),
        )
        for steps in results["backward_steps"].values.tolist()
    ]
    return Table(("T_B", "stage 1 (%), paper: about 7", "stage 2 (%), paper: about 3"), rows)


def _ablation(quantity: str) -> Callable[[Dataset], Table]:
    def table(results: Dataset) -> Table:
        cases = results[CASE].values.tolist()
        rows = [
            (
                str(steps),
                *(
                    final(results[quantity].sel({CASE: case, "backward_steps": steps}))
                    for case in cases
                ),
            )
            for steps in results["backward_steps"].values.tolist()
        ]
        return Table(("T_B", *(f"{case} (%)" for case in cases)), rows)

    return table


def _figure5(results: Dataset) -> Table:
    rows = [
        (
            case,
            final(results["training_accuracy"].sel({CASE: case})),
            final(results["test_accuracy"].sel({CASE: case})),
        )
        for case in results[CASE].values.tolist()
    ]
    return Table(("method", "training accuracy (%)", "test accuracy (%)"), rows)


def _percent(rates: Any) -> float | None:
    """Mean over layers and seeds in the last epoch; None for what does not fire."""
    return final(rates.mean("layer"))


def _mean(values: Any) -> float | None:
    numbers = np.asarray(values, float)
    return float(np.nanmean(numbers)) if np.isfinite(numbers).any() else None


_OURS = ("ours",)

TARGETS = {
    "table1": Target("methods to train spiking networks", METHODS_SWEEP,
                     METHODS_SWEEP.names, _table1),
    "table2": Target("accuracy over the steps T_B of stage 2", ABLATION_SWEEP, _OURS, _table2),
    "table3": Target("accuracy on MNIST beside other methods", METHODS_SWEEP,
                     METHODS_SWEEP.names, _table3),
    "figure2": Target("firing rates of both stages", ABLATION_SWEEP, _OURS, _rates,
                      figures.firing_rates),
    "figure3": Target("ablation of the resting potentials, training", ABLATION_SWEEP, ABLATION,
                      _ablation("training_accuracy"),
                      lambda r: figures.ablation_curves(r, "training_accuracy")),
    "figure4": Target("ablation of the resting potentials, test", ABLATION_SWEEP, ABLATION,
                      _ablation("test_accuracy"),
                      lambda r: figures.ablation_curves(r, "test_accuracy")),
    "figure5": Target("IDE and SPIDE", METHODS_SWEEP, ("SPIDE", "IDE"), _figure5,
                      figures.curves_by_case),
}  # fmt: skip

NOT_YET = {
    "table4": "CIFAR-100 with CIFARNet-F, for which there is no recipe yet",
    "table5": "CIFAR10-DVS, for which there is no data set yet",
}
"""What is refused, and why."""

GRADIENTS = "gradients"
"""Beyond the paper: `training.experiments.gradient_error`."""
