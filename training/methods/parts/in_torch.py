"""What methods without Brian2 cannot honour of a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from networks.simulation import Simulation

if TYPE_CHECKING:
    from training.recipes.recipe import Recipe


def refuse_what_only_brian_has(recipe: Recipe) -> None:
    """Refuse a device, its synapses and couples, for a method that runs in torch.

    Raises
    ------
    ValueError
        For the first such choice.
    """
    usual = Simulation()
    for name in ("device", "backend", "synapses", "propagation"):
        value = getattr(recipe, name)
        if value != getattr(usual, name):
            raise ValueError(
                f"the method {recipe.method} runs in torch and has no {name} '{value}': leave "
                f"--{name} out"
            )
    if recipe.couple:
        raise ValueError(
            f"the method {recipe.method} has no stage 2 and so no couples: leave --couple and "
            "--realisation out"
        )
