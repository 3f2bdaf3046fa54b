"""Which parameter each number is that the synapses of a program hold.

Nobody has to know how a kernel lies in memory: the parameters are their own numbers for once, and
what stands in the synapses then says where each one goes. Likewise the synapses that learn.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from brian2.core.variables import ArrayVariable
from numpy.typing import NDArray

from networks import Architecture
from networks.devices.memory import kind_of
from networks.devices.programs.standalone import StandaloneSimulator
from training.errors import UserError
from training.methods.spide import Spide

Places = Mapping[str, NDArray[np.int32]]

NOWHERE = -1
"""The place of what is no parameter."""


def numbered(architecture: Architecture) -> dict[str, NDArray[np.int64]]:
    """The number of every parameter, counted from 0 over all arrays in their order."""
    found, begin = {}, 0
    for name, shape in architecture.parameter_shapes().items():
        size = int(np.prod(shape))
        found[name] = np.arange(begin, begin + size).reshape(shape)
        begin += size
    return found


def program_of(method: Spide, stage: str) -> StandaloneSimulator:
    """The simulator of a stage on C++ standalone."""
    simulator = method.stages[stage].simulator
    assert isinstance(simulator, StandaloneSimulator)
    return simulator


def places_of_weights(method: Spide, stage: str) -> dict[str, NDArray[np.int32]]:
    """The parameter in each place of the synapses that carry spikes, by name of the field.

    Raises
    ------
    UserError
        If there are more parameters than the precision can count.
    """
    architecture, network = method.architecture, method.stages[stage]
    numbers = numbered(architecture)
    total = architecture.parameters
    most = 2 ** (np.finfo(network.dtype).nmant + 1)
    if total >= most:
        raise UserError(
            f"the network has {total:,} parameters, and {network.dtype} counts to {most:,}: "
            "choose --dtype float64"
        )
    before = _synapses(method, stage, {name: 0.0 * n for name, n in numbers.items()})
    after = _synapses(method, stage, {name: n + 1.0 for name, n in numbers.items()})
    return {
        name: np.rint(values).astype(np.int32) - 1
        for name, values in after.items()
        if not np.array_equal(values, before[name])  # or it has no parameters
    }


def places_of_lessons(method: Spide) -> dict[str, NDArray[np.int32]]:
    """The parameter of each number in the synapses that learn, by name of the field."""
    learning = method.second.learning
    assert learning is not None
    taught = {
        variable: values
        for variable, values in program_of(method, "backward").memory.items()
        if kind_of(variable) == "taught"
    }
    places: dict[ArrayVariable, NDArray[np.int32]] = {
        variable: np.full(values.size, NOWHERE, np.int32) for variable, values in taught.items()
    }
    numbers = numbered(method.architecture)
    for variable, values in taught.items():
        values[:] = np.arange(1, values.size + 1)
        for name, gradient in learning.gradients().items():
            here = gradient > 0
            places[variable][np.rint(gradient[here]).astype(int) - 1] = numbers[name][here]
        values[:] = 0
    return {f"{v.owner.name}.{v.name}": each for v, each in places.items()}


def _synapses(
    method: Spide, stage: str, parameters: Mapping[str, NDArray[np.floating]]
) -> dict[str, NDArray[np.floating]]:
    method.stages[stage].set_parameters(parameters)
    return {
        f"{variable.owner.name}.{variable.name}": np.array(values)
        for variable, values in program_of(method, stage).memory.items()
        if variable.name == "kernel"
    }
