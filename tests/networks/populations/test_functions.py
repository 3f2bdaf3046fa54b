"""Functions in the strings of a neuron: Brian2's own, those with arrays, and those without code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import TimedArray, ms
from brian2.core.namespace import DEFAULT_FUNCTIONS

from equations import NeuronModel, integrate_and_fire
from networks import Architecture, CompilationError, ForwardNetwork

ONE = Architecture.parse("1", (1,), 2)
CALLED = sorted(
    name for name, function in DEFAULT_FUNCTIONS.items()
    if function.stateless and name not in ("timestep", "logical_and", "logical_or")
)  # fmt: skip


def rate(neuron: NeuronModel, current: float = 0.5, steps: int = 20, **options: Any) -> float:
    """Of a neuron whose input is a current, in double precision."""
    return run(network(neuron, **options), current, steps)


def network(neuron: NeuronModel, **options: Any) -> ForwardNetwork:
    stage = ForwardNetwork(ONE, neuron, 1, dtype="float64", **options)
    shapes = ONE.parameter_shapes()
    weights = {name: np.ones(shape) for name, shape in shapes.items()}
    stage.set_parameters({**weights, "layer1.bias": np.zeros(1)})
    return stage


def run(stage: ForwardNetwork, current: float = 0.5, steps: int = 20) -> float:
    return float(stage.run(np.array([[current]]), steps).alpha["layer1"].item())


def with_update(update: str, **namespace: Any) -> NeuronModel:
    """A neuron without a differential equation for its potential."""
    model = "v : 1\nI : 1 (constant)\nspike_count : 1"
    neuron = integrate_and_fire(1.0, -1.0)
    return replace(neuron, model=model, update=update, name="own", namespace=namespace)


@pytest.mark.parametrize("name", CALLED)
def test_functions_of_brian2(name: str) -> None:
    """All that always give the same can be called; a trial without a compiler comes first."""
    arguments = {"clip": "(I, 0.1, 0.4)", "int": "(I > 0.1)"}.get(name, "(I)")
    neuron = with_update(f"v += 0*{name}{arguments} + I")
    assert rate(neuron) == 0.25


def test_exprel_has_its_value() -> None:
    neuron = with_update("v += exprel(I)")
    found = rate(neuron, 0.5, 2000)
    assert found == pytest.approx((np.exp(0.5) - 1) / 0.5 / 2, abs=1e-3)


def test_arrays_of_one_name_are_those_of_each_network() -> None:
    """Modules are shared by their text, in which arrays have names."""

    def driven(values: list[float]) -> ForwardNetwork:
        stimulus = TimedArray(np.array(values), dt=1 * ms, name="stimulus_of_a_test")
        return network(with_update("v += stim(t)", stim=stimulus))

    stages = [driven([each] * 20) for each in (1.0, 0.0, 0.5, 1.0)]
    for _ in range(2):
        assert [run(stage) for stage in stages] == [0.5, 0.0, 0.25, 0.5]
    del stages[0]  # the others keep the values that they share with it
    assert [run(stage) for stage in stages] == [0.0, 0.25, 0.5]


def test_code_that_does_not_compile_is_told_in_one_sentence() -> None:
    @brian2.implementation("cython", "cdef double broken(double x):\n    return no_such_name(x)")
    @brian2.check_units(x=1, result=1)
    def broken(x: float) -> float:
        return x

    stage = network(with_update("v += broken(I)", broken=broken))
    with pytest.raises(CompilationError, match="does not compile, see the output above: does a s"):
        stage.prepare()


@pytest.mark.parametrize("name", ["e", "pi", "ms", "exp"])
def test_names_of_brian2_are_its_own(name: str) -> None:
    """It would take its own value, with a warning in a log."""
    neuron = replace(integrate_and_fire(), name="own", namespace={name: 0.1})
    with pytest.raises(ValueError, match=f"has '{name}' in its namespace, which is Brian2's own"):
        network(neuron)
    same = replace(neuron, namespace={"ms": ms, "pi": brian2.pi})
    assert rate(same) == 0.25
