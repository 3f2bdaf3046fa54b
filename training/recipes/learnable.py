"""Whether the method of a recipe can learn what the recipe asks for, before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from networks.precision import check_precision, check_rescale
from networks.simulation import Simulation
from training.recipes.method_facts import BRIAN2
from training.recipes.methods import METHODS
from training.recipes.recipe import Recipe

if TYPE_CHECKING:
    from networks import Architecture


def check_learnable(recipe: Recipe, architecture: Architecture) -> None:
    """Refuse what the method of a recipe cannot learn.

    Parameters
    ----------
    recipe : Recipe
    architecture : Architecture
        Its network.

    Raises
    ------
    ValueError
        For a network or for values that cannot be.
    """
    facts = METHODS[recipe.method]
    facts.check_simulation(recipe.simulation)
    if facts.in_torch:
        _refuse_what_only_brian2_has(recipe)
    else:
        recipe.simulation.check_leak(recipe.leak)
    if recipe.backward_neuron != "ternary" and not facts.stage_2:
        raise ValueError(
            f"the method {recipe.method} has no stage 2, and so no backward neuron "
            f"'{recipe.backward_neuron}': leave --backward-neuron out"
        )
    facts.check_network(architecture)
    config = recipe.two_stage
    check_precision(config.neuron, recipe.dtype)
    if facts.stage_2:
        check_precision(config.signed_neurons.neuron, recipe.dtype)
        check_rescale(config.rescale, config.signed_neurons.span, recipe.simulation.numpy_dtype)


def _refuse_what_only_brian2_has(recipe: Recipe) -> None:
    if recipe.has_couples:
        raise ValueError(
            f"the method {recipe.method} has no stage 2 and so no couples: leave --couple and "
            "--realisation out"
        )
    usual = Simulation()
    for name in BRIAN2:
        value = getattr(recipe, name)
        if value != getattr(usual, name):
            raise ValueError(
                f"the method {recipe.method} runs in torch and has no {name} '{value}': leave "
                f"--{name} out"
            )
