"""A recipe says what its method learns from; methods that cannot, say so before they are built."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from networks import Architecture
from training.methods.build import build_method
from training.recipes import RECIPES
from training.recipes.earlier import WHAT_WAS
from training.recipes.methods import METHODS
from training.updates.initialisation import initial_parameters

RECIPE = replace(
    RECIPES["digits"], architecture="6 (F6)", forward_steps=10, backward_steps=10, threads=1
)
NETWORK = Architecture.parse(RECIPE.architecture, (1, 8, 8), 10)


def test_a_recipe_learns_from_spikes() -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.random((5, 1, 8, 8)), rng.integers(0, 10, 5)
    found = []
    for recipe in (RECIPE, replace(RECIPE, learning="spikes")):
        method = build_method(NETWORK, recipe, 5)
        method.set_parameters(initial_parameters(NETWORK, recipe))
        found.append(method.step(images, labels).gradients)
    rates, spikes = found
    assert np.abs(rates["layer1.weight"]).max() > 0
    for name, gradient in rates.items():
        assert_allclose(spikes[name], gradient, rtol=0, atol=1e-5 * np.abs(gradient).max())


@pytest.mark.parametrize("name", sorted(METHODS.keys() - {"spide"}))
def test_other_methods_refuse_to(name: str) -> None:
    recipe = replace(RECIPE, method=name, learning="spikes")
    with pytest.raises(ValueError, match="does not learn from spikes: use learning 'rates'"):
        build_method(NETWORK, recipe, 5)


def test_recipes_of_earlier_versions_learned_from_rates() -> None:
    assert WHAT_WAS["learning"] == "rates"
