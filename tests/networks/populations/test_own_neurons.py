"""Neurons of one's own: every run begins at rest, whatever state they have, or they are refused."""

from __future__ import annotations

import gc
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from brian2.units import amp, ms, mV
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from equations import (
    NeuronModel,
    has_sigma_rates,
    integrate_and_fire,
    leaky_integrate_and_fire,
    ternary,
)
from networks import ForwardNetwork, SynapsesKind
from tests.networks.builders import Array, architecture, random_images, random_parameters
from tests.networks.populations.own_neurons import adaptive, in_millivolts, own_neurons

NETWORK = architecture()
PIPELINE = architecture("3C3s-P2-5", (2, 8, 4))
SAMPLES = 3
STEPS = 9


def in_volts(neuron: NeuronModel) -> float:
    """What a weight of 1 is for this neuron: what a spike of it takes away."""
    return {"millivolts": 0.02, "volts": 0.5}.get(neuron.name, 1.0)


def build(neuron: NeuronModel, **options: Any) -> ForwardNetwork:
    network = options.pop("network", NETWORK)
    built = ForwardNetwork(network, neuron, SAMPLES, **{"dtype": "float64", **options})
    scale = in_volts(neuron)
    built.set_parameters({n: scale * w for n, w in random_parameters(network).items()})
    return built


def rates(network: ForwardNetwork, steps: int = STEPS) -> list[Array]:
    run = network.run(random_images(network.architecture, SAMPLES), steps)
    return [*run.alpha.values(), np.array(list(run.firing_rates.values()))]


def assert_same(one: list[Array], other: list[Array]) -> None:
    for first, second in zip(one, other, strict=True):
        assert_array_equal(first, second)


@given(neuron=own_neurons(), synapses=st.sampled_from(["shared", "explicit"]))
@settings(max_examples=15, deadline=None)
def test_every_run_begins_at_rest(neuron: NeuronModel, synapses: SynapsesKind) -> None:
    network = build(neuron, synapses=synapses)
    first = rates(network)
    assert any(rate.any() for rate in first)
    for _ in range(2):
        rates(network, 4)
        assert_same(rates(network), first)
    assert_same(rates(build(neuron, synapses=synapses)), first)


@given(neuron=own_neurons())
@settings(max_examples=10, deadline=None)
def test_in_a_pipeline_too(neuron: NeuronModel) -> None:
    """Feed-forward: the windows of synchronous propagation change nothing."""
    sequential = build(neuron, network=PIPELINE)
    synchronous = build(neuron, network=PIPELINE, propagation="synchronous")
    first = rates(sequential)
    for _ in range(2):
        assert_same(rates(synchronous), first)


@pytest.mark.devices
@given(neuron=own_neurons())
@settings(max_examples=4, deadline=None)
def test_on_a_compiled_device(neuron: NeuronModel) -> None:
    runtime, program = build(neuron), build(neuron, device="cpp_standalone")
    first = rates(runtime)
    for _ in range(3):
        assert_same(rates(program), first)


def test_an_adaptive_threshold_by_hand() -> None:
    """I = 1, V_th = 0.75, span 1, jump 0.25, theta halves in a step (Euler, tau = 2 ms).

    u: 1 fires at 0.75 -> 0, theta 0.25; 1 fires at 0.875 -> 0, theta 0.375; 1 fires at 0.9375 -> 0,
    theta 0.4375; 1 is not more than 0.96875: fires -> 0, theta 0.46875; 1 fires at 0.984375.
    With a jump of 0.5, theta is 0.5, 0.25: 1 is the threshold and fires -> theta 0.75, 0.375: not.
    """
    single = architecture("1", (1,))
    values = {name: np.ones(shape) for name, shape in single.parameter_shapes().items()}
    values["layer1.bias"] *= 0
    counts = []
    for jump in (0.25, 0.5):
        network = ForwardNetwork(single, adaptive(jump, tau=2.0), 1, dtype="float64")
        network.set_parameters(values)
        counts.append(
            [network.run(np.ones((1, 1)), n).alpha["layer1"].item() * n for n in range(1, 5)]
        )
    assert_allclose(counts, [[1, 2, 3, 4], [1, 2, 2, 3]])


