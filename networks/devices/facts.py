"""What each device can do, known without waiting for Brian2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from networks.schedule import Propagation

DeviceName = Literal["runtime", "cpp_standalone", "genn"]
Backend = Literal["cuda", "opencl", "cpu"]
SynapsesKind = Literal["shared", "explicit"]
SynapsesChoice = Literal["auto", "shared", "explicit"]
PropagationChoice = Literal["auto", "sequential", "synchronous"]
LearningRule = Literal["rates", "spikes"]

Value = TypeVar("Value", bound=str)


@dataclass(frozen=True)
class DeviceFacts:
    """What one device can do.

    Parameters
    ----------
    synapses : tuple of {"shared", "explicit"}
        Realisations of the synapses that it can run; the first one is its default.
    propagations : tuple of {"sequential", "synchronous"}
        Propagations that it can run; the first one is its default.
    compiles_programs : bool
        Whether a stage is a program of its own, outside this process.
    couples : bool
        Whether stage 2 consists of couples there unless something else is asked for.
    has_backends : bool
        Whether it generates code for several backends, of which one is chosen.
    undivided : tuple of {"cuda", "opencl", "cpu"}
        Backends on which a whole batch is simulated at once, not spread over threads: their kernels
        run all samples side by side.
    single_precision : tuple of {"cuda", "opencl", "cpu"}
        Backends that compute in float32 only.
    leaks : bool
        Whether neurons may leak from one step to the next.
    learning : tuple of {"rates", "spikes"}
        What gradients can come from: products of the rates of both stages, or spikes of stage 2.
    """

    synapses: tuple[SynapsesKind, ...]
    propagations: tuple[Propagation, ...]
    compiles_programs: bool = True
    couples: bool = False
    has_backends: bool = False
    undivided: tuple[Backend, ...] = ()
    single_precision: tuple[Backend, ...] = ()
    leaks: bool = True
    learning: tuple[LearningRule, ...] = ("rates",)


_FACTS: dict[DeviceName, DeviceFacts] = {
    "runtime": DeviceFacts(
        ("shared", "explicit"),
        ("sequential", "synchronous"),
        compiles_programs=False,
        learning=("rates", "spikes"),
    ),
    "cpp_standalone": DeviceFacts(
        ("shared", "explicit"), ("sequential", "synchronous"), learning=("rates", "spikes")
    ),
    "genn": DeviceFacts(
        ("explicit",),
        ("synchronous",),
        couples=True,
        has_backends=True,
        undivided=("cuda", "opencl"),
        # GeNN's atomic additions of float64 are additions of float32 on OpenCL.
        single_precision=("opencl",),
        leaks=False,  # spikes are added before the leak
    ),
}


@dataclass(frozen=True)
class Realised:
    """What a network is made of on a device.

    Parameters
    ----------
    synapses : {"shared", "explicit"}
    propagation : {"sequential", "synchronous"}
    """

    synapses: SynapsesKind
    propagation: Propagation


def facts_of(device: DeviceName) -> DeviceFacts:
    """What a device can do.

    Raises
    ------
    ValueError
        If there is no such device.
    """
    if device not in _FACTS:
        raise ValueError(f"the device is '{device}': it must be {_either(list(_FACTS))}")
    return _FACTS[device]


def realised(
    device: DeviceName,
    synapses: SynapsesChoice,
    propagation: PropagationChoice,
    backend: Backend,
) -> Realised:
    """What a network is made of; "auto" is the first that the device offers.

    Raises
    ------
    ValueError
        If there is no such device, or it cannot do what was asked for.
    """
    facts = facts_of(device)
    if synapses not in get_args(SynapsesChoice):
        raise ValueError(f"synapses are 'shared' or 'explicit', not '{synapses}'")
    if propagation not in get_args(PropagationChoice):
        raise ValueError(
            f"the propagation is '{propagation}': it must be 'sequential' or 'synchronous'"
        )
    if backend not in get_args(Backend):
        raise ValueError(f"the backend is '{backend}': it must be {_either(get_args(Backend))}")
    return Realised(
        _pick(f"{synapses} synapses", synapses, facts.synapses, device),
        _pick(f"{propagation} propagation", propagation, facts.propagations, device),
    )


def check_learning(device: DeviceName, learning: LearningRule) -> None:
    """Refuse a way to learn that the device does not have.

    Raises
    ------
    ValueError
        If there is no such device or way, or they do not go together.
    """
    if learning not in get_args(LearningRule):
        raise ValueError(f"learning is from 'rates' or 'spikes', not '{learning}'")
    _pick(f"learning from {learning}", learning, facts_of(device).learning, device)


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
