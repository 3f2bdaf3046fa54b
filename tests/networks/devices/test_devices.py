"""The same spikes on every device.

One program serves any number of steps and samples, so the counts of 1, 2, 3, ... steps are asked
for: where they all agree, so do the spikes of every step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from equations import (
    NeuronModel,
    TernaryCouple,
    TracePair,
    integrate_and_fire,
    leaky_integrate_and_fire,
)
from networks import Architecture, BackwardNetwork, ForwardNetwork
from networks.devices.facts import DeviceName, PropagationChoice, SynapsesChoice
from networks.simulation import FloatingPoint
from tests.networks.builders import (
    Array,
    architecture,
    random_dropout,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)
from tests.oracles.recorded_cases import CASES, assert_reproduced, load_case, run_case
from training.methods import TwoStageConfig, two_stage_gradients

pytestmark = pytest.mark.devices

SAMPLES = 3
STEPS = 12

#: A feedback network, and a pipeline of leaky neurons.
LOOP = architecture()
PIPELINE = architecture("3C3s-P2-6", (2, 6, 8))


@pytest.mark.parametrize(
    ("name", "couple"),
    [
        ("frames_single_layer", False),
        ("frames_single_layer", True),
        ("mnist_feedback_8ch_dropout", False),
        ("mnist_feedback_lif", False),
    ],
)
@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_reproduces_the_recorded_case(name: str, couple: bool, synapses: SynapsesChoice) -> None:
    (path,) = (path for path in CASES if path.stem == name)
    case = load_case(path)
    found = run_case(case, couple=couple, device="cpp_standalone", synapses=synapses)
    assert_reproduced(found, case)


@pytest.mark.parametrize(
    ("couple", "leak", "propagation"),
    [(False, 1.0, "sequential"), (True, 1.0, "sequential"), (False, 0.5, "synchronous")],
)
@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_spikes_teach_the_same_on_both_devices(
    couple: bool, leak: float, propagation: PropagationChoice, synapses: SynapsesChoice
) -> None:
    """A program runs one sample after the other, so sums over samples differ by rounding."""
    config = TwoStageConfig(forward_steps=STEPS, backward_steps=STEPS, leak=leak)
    images, labels = 2 * random_images(LOOP, SAMPLES), [0, 1, 1]
    devices: tuple[DeviceName, ...] = ("runtime", "cpp_standalone")
    expected, found = (
        two_stage_gradients(
            LOOP,
            random_parameters(LOOP),
            images,
            labels,
            config,
            couple=couple,
            device=device,
            synapses=synapses,
            propagation=propagation,
            learning="spikes",
        )
        for device in devices
    )
    for name, gradient in expected.gradients.items():
        assert gradient.any(), name
        assert_allclose(found.gradients[name], gradient, rtol=0, atol=1e-13 * abs(gradient).max())


def forward_runs(
    network: Architecture, neuron: NeuronModel, *, dtype: FloatingPoint = "float64", **options: Any
) -> list[Array]:
    """Stage 1 with many inputs, one after the other on one network."""
    stage = ForwardNetwork(network, neuron, SAMPLES, dtype=dtype, **options)
    images, dropout = 2 * random_images(network, SAMPLES), random_dropout(network, SAMPLES)
    found: list[Array] = []
    for seed in (1, 6):
        stage.set_parameters(random_parameters(network, seed))
        runs = [stage.run(images, steps) for steps in range(1, STEPS + 1)]
        runs.append(stage.run(images, STEPS, dropout))
        frames = np.stack([np.roll(images, step, axis=-1) for step in range(STEPS)])
        runs.append(stage.run(frames, STEPS, dropout))
        runs.append(stage.run(images[:2], STEPS))
        for run in runs:
            found += [*run.alpha.values(), np.array(list(run.firing_rates.values()))]
    return found


def backward_runs(
    network: Architecture,
    neurons: TernaryCouple | TracePair,
    *,
    dtype: FloatingPoint = "float64",
    **options: Any,
) -> list[Array]:
    """Stage 2 with many inputs, one after the other on one network."""
    stage = BackwardNetwork(network, neurons, SAMPLES, dtype=dtype, **options)
    g, masks = 4 * random_gradient(network, SAMPLES), random_masks(network, SAMPLES)
    dropout = random_dropout(network, SAMPLES)
    two = {name: mask[:2] for name, mask in masks.items()}
    found: list[Array] = []
    for seed in (1, 6):
        stage.set_parameters(random_parameters(network, seed))
        runs = [stage.run(g, masks, steps, rescale=1.0) for steps in range(1, STEPS + 1)]
        runs.append(stage.run(g, masks, STEPS, rescale=0.75, dropout_masks=dropout))
        runs.append(stage.run(g[:2], two, STEPS, rescale=1.0))
        for run in runs:
            found += [*run.beta.values(), np.array(list(run.firing_rates.values()))]
    return found


@pytest.mark.parametrize(
    ("network", "leak", "propagation"),
    [(LOOP, 1.0, "sequential"), (LOOP, 1.0, "synchronous"), (PIPELINE, 0.5, "synchronous")],
    ids=["loop-sequential", "loop-synchronous", "leaky-pipeline-synchronous"],
)
def test_both_stages_on_all_devices(network: Architecture, leak: float, propagation: str) -> None:
    neuron = leaky_integrate_and_fire(leak=leak) if leak < 1 else integrate_and_fire()
    couple = TernaryCouple(0.25, -0.25, leak)
    expected_forward = forward_runs(network, neuron, propagation=propagation)
    expected_backward = backward_runs(network, couple, propagation=propagation)
    assert all(rates.any() for rates in expected_forward[-2:] + expected_backward[-2:])
    devices: tuple[dict[str, Any], ...] = (
        {"device": "runtime", "synapses": "explicit"},
        {"device": "cpp_standalone", "synapses": "explicit"},
        {"device": "cpp_standalone", "synapses": "shared"},
    )
    for options in devices:
        found = forward_runs(network, neuron, propagation=propagation, **options)
        for one, other in zip(found, expected_forward, strict=True):
            assert_array_equal(one, other)
        found = backward_runs(network, couple, propagation=propagation, **options)
        for one, other in zip(found, expected_backward, strict=True):
            assert_array_equal(one, other)


def test_one_program_serves_neurons_with_other_parameters(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Thresholds, batch sizes, steps and weights are data: nothing is compiled for them."""
    monkeypatch.setenv("SPIDE_CACHE_DIR", str(tmp_path))
    images = random_images(LOOP, 2)
    for v_threshold, samples in ((1.0, 2), (0.75, 1), (2.0, 2)):
        neuron = integrate_and_fire(v_threshold, -0.5)
        rates = []
        for device in ("runtime", "cpp_standalone"):
            stage = ForwardNetwork(LOOP, neuron, samples, dtype="float64", device=device)
            stage.set_parameters(random_parameters(LOOP))
            rates.append(stage.run(images[:samples], STEPS).alpha["layer2"])
        assert rates[0].any()
        assert_array_equal(rates[1], rates[0])
    assert len([folder for folder in tmp_path.iterdir() if folder.is_dir()]) == 1