def test_namespaces_are_not_mixed_up() -> None:
    """Two neurons whose strings agree and whose constants do not."""
    slow, fast = (rates(build(adaptive(1.0, tau=tau))) for tau in (64.0, 2.0))
    assert any(not np.array_equal(a, b) for a, b in zip(slow, fast, strict=True))


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_neuron_in_volts_is_its_twin_without_units(synapses: SynapsesKind, dtype: str) -> None:
    """v = -70 mV + 20 mV u has the spikes of u with V_th = 1, u_rest = 0."""
    twin = build(integrate_and_fire(1.0, 0.0), synapses=synapses, dtype="float64")
    # Not exact: multiples of 20 mV are not dyadic. A little more input keeps clear of ties.
    volts = build(in_millivolts(), synapses=synapses, dtype=dtype)
    images = random_images(NETWORK, SAMPLES) + 0.03
    expected, found = (network.run(images, STEPS) for network in (twin, volts))
    assert any(alpha.any() for alpha in expected.alpha.values())
    for layer, alpha in expected.alpha.items():
        assert_allclose(found.alpha[layer], alpha, rtol=1e-6)


def test_a_neuron_in_volts_is_silent_without_input() -> None:
    network = ForwardNetwork(NETWORK, in_millivolts(), SAMPLES)
    network.set_parameters(
        {name: np.zeros(shape) for name, shape in NETWORK.parameter_shapes().items()}
    )
    run = network.run(np.zeros((SAMPLES, *NETWORK.input_shape)), 50)
    assert set(run.firing_rates.values()) == {0.0}


def test_a_threshold_below_the_initial_potential_is_refused() -> None:
    with pytest.raises(ValueError, match=r"must be positive, or initial=\{'v': ...\} begin below"):
        replace(in_millivolts(), initial={})
    with pytest.raises(ValueError, match=r"lie above the initial potential -0\.04"):
        replace(in_millivolts(), initial={"v": -40 * mV})


IF = integrate_and_fire()


@pytest.mark.parametrize("value", ["a", "1.0", True, np.True_, np.ones(2), None])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(f"jump of neuron 'neuron' is {value!r}: it")):
        replace(IF, parameters={"jump": value})
    with pytest.raises(ValueError, match=r"v_rest of neuron 'neuron' is .*: it must be a number"):
        replace(IF, v_rest=value)


