"""Recipes that earlier versions wrote down, before there was a choice."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from networks.devices.facts import facts_of
from training.data.own_data.own import is_own
from training.recipes.recipe import Recipe

WHAT_WAS: dict[str, Any] = {
    "device": "runtime",
    "propagation": "auto",
    "backend": "cuda",
    "readout_initialisation": "as-layers",
    "dropout_per": "channel",
    "norm_restriction": "projection",
    "normalisation": "none",
    "validation": 0,
    "training_images": 0,
    "evaluate_every": 0,
    "stop_at_accuracy": 0.0,
    "method": "spide",
    "threads": 0,
    "learning": "rates",
    "realisation": "fast",
    "backward_neuron": "ternary",
}
"""By field: what versions that did not have it did. Who adds a field to `Recipe` adds it here."""


END = ("epochs", "stop_at_accuracy")
"""Fields that say when a training ends: they, and the place of data of one's
own, may be others when it is resumed."""


def completed(content: dict[str, Any]) -> dict[str, Any]:
    """Return a file's content with all fields of its recipe.

    Raises
    ------
    ValueError
        If a field is missing that every version wrote.
    """
    recipe = content.get("recipe")
    if not isinstance(recipe, dict):
        raise ValueError("it holds no recipe")
    whole = {**WHAT_WAS, **recipe}
    for field in fields(Recipe):
        if field.name not in whole:
            raise ValueError(f"the field '{field.name}' of the recipe is missing")
    return {**content, "recipe": {**whole, "threads": _possible_threads(whole)}}


def _possible_threads(recipe: dict[str, Any]) -> Any:
    """The threads of a recipe; one where several of them used to make programs on one GPU."""
    threads = recipe["threads"]
    if type(threads) is int and threads > 1:
        return 1 if recipe["backend"] in facts_of(recipe["device"]).undivided else threads
    return threads


def differing_field(one: Recipe, other: Recipe) -> str | None:
    """Return the name of the first field in which two recipes differ in more than their end.

    Where data of one's own lie makes no difference: a run knows their fingerprint.
    """
    passed_over = set(END)
    if is_own(one.data_set) and is_own(other.data_set):
        passed_over.add("data_set")
    for field in fields(Recipe):
        if field.name not in passed_over and getattr(one, field.name) != getattr(other, field.name):
            return field.name
    return None
