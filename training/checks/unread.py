"""What nothing reads of a recipe: its method, its device and its network have no use for it.

A recipe has a value for every field, and many are there because they have always been. But a value
that someone asks for, on the command line or as a keyword, is meant to change something: where it
does not, it is refused. And two recipes that differ only in such values are the same training.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from networks import Architecture
from training.checks.schedule import check_schedule, milestones_in_time
from training.counted import counted
from training.recipes.methods import METHODS
from training.recipes.recipe import Recipe
from training.recipes.sizes import batch_sizes, training_size
from training.updates.dropout import dropped_layers

NOTHING: dict[str, Any] = {
    "dropout": 0.0, "evaluate_every": 0, "milestones": (), "learning_rate_decay": 1.0,
}  # fmt: skip
"""Values that ask for nothing: where nothing reads the field, others come to the same."""


def unread(recipe: Recipe, architecture: Architecture) -> dict[str, str]:
    """The fields that change nothing, and why.

    Parameters
    ----------
    recipe : Recipe
    architecture : Architecture
        Its network.
    """
    found = dict(METHODS[recipe.method].unread)
    if not recipe.simulation.facts.has_backends:
        found.setdefault("backend", f"the device {recipe.device} has no choice of backends")
    if architecture.feedback is None:
        reason = f"'{architecture.notation}' has no feedback"
        found |= dict.fromkeys(("feedback_norm", "norm_restriction"), reason)
    if not any(layer.connection.has_parameters for layer in architecture.layers):
        found["normalisation"] = f"no layer of '{architecture.notation}' has weights"
    if recipe.dropout == 0:
        found |= dict.fromkeys(("dropout_layers", "dropout_per"), "the dropout is 0")
    elif not dropped_layers(architecture, recipe.dropout_layers):
        reason = (
            f"dropout_layers is {recipe.dropout_layers}, and '{architecture.notation}' has none"
        )
        found |= dict.fromkeys(("dropout", "dropout_layers", "dropout_per"), reason)
    per_epoch = len(batch_sizes(recipe)) if recipe.evaluate_every else 0
    if recipe.evaluate_every >= per_epoch > 0:
        told = counted(per_epoch, "iteration")
        found["evaluate_every"] = f"an epoch has {told}, and ends with an evaluation"
    return found | _unread_schedule(recipe)


def _unread_schedule(recipe: Recipe) -> dict[str, str]:
    in_time = milestones_in_time(recipe)
    found: dict[str, str] = {}
    if not in_time:
        found["learning_rate_decay"] = "there is no milestone before the last epoch ends"
    if recipe.milestones and not in_time:
        found["milestones"] = f"all come with the end of epoch {recipe.epochs} or later"
    elif recipe.milestones and recipe.learning_rate_decay == 1:
        found["milestones"] = "learning_rate_decay is 1"
    return found


def read_values(recipe: Recipe, architecture: Architecture) -> dict[str, Any]:
    """What is read, by name: of two recipes that train the same, the same.

    What asks for nothing is left out, as what nothing reads; and words count as what they stand
    for, such as ``auto``.
    """
    ignored, realised = unread(recipe, architecture), recipe.simulation.realised
    values = asdict(recipe) | {
        "milestones": milestones_in_time(recipe),
        "training_images": training_size(recipe),
        "couple": recipe.has_couples or recipe.simulation.facts.couples,
        "synapses": realised.synapses,
        "propagation": realised.propagation,
    }
    del values["realisation"]
    return {
        name: value
        for name, value in values.items()
        if name not in ignored and not (name in NOTHING and value == NOTHING[name])
    }


def check_asked(names: Iterable[str], recipe: Recipe, architecture: Architecture) -> None:
    """Refuse values that someone asked for and nothing reads.

    Parameters
    ----------
    names : iterable of str
        The fields that were asked for.
    recipe : Recipe
    architecture : Architecture

    Raises
    ------
    ValueError
        For the first such field, and for a schedule that the training does not get to.
    """
    names = tuple(names)
    check_schedule(names, [recipe])
    ignored = unread(recipe, architecture)
    for name in names:
        if name in ignored:
            raise ValueError(
                f"{name} is {getattr(recipe, name)}, which would change nothing: {ignored[name]}; "
                f"leave --{name.replace('_', '-')} out{_remedy(name, recipe)}"
            )


def _remedy(name: str, recipe: Recipe) -> str:
    """What to choose who wants the field to be read."""
    if name == "milestones":
        return ", or choose a --learning-rate-decay below 1"
    if name == "learning_rate_decay":
        return ", or choose earlier --milestones, or more --epochs"
    if name == "evaluate_every":
        return ", or choose a smaller number, or a smaller --batch-size"
    if name == "backend":
        return ", or choose the device genn"
    if name in ("feedback_norm", "norm_restriction"):
        return ", or give the architecture a feedback, such as '16C3 (F16C3)'"
    if name == "normalisation":
        return ", or give the architecture a layer that learns"
    if name.startswith("dropout"):
        chosen = "a --dropout above 0" if recipe.dropout == 0 else "--dropout-layers all"
        return f", or choose {chosen}"
    return ", or choose the method spide"