@pytest.mark.parametrize("kind", ["initial", "parameters"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(kind: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"v of neuron 'neuron' is {value}: it must be finite"):
        replace(IF, **{kind: {"v": value}})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("neuron", "said"),
    [
        (replace(IF, initial={"w_th": 1.0}), "no state variable 'w_th' to begin with"),
        (replace(IF, initial={"I": 1.0}), "no state variable 'I'"),
        (replace(IF, initial={"spike_count": 1.0}), "spike_count other than 0"),
        (replace(IF, initial={"v": -3 * mV}), "its unit must be '1'"),
        (replace(IF, parameters={"v": 1.0}), "both as a parameter and in its model"),
        (replace(IF, parameters={"leak": 0.5}), "names something 'leak'"),
        (replace(IF, parameters={"mask": 0.5}), "names something 'mask'"),
        (replace(IF, parameters={"my param": 0.5}), "must be a Python name"),
        (replace(IF, namespace={"v": 1.0}), "'v' in its namespace"),
        (replace(IF, model=IF.model + "dropout : 1\n"), "names something 'dropout'"),
        (replace(IF, model="dv/dt = I/dt : 1\nI : 1"), "has no 'spike_count'"),
        (replace(IF, model="v : 1\nspike_count : 1"), "has no 'I'"),
        (replace(IF, model="I : 1\nspike_count : 1"), "has no 'v'"),
        (replace(IF, model=IF.model.replace("I : 1 (constant)", "I = 2*v : 1")), "computes 'I'"),
        (replace(IF, reset="v = 0"), "does not count its spikes"),
        (replace(IF, threshold="v >= v_treshold"), "uses 'v_treshold' in its threshold"),
        (replace(IF, reset=IF.reset + "thta += 1"), "uses 'thta' in its reset"),
        (replace(IF, update="v *= decay"), "uses 'decay' in its update"),
        (replace(IF, model=IF.model + "dx/dt = -x/tau : 1"), "uses 'tau' in its model"),
        (
            replace(IF, model=IF.model.replace("I/dt : 1", "I/dt : 1 (unless refractory)")),
            "uses 'v (unless refractory)', but a stage knows no refractory period",
        ),
        (replace(IF, threshold="t > lastspike and v > 1"), "uses 'lastspike', but a stage knows"),
        (
            replace(IF, threshold="v >= 1 + randn()"),
            "uses 'randn' in its threshold, but no",
        ),
        (
            replace(IF, model=IF.model.replace("I/dt", "I/dt + xi*ms**-0.5")),
            "uses 'xi' in its model, but no run can repeat random numbers: put the noise into the",
        ),
        (
            replace(IF, leak=0.9),
            "has leak 0.9, but its spike_count does not decay with it: add 'spike_count = leak",
        ),
        (replace(IF, leak=0.9, update="v *= leak  # spike_count too"), "does not decay with it"),
        (replace(IF, leak=0.9, update="v *= leak; V = spike_count; v = V"), "does not decay with"),
        (replace(IF, reset="v = 0; V = 1; spike_count += 1"), "assigns 'V' in its reset"),
        (
            replace(IF, parameters={"jump": 0.1}, update="jump += 0.1; v += jump"),
            "assigns 'jump' in its update, a parameter, which no run would set back: declare a "
            "state variable in its model, with its value at rest in 'initial'",
        ),
        (
            replace(IF, reset=f"{IF.reset}v_threshold += 0.05"),
            "assigns 'v_threshold' in its reset, a parameter",
        ),
        (replace(IF, reset=f"{IF.reset}I *= 0.5"), "assigns 'I' in its reset, its input, which"),
        (
            replace(IF, update="dropout = 0.5\nv = v*dropout/0.5"),
            "assigns 'dropout' in its update, which means another thing here: choose another name",
        ),
        (replace(IF, update="spike_total = 1; v += spike_total"), "assigns 'spike_total'"),
        (replace(IF, update="active = 1; v += active"), "assigns 'active' in its update, which"),
        (
            replace(IF, update="tau = 2; v += tau", namespace={"tau": 3}),
            "assigns 'tau' in its update, a constant of its namespace: declare a state variable",
        ),
        (
            replace(IF, model=IF.model.replace("spike_count : 1", "spike_count : 1 (constant)")),
            "assigns 'spike_count' in its reset, which its model declares as constant: leave",
        ),
        (
            replace(IF, model=f"{IF.model}x : 1 (constant)", update="x = x + 1"),
            "assigns 'x' in its update, which its model declares as constant",
        ),
        (
            replace(
                leaky_integrate_and_fire(),
                model="v : 1 (constant)\nI : 1\nspike_count : 1",
                leak=1,
                update="",
                reset="spike_count += 1",
            ),
            "declares 'v' as constant, but spikes change it: leave that out",
        ),
        (replace(IF, threshold="v > = v_threshold"), "cannot be simulated"),
        (replace(IF, update="v += poisson(2)"), "uses 'poisson' in its update"),
        (
            replace(IF, update="v = halved(v)", namespace={"halved": lambda x: x / 2}),
            "uses the Python function 'halved' in its update, which compiled code cannot call",
        ),
        (
            replace(IF, reset="V = v - v_threshold + v_rest\nspike_count += 1"),
            "assigns 'V' in its reset, which is no variable of its model and is not read after "
            "that: write 'v', if that is meant",
        ),
        (replace(IF, update="vv = v * 0.5"), "assigns 'vv' in its update"),
        (replace(IF, reset="u = v_rest\nspike_count += 1"), "assigns 'u' in its reset"),
        (replace(IF, reset="v = 0  # spike_count += 1"), "does not count its spikes"),
        (replace(IF, reset="v = 0\nspike_count = 1"), "has 'spike_count = 1' in its reset, with"),
        (replace(IF, reset="v = 0\nspike_count += 2"), "has 'spike_count += 2' in its reset"),
        (
            replace(IF, model=IF.model.replace("I : 1", "I : integer")),
            "has 'I' as an integer or a truth value: declare it with a unit, or as 'I : 1'",
        ),
        (
            replace(IF, model=IF.model.replace("I/dt", "I")),
            "cannot be simulated: Expression 'I' does not have the expected unit hertz (unit is 1)",
        ),
        (
            replace(IF, model=IF.model + "dx/dt = -x/tau : 1", namespace={"tau": 10}),
            "cannot be simulated: Expression '-x/tau' does not have the expected unit hertz",
        ),
        (replace(IF, threshold="v - v_threshold"), "'v - v_threshold' is not a boolean expression"),
        (replace(IF, update="v = v +* 2"), "the neuron 'neuron' cannot be simulated: invalid syn"),
        (
            replace(IF, reset="v -=\nspike_count += 1"),
            "has 'v -=', which is no assignment, in its reset",
        ),
        (
            replace(IF, threshold="v >= levels", namespace={"levels": np.ones(3)}),
            "Variable levels was found in the namespace, but is not a scalar value",
        ),
        (replace(IF, model="dv/dt = : 1"), "cannot be read"),
        (replace(IF, v_threshold=20 * mV), "v_threshold in 'volt' and v in '1'"),
        (replace(in_millivolts(), v_rest=-0.07), "v_rest in '1' and v in 'volt'"),
        (replace(in_millivolts(), initial={"v": -70 * amp}), "its unit must be 'volt'"),
        (
            replace(in_millivolts(), model=in_millivolts().model.replace("I : volt", "I : amp")),
            "I in 'amp",
        ),
    ],
)
def test_what_no_stage_can_run(neuron: NeuronModel, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as error:
        ForwardNetwork(NETWORK, neuron, SAMPLES)
    assert "\n" not in str(error.value)


def test_a_refusal_comes_without_a_warning_of_brian2(caplog: pytest.LogCaptureFixture) -> None:
    neuron = replace(IF, model=IF.model + "dx/dt = -x/tau : 1", namespace={"tau": 10})
    with pytest.raises(ValueError, match="cannot be simulated"):
        ForwardNetwork(NETWORK, neuron, SAMPLES)
    gc.collect()
    assert "never included in a network" not in caplog.text


def test_neurons_of_eq_1_are_known_whatever_their_unit() -> None:
    in_a_line = replace(IF, reset="v -= v_threshold - v_rest; spike_count += 1")
    for neuron in (IF, leaky_integrate_and_fire(0.5, -2.0, 0.3), in_millivolts(), in_a_line):
        assert has_sigma_rates(neuron)
    to_zero = replace(IF, reset=IF.reset.replace("v -= v_threshold - v_rest", "v = v_rest"))
    other = replace(IF, threshold="v > v_threshold")
    for neuron in (adaptive(), to_zero, ternary(), other, replace(IF, leak=0.9)):
        assert not has_sigma_rates(neuron)


def test_comments_and_lines_of_a_threshold_mean_nothing() -> None:
    commented = replace(
        IF,
        threshold="""
        v >= v_threshold  # as in eq. 1
    """,
    )
    for options in ({}, {"propagation": "synchronous"}):
        assert_same(rates(build(commented, **options)), rates(build(IF, **options)))


def test_names_of_the_namespace_may_be_quantities() -> None:
    assert adaptive().namespace == {"tau": 4 * ms}


def test_a_leak_may_be_written_in_other_ways() -> None:
    """The count of a neuron that fires at every step is the weight of a rate: it has rate 1."""
    leaky = replace(
        leaky_integrate_and_fire(), leak=0.5, update="v = v*leak + I\nspike_count *= leak  # so"
    )
    single = architecture("1", (1,))
    network = ForwardNetwork(single, leaky, 1, dtype="float64")
    values = {name: np.zeros(shape) for name, shape in single.parameter_shapes().items()}
    values["layer1.bias"][:] = 4.0
    network.set_parameters(values)
    assert network.run(np.zeros((1, 1)), 7).alpha["layer1"].item() == 1
