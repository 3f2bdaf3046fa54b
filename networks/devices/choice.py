"""Which simulator, synapses and propagation a network gets, from what the user asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from networks.devices.base import Backend, DeviceName, Simulator, SynapsesKind
from networks.devices.genn import CudaGeNNSimulator, GeNNSimulator
from networks.devices.runtime import RuntimeSimulator
from networks.devices.standalone import StandaloneSimulator
from networks.schedule import Propagation

SynapsesChoice = Literal["auto", "shared", "explicit"]
PropagationChoice = Literal["auto", "sequential", "synchronous"]

SIMULATORS: tuple[type[Simulator], ...] = (RuntimeSimulator, StandaloneSimulator, GeNNSimulator)

Value = TypeVar("Value", bound=str)


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
    offered = {each.device: each for each in SIMULATORS}
    if device not in offered:
        raise ValueError(f"the device is '{device}': it must be {_either(list(offered))}")
    if synapses not in get_args(SynapsesChoice):
        raise ValueError(f"synapses are 'shared' or 'explicit', not '{synapses}'")
    if propagation not in get_args(PropagationChoice):
        raise ValueError(
            f"the propagation is '{propagation}': it must be 'sequential' or 'synchronous'"
        )
    if backend not in get_args(Backend):
        raise ValueError(f"the backend is '{backend}': it must be {_either(get_args(Backend))}")
    simulator = offered[device]
    if simulator is GeNNSimulator and backend == "cuda":
        simulator = CudaGeNNSimulator
    return Choice(
        simulator,
        _pick(f"{synapses} synapses", synapses, simulator.synapses, device),
        _pick(f"{propagation} propagation", propagation, simulator.propagations, device),
    )


def _pick(what: str, asked: str, possible: Sequence[Value], device: str) -> Value:
    if asked == "auto":
        return possible[0]
    for each in possible:
        if each == asked:
            return each
    raise ValueError(f"{what} cannot run on device '{device}': use {_either(possible)}")


def _either(values: Sequence[str]) -> str:
    *most, last = (f"'{value}'" for value in values)
    return f"{', '.join(most)} or {last}" if most else last
