"""What would give a neuron other rates in another batch, run, precision or schedule.

It is refused, or it is simulated the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from brian2.units import ms
from numpy.testing import assert_array_equal

from equations import NeuronModel, integrate_and_fire
from networks import ForwardNetwork
from tests.networks.builders import Array, architecture

IF = integrate_and_fire()


def network(neuron: NeuronModel, bias: float = 1.0, **options: Any) -> ForwardNetwork:
    """One neuron with a bias for all its input."""
    single = architecture("1", (1,))
    built = ForwardNetwork(single, neuron, 1, **{"dtype": "float64", **options})
    values = {name: np.zeros(shape) for name, shape in single.parameter_shapes().items()}
    built.set_parameters({**values, "layer1.bias": np.full(1, bias)})
    return built


def rate(built: ForwardNetwork, steps: int = 10) -> Array:
    return built.run(np.zeros((1, 1)), steps).alpha["layer1"]


@pytest.mark.parametrize(
    ("neuron", "said"),
    [
        (
            replace(IF, model=f"{IF.model}total : 1 (shared)\n", update="total += 1"),
            "shares 'total' with all neurons of all samples, which no run would set to rest",
        ),
        (replace(IF, model=f"{IF.model}dtotal/dt = 1/dt : 1 (shared)\n"), "shares 'total' with"),
        (
            replace(IF, threshold="v >= v_threshold + 3*i"),
            "uses 'i' in its threshold, but a neuron does not know its place in a batch, which "
            "would change its rate: give it a bias, or a state of its own",
        ),
        (replace(IF, update="v *= 1 - 1/N"), "uses 'N' in its update, but a neuron does not know"),
        (replace(IF, threshold="t_in_timesteps > 3"), "uses 't_in_timesteps' in its threshold"),
        (
            replace(IF, model=f"{IF.model}hold : integer\n", initial={"hold": 1.7}),
            "begins with hold = 1.7, and 'hold' is an integer: choose a whole number",
        ),
        (
            replace(IF, model=f"{IF.model}hold : integer\n", initial={"hold": 3e9}),
            "begins with hold = 3000000000.0, and 'hold' is an integer",
        ),
        (
            replace(IF, model=f"{IF.model}on : boolean\n", initial={"on": 2}),
            "begins with on = 2, and 'on' is a truth value",
        ),
    ],
)  # fmt: skip
def test_it_is_refused(neuron: NeuronModel, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        network(neuron)


@pytest.mark.parametrize(
    ("initial", "said"),
    [
        ({"v": 0.99999999}, "the initial v 0.99999999 and v_threshold 1.0 are the same number in"),
        ({"x": 1e39}, "x is 1e+39, which is inf in float32: choose another value, or dtype"),
        ({"x": 1e-60}, "x is 1e-60, which is 0.0 in float32"),
    ],
)
def test_initial_values_that_a_precision_cannot_hold(initial: dict[str, float], said: str) -> None:
    neuron = replace(IF, model=f"{IF.model}x : 1\n", initial=initial)
    with pytest.raises(ValueError, match=re.escape(said)):
        network(neuron, dtype="float32")
    assert rate(network(neuron, bias=0.0)) == 0


@pytest.mark.parametrize("propagation", ["sequential", "synchronous"])
def test_an_update_comes_before_the_equations_of_its_step(propagation: Any) -> None:
    """x counts the steps that are integrated; y knows those before this one."""
    neuron = replace(
        IF, model=f"{IF.model}dx/dt = 1/dt : 1\ny : 1\n", update="y = x", threshold="y >= 4"
    )
    built = network(neuron, propagation=propagation)
    assert [round(rate(built, steps).item() * steps) for steps in (4, 5, 6)] == [0, 1, 2]


LATE: dict[str, Callable[[NeuronModel], NeuronModel]] = {
    "leak": lambda each: replace(
        each, model=each.model.replace("I/dt", "I/dt - v/tau"), namespace={"tau": 2 * ms}
    ),
    "adaptation": lambda each: replace(
        each, model=f"{each.model}dx/dt = (v - x)/(4*ms) : 1\n", threshold="v >= v_threshold + x"
    ),
    "subexpression": lambda each: replace(
        each, model=f"{each.model}half = v/2 : 1\n".replace("I/dt", "(I - half)/dt")
    ),
    "constant over dt": lambda each: replace(
        each,
        model=f"{each.model}half = v/2 : 1 (constant over dt)\n",
        threshold="v >= v_threshold and half >= v_threshold/4",
    ),
}


@pytest.mark.parametrize("propagation", ["sequential", "synchronous"])
def test_what_is_constant_over_dt_is_made_of_the_frame_of_its_step(propagation: Any) -> None:
    model = """
dv/dt = current/dt : 1
current = clip(I, 0, 10) : 1 (constant over dt)
I : 1 (constant)
spike_count : 1
"""
    neuron = replace(integrate_and_fire(1.0, -1.0), model=model)
    network = architecture("4", (4,))
    built = ForwardNetwork(network, neuron, 2, propagation=propagation)
    values = {n: np.zeros(s) for n, s in network.parameter_shapes().items()}
    built.set_parameters({**values, "layer1.weight": np.eye(4)})
    frames = np.zeros((6, 2, 4))
    frames[2] = 5.0
    found = []
    for given in (frames, np.full((6, 2, 4), 7.0), frames):
        found.append(built.run(given, 6).alpha["layer1"] * 6)
    # 5 at step 3: above the threshold there, and 3, then 1 are left for two more spikes.
    assert_array_equal(found[0], np.full((2, 4), 3))
    assert_array_equal(found[2], found[0])


@pytest.mark.parametrize("name", LATE)
def test_what_reads_the_potential_reads_it_before_spikes_arrive(name: str) -> None:
    """Feed-forward: the same counts whether spikes pass at once or take a step."""
    neuron = LATE[name](integrate_and_fire(1.0, 0.0))
    dense, rng = architecture("8-8", (4,)), np.random.default_rng(0)
    values = {n: rng.normal(0.1, 0.6, s) for n, s in dense.parameter_shapes().items()}
    images, found = rng.random((2, 4)), []
    for propagation in ("sequential", "synchronous"):
        built = ForwardNetwork(dense, neuron, 2, dtype="float64", propagation=propagation)
        built.set_parameters(values)
        found.append(built.run(images, 20).alpha)
    for layer, alpha in found[0].items():
        assert_array_equal(found[1][layer], alpha)
        assert len(np.unique(alpha)) > 2


def test_the_time_is_no_input_of_a_pipeline() -> None:
    neuron = replace(IF, threshold="v >= v_threshold + 0.1*int(t/ms)")
    with pytest.raises(ValueError, match="names the time 't', which is a later one in every layer"):
        ForwardNetwork(architecture("2-2", (2,)), neuron, 1, propagation="synchronous")
    assert rate(network(neuron)) > 0
