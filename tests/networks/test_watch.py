"""What was watched is what the neurons did, of the samples that there were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import brian2
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire, leaky_integrate_and_fire
from networks import Architecture, BackwardNetwork, ForwardNetwork
from networks.watch import watch
from tests.networks.builders import (
    architecture,
    random_gradient,
    random_images,
    random_parameters,
)

NETWORK = Architecture.parse("2-3", (2,), 2)
IMAGES = np.array([[0.5, 0.25], [1.0, 0.75], [0.25, 1.0]])
STEPS = 4


def forward() -> ForwardNetwork:
    """Stage 1 with the weights 1."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), 3)
    stage.set_parameters(
        {name: np.ones(shape) for name, shape in NETWORK.parameter_shapes().items()}
    )
    return stage


def test_several_samples_of_one_variable() -> None:
    stage = forward()
    with (
        watch(stage["layer1"], "v", 0) as first,
        watch(stage["layer1"], "v", 1) as second,
        watch(stage["layer1"], "v", 1) as again,
    ):
        stage.run(IMAGES, STEPS)
    with watch(stage["layer1"], "v", 0) as alone:
        stage.run(IMAGES[1:], STEPS)
    assert not np.array_equal(first.values, second.values)
    assert_array_equal(second.values, again.values)
    assert_array_equal(second.values, alone.values)


def test_a_sample_that_was_not_in_a_batch_has_no_values() -> None:
    stage = forward()
    with watch(stage["layer1"], "v", 2) as trace:
        stage.prepare()
        assert trace.values.shape == (0, 2)
        stage.run(IMAGES, STEPS)
        assert trace.values.shape == (STEPS, 2)
        stage.run(IMAGES[:2], STEPS)
    stage.run(IMAGES, STEPS)
    with pytest.raises(
        ValueError, match="sample 2 was watched, and a run had 2 samples: watch one"
    ):
        _ = trace.values


def test_a_sample_of_stage_2_that_was_not_in_the_batch() -> None:
    stage = BackwardNetwork(NETWORK, TernaryCouple(), 3)
    stage.set_parameters(
        {name: np.ones(shape) for name, shape in NETWORK.parameter_shapes().items()}
    )
    masks = {layer.name: np.ones((1, *layer.shape)) for layer in NETWORK.layers}
    with watch(stage["layer2"], "v", 1) as trace:
        stage.run(np.ones((1, 3)), masks, STEPS, rescale=0.5)
    with pytest.raises(ValueError, match="sample 1 was watched, and a run had 1 sample: watch one"):
        _ = trace.values


def test_spikes_are_what_the_count_gains_in_each_run() -> None:
    """With a leak, by which differences of the count would be no spikes; runs begin anew."""
    leaky = ForwardNetwork(NETWORK, leaky_integrate_and_fire(1, -1, 0.75), 3, dtype="float64")
    leaky.set_parameters(dict(forward().weights))
    with (
        watch(leaky["layer1"], "spikes", 1) as spikes,
        watch(leaky["layer1"], "spike_count", 1) as counts,
    ):
        for _ in range(2):
            leaky.run(IMAGES / 4, 6)
    assert spikes.values.dtype == np.int8 and spikes.values.shape == (12, 2)
    assert set(np.unique(spikes.values)) == {0, 1}
    assert_array_equal(spikes.values[:6], spikes.values[6:])
    for last in (5, 11):
        run = spikes.values[last - 5 : last + 1].astype(float)
        assert_array_equal(0.75 ** np.arange(5, -1, -1) @ run, counts.values[last])


def test_spikes_of_stage_2_have_signs() -> None:
    stage = BackwardNetwork(NETWORK, TernaryCouple(), 1)
    stage.set_parameters(dict(forward().weights))
    g = np.array([[0.25, -0.5, 0.0]])
    with watch(stage["layer2"], "spikes") as spikes:
        beta = stage.run(
            g, {"layer1": np.ones((1, 2)), "layer2": np.ones((1, 3))}, 8, rescale=0.5
        ).beta
    assert set(np.unique(spikes.values)) == {-1, 0, 1}
    assert_array_equal(spikes.values.mean(axis=0), beta["layer2"][0])


