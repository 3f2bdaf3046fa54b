"""The picture of ``spide energy``: every network that is told, with what is known of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.training.plots.axes import axes
from training.energy.report import EnergyReport
from training.energy.work import Account, Work
from training.plots.energy import energies


def account(network: str, multiplies: float) -> Account:
    return Account(network, (Work("forward", "layer1", 0, multiplies, 0),))


def test_a_network_that_does_not_learn_itself_is_drawn() -> None:
    """A converted one: its prediction has a bar, its training none."""
    report = EnergyReport(
        (account("conversion", 2e6), account("dense", 5e6)),
        (account("surrogate", 3e6), account("dense", 7e6)),
        {}, 0.0, 0.0, 8, 1,
    )  # fmt: skip
    drawn: Any = energies(axes(), report)
    assert [tick.get_text() for tick in drawn.get_yticklabels()] == [
        "conversion", "surrogate", "dense",
    ]  # fmt: skip
    predicted, trained = ([bar.get_width() for bar in group] for group in drawn.containers)
    each = report.costs.addition + report.costs.multiplication
    np.testing.assert_allclose(predicted, each * np.array([2, 3, 5]))
    np.testing.assert_allclose(trained, each * np.array([np.nan, 3, 7]))
    drawn.figure.canvas.draw()
