"""What can be reproduced: for each table and figure its experiment, its table and its figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.experiments import figures, rows
from training.experiments.paper import TABLE_3, TABLE_3_CIFAR10, TABLE_4, TABLE_5
from training.experiments.sweeps import (
    ABLATION_SWEEP,
    CIFAR_SWEEP,
    HARDER_SWEEP,
    METHODS_SWEEP,
    NORMALISATION_SWEEP,
    ONE_LAYER_SWEEP,
    OURS,
    SECONDS_SWEEP,
    WITH_CIFARNET_F,
    Experiment,
    Scale,
)
from training.experiments.tables import Table
from training.experiments.trained import Trained
from training.sweeps.planning.cases import ABLATION
from training.sweeps.planning.plan import Plan

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import Dataset


@dataclass(frozen=True)
class Target:
    """A table or figure of the paper, or beyond it.

    Parameters
    ----------
    title : str
        What is shown there.
    experiment : Experiment
    names : tuple of str
        The cases of it that are needed, as far as a scale has them.
    table : callable
        From what was trained to the table, the paper's numbers and ours.
    figure : callable, optional
        From what was trained to the figure.
    """

    title: str
    experiment: Experiment
    names: tuple[str, ...]
    table: Callable[[Trained], Table]
    figure: Callable[[Trained], Figure] | None = None

    def plan(self, scale: Scale, seeds: int) -> Plan:
        """The trainings that it needs, see `Experiment.plan`."""
        known = {*self.experiment.cases[scale], *ABLATION}
        names = [name for name in self.names if name in known]
        return self.experiment.plan(scale, seeds, names)


def _of_results(draw: Callable[[Dataset], Figure]) -> Callable[[Trained], Figure]:
    """A figure for which the results of the sweep are enough."""
    return lambda trained: draw(trained.results)


TARGETS = {
    "table1": Target("methods to train spiking networks", METHODS_SWEEP,
                     METHODS_SWEEP.names, rows.methods),
    "table2": Target("accuracy over the steps T_B of stage 2", ABLATION_SWEEP, (OURS,), rows.steps),
    "table3": Target("accuracy on MNIST beside other methods", METHODS_SWEEP,
                     METHODS_SWEEP.names, rows.accuracies(TABLE_3)),
    "table3-cifar10": Target("accuracy on CIFAR-10 beside other methods", CIFAR_SWEEP,
                             tuple(CIFAR_SWEEP.cases["full"]), rows.accuracies(TABLE_3_CIFAR10)),
    "table4": Target("accuracy on harder images (the paper: CIFAR-100)", HARDER_SWEEP,
                     HARDER_SWEEP.names, rows.accuracies(TABLE_4)),
    "table5": Target("one layer that feeds back to itself (the paper: CIFAR10-DVS)",
                     ONE_LAYER_SWEEP, ONE_LAYER_SWEEP.names, rows.accuracies(TABLE_5)),
    "figure2": Target("firing rates of both stages", ABLATION_SWEEP, (OURS, WITH_CIFARNET_F),
                      rows.firing_rates, _of_results(figures.firing_rates)),
    "figure3": Target("ablation of the resting potentials, training", ABLATION_SWEEP, ABLATION,
                      rows.ablation("training_accuracy"),
                      lambda t: figures.ablation_curves(t.results, "training_accuracy")),
    "figure4": Target("ablation of the resting potentials, test", ABLATION_SWEEP, ABLATION,
                      rows.ablation("test_accuracy"),
                      lambda t: figures.ablation_curves(t.results, "test_accuracy")),
    "figure5": Target("IDE and SPIDE", CIFAR_SWEEP, CIFAR_SWEEP.names, rows.curves,
                      _of_results(figures.curves_by_case)),
    "seconds": Target("seconds of training to an accuracy", SECONDS_SWEEP,
                      SECONDS_SWEEP.names, rows.seconds,
                      _of_results(figures.accuracy_over_seconds)),
    "latency": Target("accuracy over the steps T_F of a prediction", METHODS_SWEEP,
                      METHODS_SWEEP.names, rows.latency,
                      lambda t: figures.accuracy_over_forward_steps(t.latency)),
    "normalisation": Target("weight standardisation", NORMALISATION_SWEEP,
                            NORMALISATION_SWEEP.names, rows.normalisation,
                            _of_results(figures.with_and_without)),
}  # fmt: skip
"""By name: the paper's tables and figures, and the questions that it leaves open.

Gradients are compared with exact ones by `training.experiments.gradient_error`.
"""
