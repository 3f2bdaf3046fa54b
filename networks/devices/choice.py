"""Which class simulates what a `Simulation` asks for."""

from __future__ import annotations

from networks.devices.base import Simulator
from networks.devices.facts import Backend
from networks.devices.genn.simulator import (
    CudaGeNNSimulator,
    GeNNSimulator,
    OpenCLGeNNSimulator,
)
from networks.devices.programs.standalone import StandaloneSimulator
from networks.devices.runtime import RuntimeSimulator
from networks.simulation import Simulation

SIMULATORS: tuple[type[Simulator], ...] = (RuntimeSimulator, StandaloneSimulator, GeNNSimulator)

#: What GeNN generates code for.
BACKENDS: dict[Backend, type[GeNNSimulator]] = {
    each.backend: each for each in (GeNNSimulator, CudaGeNNSimulator, OpenCLGeNNSimulator)
}


def simulator_class(simulation: Simulation) -> type[Simulator]:
    """The simulator of a device and backend."""
    simulator = {each.device: each for each in SIMULATORS}[simulation.device]
    return BACKENDS[simulation.backend] if simulator is GeNNSimulator else simulator
