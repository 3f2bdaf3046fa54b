"""Operations and energies of networks side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.energy.work import PHASES
from training.plots.bars import grouped_bars
from training.plots.style import panels, styled_in_turn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from training.energy.report import EnergyReport


def operations_by_phase(axes: Axes, report: EnergyReport) -> Axes:
    """Draw effective operations of a training step per image, of each network in each phase."""
    groups = {
        account.network: [
            (account.of(phase).accumulates + account.of(phase).multiplies) / 1e6 for phase in PHASES
        ]
        for account in report.training
    }
    grouped_bars(axes, PHASES, groups, logarithmic=True)
    axes.set(xlabel="ACs and MACs of a training step per image (millions)")
    return axes


def energies(axes: Axes, report: EnergyReport) -> Axes:
    """Draw the energy of the arithmetic, of predictions and training steps."""
    predicted = {account.network: account for account in report.prediction}
    trained = {account.network: account for account in report.training}
    forward = {name: account.of("forward") for name, account in trained.items()} | predicted
    # A converted network does not learn itself.
    networks = [*(name for name in predicted if name not in trained), *trained]
    cost = report.costs.picojoules
    groups = {
        "prediction": [cost(forward[name]) / 1e6 for name in networks],
        "training step": [
            cost(trained[name]) / 1e6 if name in trained else np.nan for name in networks
        ],
    }
    grouped_bars(axes, networks, groups, logarithmic=True)
    axes.set(xlabel="energy of the arithmetic per image (µJ)")
    return axes


def energy_picture(report: EnergyReport) -> Figure:
    """Both, side by side."""
    with styled_in_turn():
        figure, (left, right) = panels(1, 2, (9.0, 3.2))
        operations_by_phase(left, report)
        energies(right, report)
    return figure
