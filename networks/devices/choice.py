"""Which class simulates what a `Simulation` asks for."""

from __future__ import annotations

from networks.devices.base import Simulator
from networks.devices.genn.simulator import CudaGeNNSimulator, GeNNSimulator
from networks.devices.programs.standalone import StandaloneSimulator
from networks.devices.runtime import RuntimeSimulator
from networks.simulation import Simulation

SIMULATORS: tuple[type[Simulator], ...] = (RuntimeSimulator, StandaloneSimulator, GeNNSimulator)


def simulator_class(simulation: Simulation) -> type[Simulator]:
    """The simulator of a device and backend."""
    simulator = {each.device: each for each in SIMULATORS}[simulation.device]
    if simulator is GeNNSimulator and simulation.backend == "cuda":
        return CudaGeNNSimulator
    return simulator
