"""Which simulator, synapses and propagation a network gets, from what the user asked for."""

from __future__ import annotations

from dataclasses import dataclass

from networks.devices.base import Simulator
from networks.devices.facts import (
    Backend,
    DeviceName,
    PropagationChoice,
    SynapsesChoice,
    SynapsesKind,
    realisation,
)
from networks.devices.genn.simulator import CudaGeNNSimulator, GeNNSimulator
from networks.devices.programs.standalone import StandaloneSimulator
from networks.devices.runtime import RuntimeSimulator
from networks.schedule import Propagation

SIMULATORS: tuple[type[Simulator], ...] = (RuntimeSimulator, StandaloneSimulator, GeNNSimulator)


@dataclass(frozen=True)
class Choice:
    """A device and how a network is realised on it.

    Parameters
    ----------
    simulator : type of Simulator
    synapses : {"shared", "explicit"}
    propagation : {"sequential", "synchronous"}
    """

    simulator: type[Simulator]
    synapses: SynapsesKind
    propagation: Propagation


def choose(
    device: DeviceName,
    synapses: SynapsesChoice = "auto",
    propagation: PropagationChoice = "auto",
    backend: Backend = "cuda",
) -> Choice:
    """The realisation that a user asked for; "auto" is the first that the device offers.

    Raises
    ------
    ValueError
        If there is no such device, or it cannot do what was asked for.
    """
    realised = realisation(device, synapses, propagation, backend)
    simulator = {each.device: each for each in SIMULATORS}[device]
    if simulator is GeNNSimulator and backend == "cuda":
        simulator = CudaGeNNSimulator
    return Choice(simulator, *realised)
