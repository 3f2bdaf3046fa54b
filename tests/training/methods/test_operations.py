"""Counted synaptic operations: the same in torch and Brian2, and on any number of threads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from networks import Architecture
from training.methods.method import Method
from training.parallel.over_cores import method_over_cores
from training.recipes.recipe import Recipe
from training.updates.initialisation import initial_parameters

RECIPE = Recipe(
    data_set="digits", architecture="3C3s-4C3s (F3C3u)", dtype="float64", threads=1,
    forward_steps=6, backward_steps=12,
)  # fmt: skip
NETWORK = Architecture.parse("3C3s-4C3s (F3C3u)", (1, 8, 8), 3)
RNG = np.random.default_rng(0)
IMAGES, LABELS = 2 * RNG.standard_normal((5, 1, 8, 8)), RNG.integers(0, 3, 5)


def built(recipe: Recipe) -> Method:
    method = method_over_cores(NETWORK, recipe, 5)
    method.set_parameters(initial_parameters(NETWORK, recipe))
    return method


@pytest.mark.parametrize("leak", [1.0, 0.5])
def test_unrolled_in_torch_and_simulated(leak: float) -> None:
    recipe = replace(RECIPE, leak=leak)
    brian, torch = built(recipe), built(replace(recipe, method="surrogate"))
    counted = brian.step(IMAGES, LABELS, count=True).operations
    assert set(counted["forward"]) == set(counted["backward"]) == {"layer2", "feedback"}
    assert all(count > 0 for stage in counted.values() for count in stage.values())
    assert torch.step(IMAGES, LABELS, count=True).operations == {"forward": counted["forward"]}
    for method in (brian, torch):
        assert method.pathways["forward"] == ("layer2", "feedback")
        assert method.predict(IMAGES, count=True).operations == counted["forward"]


def test_threads_share_the_operations() -> None:
    alone, shared = built(RECIPE), built(replace(RECIPE, threads=2))
    expected = alone.step(IMAGES, LABELS, count=True)
    assert shared.step(IMAGES, LABELS, count=True).operations == expected.operations
    assert shared.predict(IMAGES, count=True).operations == expected.operations["forward"]


def test_nothing_is_counted_unless_asked() -> None:
    method = built(RECIPE)
    assert method.step(IMAGES, LABELS).operations == {"forward": {}, "backward": {}}
    assert method.predict(IMAGES).operations == {}


def test_the_resets_of_couples_are_counted_with_direct_feedback_too() -> None:
    """One addition a spike: without connections these are all of stage 2."""
    recipe = replace(RECIPE, method="feedback_alignment", couple=True)
    result = built(recipe).step(IMAGES, LABELS, count=True)
    layers = NETWORK.layers
    assert set(result.operations["backward"]) == {f"{layer.name}.couple" for layer in layers}
    for layer in layers:
        spikes = result.firing_rates["backward"][layer.name] * 12 * 5 * layer.units
        counted = result.operations["backward"][f"{layer.name}.couple"]
        assert counted == pytest.approx(spikes) and counted > 0
