"""A network is built once: later runs compile nothing, forget nothing and leave nothing behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import numpy as np
import pytest
from brian2 import SpikeMonitor, StateMonitor
from brian2.codegen.runtime.cython_rt import CythonCodeObject
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire, leaky_integrate_and_fire
from networks import BackwardNetwork, BackwardRates, ForwardNetwork, ForwardRates
from tests.networks.builders import (
    Array,
    architecture,
    random_dropout,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)

STEPS = 12
NETWORK = architecture()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of the code objects that were made."""
    names: list[str] = []
    original = CythonCodeObject.compile

    def compile_and_note(self: CythonCodeObject) -> None:
        names.append(self.name)
        original(self)

    monkeypatch.setattr(CythonCodeObject, "compile", compile_and_note)
    yield names


def forward(batch_size: int, seed: int = 1) -> ForwardNetwork:
    """Stage 1 with weights."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), batch_size, dtype="float64")
    stage.set_parameters(random_parameters(NETWORK, seed))
    return stage


def backward(batch_size: int, seed: int = 1) -> BackwardNetwork:
    """Stage 2 with weights."""
    stage = BackwardNetwork(NETWORK, TernaryCouple(), batch_size, dtype="float64")
    stage.set_parameters(random_parameters(NETWORK, seed))
    return stage


def run_backward(
    stage: BackwardNetwork, samples: int, **options: dict[str, Array]
) -> BackwardRates:
    """Stage 2 with the same gradient every time."""
    return stage.run(
        random_gradient(NETWORK, samples), random_masks(NETWORK, samples), STEPS, rescale=0.5,
        **options,  # type: ignore[arg-type]
    )  # fmt: skip


def assert_same(first: ForwardRates | BackwardRates, second: ForwardRates | BackwardRates) -> None:
    """All rates of two runs are equal, and something fired."""
    rates = [
        each.alpha if isinstance(each, ForwardRates) else each.beta for each in (first, second)
    ]
    for layer in NETWORK.layers:
        assert rates[0][layer.name].any()
        assert_array_equal(rates[0][layer.name], rates[1][layer.name])
    assert first.firing_rates == second.firing_rates


def test_stage_1_twice(compiled: list[str]) -> None:
    stage, images = forward(3), random_images(NETWORK, 3)
    first = stage.run(images, STEPS)
    assert compiled
    compiled.clear()
    stage.run(random_images(NETWORK, 3, seed=9), STEPS, random_dropout(NETWORK, 3))
    assert_same(first, stage.run(images, STEPS))
    assert compiled == []


def test_stage_2_twice(compiled: list[str]) -> None:
    stage = backward(3)
    first = run_backward(stage, 3)
    assert compiled
    compiled.clear()
    run_backward(stage, 3, dropout_masks=random_dropout(NETWORK, 3))
    assert_same(first, run_backward(stage, 3))
    assert compiled == []


def test_frames_between_constant_inputs() -> None:
    stage, images = forward(3), random_images(NETWORK, 3)
    first = stage.run(images, STEPS)
    frames = np.stack([images] * STEPS)
    assert_same(first, stage.run(frames, STEPS))
    other = stage.run(frames * (np.arange(STEPS) % 2)[:, None, None, None, None], STEPS)
    assert not np.array_equal(other.alpha["layer1"], first.alpha["layer1"])
    assert_same(first, stage.run(images, STEPS))


def test_new_weights_take_effect(compiled: list[str]) -> None:
    images = random_images(NETWORK, 3)
    stages = forward(3), backward(3)
    stages[0].run(images, STEPS)
    run_backward(stages[1], 3)
    compiled.clear()
    for stage in stages:
        stage.set_parameters(random_parameters(NETWORK, seed=8))
    rates = stages[0].run(images, STEPS), run_backward(stages[1], 3)
    assert compiled == []
    assert_same(rates[0], forward(3, seed=8).run(images, STEPS))
    assert_same(rates[1], run_backward(backward(3, seed=8), 3))


def test_fewer_samples_than_the_batch() -> None:
    """The neurons of missing samples keep silent, whatever the run before left in them."""
    images = random_images(NETWORK, 5)
    stage_1, stage_2 = forward(5), backward(5)
    dropout = random_dropout(NETWORK, 5)
    stage_1.run(images, STEPS, dropout)
    run_backward(stage_2, 5, dropout_masks=dropout)

    assert_same(stage_1.run(images[:2], STEPS), forward(2).run(images[:2], STEPS))
    assert_same(run_backward(stage_2, 2), run_backward(backward(2), 2))
    frames = np.stack([images[:2]] * STEPS)
    two = {name: mask[:2] for name, mask in dropout.items()}
    assert_same(stage_1.run(frames, STEPS, two), forward(2).run(images[:2], STEPS, two))


def test_samples_do_not_meet() -> None:
    images = random_images(NETWORK, 4)
    together = forward(4).run(images, STEPS)
    single = forward(1)
    for sample, image in enumerate(images):
        alone = single.run(image[None], STEPS)
        for layer in NETWORK.layers:
            assert_array_equal(alone.alpha[layer.name][0], together.alpha[layer.name][sample])


def test_monitors_added_later_are_prepared(compiled: list[str]) -> None:
    stage, images = forward(2), random_images(NETWORK, 2)
    first = stage.run(images, STEPS)
    monitor = SpikeMonitor(stage["layer2"], name="spikes_of_layer2")
    potential = StateMonitor(stage["layer2"], "v", record=True, name="potential_of_layer2")
    stage.network.add(monitor, potential)
    compiled.clear()
    assert_same(first, stage.run(images, STEPS))
    assert any(monitor.name in name for name in compiled)
    assert monitor.num_spikes == round(first.alpha["layer2"].sum() * STEPS)
    assert potential.v.shape == (2 * NETWORK.layers[1].units, STEPS)


@pytest.mark.parametrize("leak", [1.0, 0.5])
def test_firing_rates_count_spikes_of_any_age(leak: float) -> None:
    stage = ForwardNetwork(NETWORK, leaky_integrate_and_fire(1.0, -1.0, leak), 2, dtype="float64")
    stage.set_parameters(random_parameters(NETWORK))
    monitor = SpikeMonitor(stage["layer1"], codeobj_class=NumpyCodeObject)
    stage.network.add(monitor)
    rates = stage.run(random_images(NETWORK, 2), STEPS)
    neurons = 2 * NETWORK.layers[0].units
    assert rates.firing_rates["layer1"] == monitor.num_spikes / (STEPS * neurons) > 0


def test_firing_rates_of_stage_2_count_both_signs_of_one_run() -> None:
    stage = backward(2)
    run_backward(stage, 2)
    rates = run_backward(stage, 2)
    for layer in NETWORK.layers:
        group = stage[layer.name]
        spikes = group.activity[:].sum()
        assert group.spike_total == spikes > abs(group.spike_count[:].sum())
        assert rates.firing_rates[layer.name] == spikes / (STEPS * 2 * layer.units)


def test_a_network_that_never_runs_is_no_mistake(caplog: pytest.LogCaptureFixture) -> None:
    network = architecture("2 (F2)", (2,))
    stage = ForwardNetwork(network, integrate_and_fire(), 2)
    del stage
    gc.collect()
    assert "never included in a network" not in caplog.text
