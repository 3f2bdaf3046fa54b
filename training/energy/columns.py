"""Table 1 in numbers: what its marks (spike-based, plausible on neuromorphic hardware) come to.

Whether a method is spike-based is the number of multiplications between neurons on its way back, 0
if spikes alone pass. (What the readout, or random feedback in its place, multiplies once to reach
the neurons is none of these: every method does it.) Whether it needs the weights backwards is the
number of operations along the transposed connections. Whether it is local in time is how many
numbers each neuron must keep for it: one, its rate, or its whole history.
"""

from __future__ import annotations

from dataclasses import dataclass

from networks import Architecture
from training.energy.forward import connections
from training.energy.report import EnergyReport


@dataclass(frozen=True)
class Columns:
    """A method in numbers, of a training step per image.

    Parameters
    ----------
    network : str
    multiplies_between_neurons : float
        MACs along the connections on the way back.
    along_transposed_weights : float
        Operations on the way back along the connections.
    kept_per_neuron : float
        Numbers that the way back needs from the way forward.
    """

    network: str
    multiplies_between_neurons: float
    along_transposed_weights: float
    kept_per_neuron: float


def own_columns(report: EnergyReport, architecture: Architecture) -> Columns:
    """The line of a report's run: of its method, or of the dense network that it trains.

    Parameters
    ----------
    report : EnergyReport
    architecture : Architecture
        Of its run.
    """
    lines = columns(report, architecture)
    return lines[-1] if report.not_counted else lines[0]


def columns(report: EnergyReport, architecture: Architecture) -> list[Columns]:
    """A line for each network of a report.

    Parameters
    ----------
    report : EnergyReport
    architecture : Architecture
        Of its run.
    """
    neurons = architecture.spiking_neurons
    names = {name for name, _ in connections(architecture)}
    found = []
    for account in report.training:
        back = [work for work in account.of("way back").works if work.where in names]
        found.append(
            Columns(
                account.network,
                sum(work.multiplies for work in back),
                sum(work.accumulates + work.multiplies for work in back),
                account.kept / neurons,
            )
        )
    return found