@pytest.mark.parametrize("layer", ["layer1", "layer2"])
def test_values_of_a_map_are_channel_row_column(layer: str) -> None:
    """Of maps of which no two sizes are the same; rates are compared at every place."""
    network = architecture("3C3s-4C3 (F3C3)", (2, 10, 4))
    assert sorted({network.layers[0].shape, network.layers[1].shape}) == [(3, 5, 2), (4, 5, 2)]
    weights = random_parameters(network)
    stage = ForwardNetwork(network, integrate_and_fire(1, -3), 2, dtype="float64")
    stage.set_parameters(weights)
    with watch(stage[layer], "spikes", 1) as spikes:
        alpha = stage.run(random_images(network, 2), 16).alpha[layer]
    assert np.unique(alpha[1]).size > 5
    assert_array_equal(spikes.values.mean(axis=0), alpha[1])

    back = BackwardNetwork(network, TernaryCouple(), 2, dtype="float64")
    back.set_parameters(weights)
    masks = {each.name: np.ones((2, *each.shape)) for each in network.layers}
    with watch(back[layer], "spikes", 1) as signed, watch(back[layer], "v", 1) as v:
        beta = back.run(random_gradient(network, 2) / 4, masks, 16, rescale=0.5).beta[layer]
    assert np.unique(beta[1]).size > 4
    assert_array_equal(signed.values.mean(axis=0), beta[1])
    assert v.values.shape == (16, *beta.shape[1:])


def test_what_cannot_be_watched_is_told_with_what_can() -> None:
    said = "there is no variable 'foo' to watch: use spikes, I, dropout, spike_count, v"
    with (
        pytest.raises(ValueError, match=said) as refusal,
        watch(forward()["layer1"], "foo"),
    ):
        pass
    for internal in ("_spikespace", "t_in_timesteps", "spike_total", "dt"):
        assert f" {internal}," not in str(refusal.value)


def test_layers_of_programs_are_refused_with_the_device() -> None:
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), 1, device="cpp_standalone")
    said = "'layer1' runs as a program on device 'cpp_standalone'.*: use device 'runtime'"
    with pytest.raises(ValueError, match=said), watch(stage["layer1"], "v"):
        pass


@pytest.mark.parametrize("other", ["layer1", brian2.NeuronGroup(2, "v : 1", name="of_a_user")])
def test_what_is_no_layer_is_refused(other: Any) -> None:
    said = "only layers of a stage can be watched, not (str|NeuronGroup of_a_user): take one such"
    with pytest.raises(ValueError, match=said), watch(other, "v"):
        pass


@pytest.mark.parametrize("prepared", [False, True])
def test_spikes_of_runs_of_different_lengths_in_a_pipeline(prepared: bool) -> None:
    """Layer 2 begins a step later, and its window is that of each run; a preparation has none."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), 1, propagation="synchronous")
    stage.set_parameters(dict(forward().weights))
    with watch(stage["layer2"], "spikes") as spikes:
        if prepared:
            stage.prepare()
        long = stage.run(IMAGES[:1], 20).alpha["layer2"][0] * 20
        assert_array_equal(spikes.values.sum(axis=0), long)
        short = stage.run(IMAGES[:1], 6).alpha["layer2"][0] * 6
    stage.run(IMAGES[:1], 2)
    assert_array_equal(spikes.values.sum(axis=0), long + short)


def test_a_state_variable_of_that_name_is_the_neurons_own() -> None:
    model = integrate_and_fire()
    own = replace(
        model, model=model.model + "spikes : 1\n", reset=model.reset + "\nspikes += 2", name="own"
    )
    stage = ForwardNetwork(NETWORK, own, 1)
    stage.set_parameters(dict(forward().weights))
    with watch(stage["layer1"], "spikes") as twice:
        alpha = stage.run(IMAGES[:1], STEPS).alpha["layer1"][0]
    assert_array_equal(twice.values[-1], 2 * STEPS * alpha)
