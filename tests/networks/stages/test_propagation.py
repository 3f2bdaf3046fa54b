"""Synchronous propagation on the runtime device: a pipeline gives exactly the sequential counts."""

from __future__ import annotations

import re

import numpy as np
import pytest
from brian2 import SpikeMonitor
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire, leaky_integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork, PropagationChoice, SynapsesChoice
from networks.schedule import SYNCHRONOUS_SLOTS, make_schedule
from tests.networks.builders import (
    Array,
    architecture,
    random_dropout,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)

STEPS = 14
SAMPLES = 5
PIPELINE = architecture("3C3s-P2-4C3-5", (2, 8, 4))
LOOP = architecture()
LEAKS = [1.0, 0.5]


def rates(
    network_name: str,
    leak: float,
    *,
    couple: bool = False,
    frames: bool = False,
    **options: PropagationChoice | SynapsesChoice,
) -> list[dict[str, Array]]:
    """Rates of both stages."""
    network = PIPELINE if network_name == "pipeline" else LOOP
    neuron = leaky_integrate_and_fire(leak=leak) if leak < 1 else integrate_and_fire()
    forward = ForwardNetwork(network, neuron, SAMPLES, dtype="float64", **options)  # type: ignore[arg-type]
    backward = BackwardNetwork(
        network, TernaryCouple(0.25, -0.25, leak), SAMPLES, couple=couple, dtype="float64",
        **options,  # type: ignore[arg-type]
    )  # fmt: skip
    parameters = random_parameters(network)
    forward.set_parameters(parameters)
    backward.set_parameters(parameters)
    images = 2 * random_images(network, SAMPLES)
    if frames:
        images = np.stack([np.roll(images, step, axis=-1) for step in range(STEPS)])
    dropout = random_dropout(network, SAMPLES)
    alpha = forward.run(images, STEPS, dropout)
    beta = backward.run(
        4 * random_gradient(network, SAMPLES), random_masks(network, SAMPLES), STEPS, rescale=1.0,
        dropout_masks=dropout,
    )  # fmt: skip
    assert all((*alpha.firing_rates.values(), *beta.firing_rates.values()))
    return [alpha.alpha, beta.beta]


def assert_equal(first: list[dict[str, Array]], second: list[dict[str, Array]]) -> None:
    for one, other in zip(first, second, strict=True):
        assert one.keys() == other.keys()
        for layer in one:
            assert_array_equal(one[layer], other[layer])


@pytest.mark.parametrize("frames", [False, True], ids=["constant", "frames"])
@pytest.mark.parametrize("couple", [False, True], ids=["ternary", "couples"])
@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_a_pipeline_counts_like_a_sequence(
    synapses: SynapsesChoice, leak: float, couple: bool, frames: bool
) -> None:
    expected = rates("pipeline", leak, frames=frames)
    found = rates(
        "pipeline", leak, frames=frames, couple=couple, synapses=synapses,
        propagation="synchronous",
    )  # fmt: skip
    assert_equal(found, expected)


@pytest.mark.parametrize("leak", LEAKS)
def test_a_loop_is_another_system_but_the_same_with_all_synapses(leak: float) -> None:
    synchronous = [
        rates("loop", leak, propagation="synchronous", synapses=synapses, couple=couple)
        for synapses in ("shared", "explicit")
        for couple in (False, True)
    ]
    for other in synchronous[1:]:
        assert_equal(other, synchronous[0])
    sequential = rates("loop", leak)
    assert any(
        not np.array_equal(one[layer], other[layer])
        for one, other in zip(sequential, synchronous[0], strict=True)
        for layer in one
    )


def test_each_layer_of_a_pipeline_lives_in_a_window_of_its_own() -> None:
    """Everybody fires at every step of its window and at no other one."""
    network = architecture("1-1-1", (1,))
    forward = ForwardNetwork(
        network, integrate_and_fire(1.0, 0.0), 1, dtype="float64", propagation="synchronous"
    )
    values = {name: np.ones(shape) for name, shape in network.parameter_shapes().items()}
    forward.set_parameters(values)
    monitors = [
        SpikeMonitor(forward[layer.name], codeobj_class=NumpyCodeObject) for layer in network.layers
    ]
    forward.network.add(monitors)
    result = forward.run(np.array([[1.0]]), 4)
    steps = [[round(float(t) * 1000) for t in monitor.t] for monitor in monitors]
    assert steps == [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]]
    assert {rate.item() for rate in result.alpha.values()} == {1.0}


def test_a_neuron_of_a_loop_that_always_fires_has_rate_one() -> None:
    """Or stage 2 takes it for one that responds to its input: training on GeNN broke down so."""
    network = architecture("1-1-1 (F1)", (1,))
    forward = ForwardNetwork(
        network, integrate_and_fire(1.0, 0.0), 1, dtype="float64", propagation="synchronous"
    )
    forward.set_parameters({n: np.ones(shape) for n, shape in network.parameter_shapes().items()})
    result = forward.run(np.array([[1.0]]), 4)
    assert {rate.item() for rate in result.alpha.values()} == {1.0}


def test_the_feedback_of_a_loop_takes_a_step_per_layer() -> None:
    """Layer 1 has no input of its own after step 0; what it fires comes back three steps later."""
    network = architecture("1-1-1 (F1)", (1,))
    forward = ForwardNetwork(
        network, integrate_and_fire(1.0, 0.0), 1, dtype="float64", propagation="synchronous"
    )
    parameters = {n: np.zeros(shape) for n, shape in network.parameter_shapes().items()}
    for weight in ("layer1.weight", "layer2.weight", "layer3.weight", "feedback.weight"):
        parameters[weight] = np.ones_like(parameters[weight])
    forward.set_parameters(parameters)
    monitor = SpikeMonitor(forward["layer1"], codeobj_class=NumpyCodeObject)
    forward.network.add(monitor)
    frames = np.zeros((8, 1, 1))
    frames[0] = 1.0
    result = forward.run(frames, 8)
    assert [round(float(t) * 1000) for t in monitor.t] == [0, 3, 6]
    assert [rate.item() for rate in result.alpha.values()] == [3 / 8] * 3


def test_the_schedules() -> None:
    pipeline = make_schedule("synchronous", ["a", "b", "c"])
    assert pipeline.slots == SYNCHRONOUS_SLOTS
    assert [slots.delay for slots in pipeline.layers.values()] == [0, 1, 2]
    assert pipeline.extra_steps == 2
    for other in (make_schedule("synchronous", ["a"]), make_schedule("sequential", ["a", "b"])):
        assert {slots.delay for slots in other.layers.values()} == {None}
        assert other.extra_steps == 0


def test_a_propagation_that_does_not_exist() -> None:
    said = "the propagation is 'instant': it must be 'sequential' or 'synchronous'"
    with pytest.raises(ValueError, match=re.escape(said)):
        ForwardNetwork(LOOP, integrate_and_fire(), 1, propagation="instant")  # type: ignore[arg-type]
