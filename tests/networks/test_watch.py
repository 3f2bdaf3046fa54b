"""What was watched is what the neurons did, of the samples that there were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire, leaky_integrate_and_fire
from networks import Architecture, BackwardNetwork, ForwardNetwork
from networks.watch import watch

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


def test_what_cannot_be_watched_is_told_with_what_can() -> None:
    said = "there is no variable 'foo' to watch: use spikes, I, dropout, spike_count, v"
    with (
        pytest.raises(ValueError, match=said) as refusal,
        watch(forward()["layer1"], "foo"),
    ):
        pass
    for internal in ("_spikespace", "t_in_timesteps", "spike_total", "dt"):
        assert f" {internal}," not in str(refusal.value)


def test_spikes_of_runs_of_different_lengths_in_a_pipeline() -> None:
    """Layer 2 begins a step later, and its window is that of each run."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), 1, propagation="synchronous")
    stage.set_parameters(dict(forward().weights))
    with watch(stage["layer2"], "spikes") as spikes:
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
