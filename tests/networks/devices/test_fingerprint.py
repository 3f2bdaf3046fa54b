"""The name of a program: another one for everything that is compiled into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from brian2.core.functions import Function, implementation
from brian2.input.timedarray import TimedArray
from brian2.units import check_units, ms

from equations import integrate_and_fire
from networks import ForwardNetwork
from networks.devices.programs.fingerprint import fingerprint
from networks.devices.programs.standalone import StandaloneSimulator
from tests.networks.builders import architecture


@pytest.fixture(autouse=True)
def one_digit() -> Iterator[None]:
    """What NumPy prints is a user's own affair."""
    with np.printoptions(precision=1):
        yield


def name_of(model: str, **namespace: Any) -> str:
    """The fingerprint of a network of such neurons, which is not compiled."""
    neuron = replace(integrate_and_fire(1.0, 0.0), namespace=namespace)
    neuron = replace(neuron, model=neuron.model.replace("I/dt", model))
    network = ForwardNetwork(architecture("2", (2,)), neuron, 1, device="cpp_standalone")
    simulator = network.simulator
    assert isinstance(simulator, StandaloneSimulator)
    return fingerprint(simulator.network, simulator._device)


def twice(code: str) -> Function:
    found: Function = implementation("cpp", code)(check_units(x=1, result=1)(lambda x: 2 * x))
    return found


LEAK, DRIVEN, CALLED = "I/dt - v/tau", "(I + drive(t))/dt", "doubled(I)/dt"
CODE = "double doubled(double x) { return 2*x; }"
VALUES = np.linspace(0, 1, 2000)


def driving(last: float = 1.0, step: float = 1.0) -> TimedArray:
    return TimedArray([*VALUES[:-1], last], dt=step * ms)


@pytest.mark.parametrize(
    ("model", "one", "other"),
    [
        (LEAK, {"tau": 10.123456789123 * ms}, {"tau": 10.123456789999 * ms}),
        (LEAK, {"tau": 1.96 * ms}, {"tau": 2.04 * ms}),
        (f"{LEAK}*k", {"tau": 2 * ms, "k": 0.1}, {"tau": 2 * ms, "k": np.nextafter(0.1, 1)}),
        (f"{LEAK}*k", {"tau": 2 * ms, "k": 1}, {"tau": 2 * ms, "k": 1.0}),
        (DRIVEN, {"drive": driving()}, {"drive": driving(np.nextafter(1.0, 0.0))}),
        (DRIVEN, {"drive": driving()}, {"drive": driving(step=2.0)}),
        (CALLED, {"doubled": twice(CODE)}, {"doubled": twice(CODE.replace("2*x", "x+x"))}),
    ],
)
def test_other_constants_make_another_program(
    model: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert name_of(model, **one) == name_of(model, **one) != name_of(model, **other)


def test_equal_values_in_other_objects_make_the_same_program() -> None:
    assert name_of(DRIVEN, drive=driving()) == name_of(DRIVEN, drive=driving())
    assert name_of(CALLED, doubled=twice(CODE)) == name_of(CALLED, doubled=twice(CODE))
