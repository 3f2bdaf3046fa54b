"""What a compiled program was made of, as one hash: an unchanged program need not be made again.

It covers everything that is baked in: the equations and statements of all objects, when they act,
the synapses, the constants, the precision, the compiler and its options, Brian2 and the code of
this package. What each run brings along (`StateMemory.memory`) is not part of it.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import brian2
import numpy as np
from brian2.codegen.cpp_prefs import get_compiler_and_args
from brian2.core.base import BrianObject
from brian2.core.functions import Function
from brian2.core.network import Network
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.groups.neurongroup import NeuronGroup
from brian2.input.timedarray import TimedArray
from brian2.synapses.synapses import Synapses
from brian2.units.fundamentalunits import get_dimensions

_PACKAGE = Path(__file__).resolve().parents[2]
_NOT_COMPILED = ("numpy", "cython")
"""Targets of functions that no program has: some are there after a trial on NumPy only."""

_CPU = Path("/proc/cpuinfo")


def fingerprint(network: Network, device: CPPStandaloneDevice, *extra: object) -> str:
    """A hash of all that a program depends on.

    Parameters
    ----------
    network : Network
        Not yet prepared for a run.
    device : CPPStandaloneDevice
        The device that its objects were made on.
    *extra : object
        What the simulator itself bakes in; their ``repr`` counts.
    """
    digest = hashlib.sha256()
    for line in _lines(network, device):
        digest.update(line.encode() + b"\0")
    digest.update(repr(extra).encode())
    for name, values in sorted(device.static_arrays.items()):
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).data)
    for path in sorted(_PACKAGE.rglob("*")):
        ours = {"devices", "brian"} & set(path.parts)
        if path.suffix in (".h", ".cpp") or (path.suffix == ".py" and ours):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _lines(network: Network, device: CPPStandaloneDevice) -> Iterator[str]:
    compiler, options = get_compiler_and_args()
    yield f"{brian2.__version__} {type(device).__name__} {compiler} {options}"
    yield f"{prefs.codegen.cpp} {os.environ.get('CXX')} {platform.platform()} {_processor()}"
    yield f"{network.schedule}"
    for each in network.sorted_objects:
        yield f"{each.name} {type(each).__name__} {each.when} {each.order} {each.active}"
        yield from _describe(each)
    for instruction, arguments in device.main_queue:
        # Brian2 numbers code objects and networks through the process.
        names = [getattr(each, "template_name", each) for each in arguments]
        yield f"{instruction} {names}"


def _describe(each: BrianObject) -> Iterator[str]:
    yield f"{getattr(each, 'abstract_code', '')} {getattr(each, 'code', '')}"
    if isinstance(each, NeuronGroup):
        yield f"{len(each)} {each.equations} {each.events} {each.event_codes} {each.method_choice}"
        yield f"{[(name, _exactly(value)) for name, value in sorted(each.namespace.items())]}"
    if isinstance(each, Synapses):
        yield f"{each.source.name} {each.target.name} {each.equations}"
    variables: dict[str, Any] = getattr(each, "variables", {})
    for name, variable in sorted(variables.items()):
        if isinstance(variable, ArrayVariable):
            yield f"{name} {variable.dtype} {variable.size}"


def _exactly(value: Any) -> str:
    """What a name of a namespace stands for: its ``repr`` has some digits of a number only."""
    if isinstance(value, TimedArray):
        values = np.ascontiguousarray(value.values)
        return f"{_number(values)} {values.shape} every {float(value.dt).hex()} {value.dim}"
    if isinstance(value, Function):
        return _function(value)
    return f"{_number(value)} {get_dimensions(value)}"


def _number(value: Any) -> str:
    number = np.asarray(value)
    return f"{number.dtype} {number.tobytes().hex()}"


def _function(function: Function) -> str:
    """The code of a function; a name that never comes back, if it is known by its object alone."""
    made_of = []
    for target, each in function.implementations.items():
        if target in _NOT_COMPILED:
            continue
        code = getattr(each, "_code", None)
        if not isinstance(code, str | dict) or getattr(each, "_namespace", None):
            return token_hex()
        used = [
            (name, _function(other)) for name, other in sorted((each.dependencies or {}).items())
        ]
        made_of.append(f"{target} {each.name} {code} {used}")
    return f"{sorted(made_of)}" if made_of else token_hex()


def _processor() -> str:
    """The instructions that ``-march=native`` allows: a cache may be shared between machines."""
    try:
        lines = _CPU.read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")
