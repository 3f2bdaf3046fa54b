"""The report of a run: what its predictions and training steps cost, beside other networks.

Beside the run stand the same weights trained by surrogate gradients through time, and a dense
network of the same connections, which uses each of them once with real numbers.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass

from training.counted import counted
from training.energy.costs import HOROWITZ, Costs
from training.energy.work import PHASES, Account

DENSE = "dense"
"""Name of the dense network."""


@dataclass(frozen=True)
class EnergyReport:
    """Operations and energies per image.

    Parameters
    ----------
    prediction : tuple of Account
        Of one image: the run's network first, the dense one last.
    training : tuple of Account
        Of one image of a training step: the run's method first, if it could be counted.
    activity : dict of dict of float
        Share of neurons that fire per step, by stage and layer.
    activation_sparsity : float
        Share of zeros among the outputs of all neurons at all steps of a prediction.
    connection_sparsity : float
        Share of weights that are zero.
    footprint : int
        Bytes of all parameters, and of potentials and counts of stage 1 for an image.
    images : int
        That were counted.
    not_counted : str
        Why the training of the run's own method is missing; empty if it is not.
    costs : Costs
    """

    prediction: tuple[Account, ...]
    training: tuple[Account, ...]
    activity: dict[str, dict[str, float]]
    activation_sparsity: float
    connection_sparsity: float
    footprint: int
    images: int
    not_counted: str = ""
    costs: Costs = HOROWITZ

    def __repr__(self) -> str:
        own = self.prediction[0]
        return (
            f"<EnergyReport of {counted(self.images, 'image')}: {own.accumulates:.4g} ACs and "
            f"{own.multiplies:.4g} MACs per image, {self.costs.picojoules(own) / 1e6:.3g} uJ>"
        )

    def rows(self) -> list[tuple[str, str, str, str, float, float, float, float]]:
        """(what, network, phase, where, ACs, MACs, dense, pJ): all places, then sums."""
        found: list[tuple[str, str, str, str, Account]] = []
        for what, accounts in (("prediction", self.prediction), ("training", self.training)):
            for account in accounts:
                for work in account.works:
                    one = Account(account.network, (work,))
                    found.append((what, account.network, work.phase, work.where, one))
                found.append((what, account.network, "all", "all", account))
        return [
            (
                what, network, phase, where,
                one.accumulates, one.multiplies, one.dense, self.costs.picojoules(one),
            )
            for what, network, phase, where, one in found
        ]  # fmt: skip

    def csv(self) -> str:
        """All places and sums, for programs."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("of", "network", "phase", "where", "ACs", "MACs", "dense", "picojoules"))
        writer.writerows(self.rows())
        return text.getvalue()

    def json(self) -> str:
        """Everything, for programs."""
        return json.dumps(asdict(self), indent=1) + "\n"

    def markdown(self) -> str:
        """The tables for readers."""
        lines = [
            f"Per image, counted on {counted(self.images, 'image')}.",
            "",
            _line("prediction", "ACs", "MACs", "if dense", "energy (uJ)"),
            _line(*["---"] * 5),
            *(self._sum(account) for account in self.prediction),
            "",
            _line("training step", "phase", "ACs", "MACs", "if dense", "energy (uJ)", "kept"),
            _line(*["---"] * 7),
        ]
        for account in self.training:
            for phase in PHASES:
                one = account.of(phase)
                lines.append(_line(account.network, phase, *self._numbers(one), ""))
            lines.append(
                _line(account.network, "all", *self._numbers(account), f"{account.kept:,.0f}")
            )
        if self.not_counted:
            lines += ["", f"Training is not counted: {self.not_counted}."]
        lines += [
            "",
            _line("stage", "layer", "neurons that fire in a step (%)"),
            _line(*["---"] * 3),
        ]
        for stage, layers in self.activity.items():
            lines += [_line(stage, name, f"{100 * rate:.2f}") for name, rate in layers.items()]
        lines += [
            "",
            f"Activation sparsity {self.activation_sparsity:.4f}, connection sparsity "
            f"{self.connection_sparsity:.4f}, footprint {self.footprint:,} bytes. Energies are "
            f"{self.costs.addition} pJ for each addition and {self.costs.multiplication} pJ for "
            "each multiplication (Horowitz 2014, 45 nm), without memory.",
        ]
        return "\n".join(lines) + "\n"

    def _sum(self, account: Account) -> str:
        return _line(account.network, *self._numbers(account))

    def _numbers(self, account: Account) -> tuple[str, str, str, str]:
        energy = self.costs.picojoules(account) / 1e6
        counts = (account.accumulates, account.multiplies, account.dense)
        first, second, third = (f"{count:,.0f}" for count in counts)
        return first, second, third, f"{energy:,.3g}"


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
