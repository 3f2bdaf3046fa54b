"""``spide info``: what the network of a recipe consists of, with the options of ``spide train``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import tyro

from training.cli.named_recipe import recipe_and_options, refuse_early
from training.cli.options import parse
from training.cli.refusals import refusals
from training.recipes import RECIPES, description
from training.recipes.recipe import Recipe


@dataclass(frozen=True)
class Info:
    """Options of ``spide info RECIPE``.

    Parameters
    ----------
    recipe : Recipe
        What to describe.
    """

    recipe: Annotated[Recipe, tyro.conf.arg(name="")]


def run(words: Sequence[str]) -> int:
    """Run ``spide info``; return 0."""
    name, options = recipe_and_options("info", words)
    default = Info(RECIPES[name])
    choice = parse(Info, options, f"spide info {name}", description(name), default=default)
    refuse_early(name, choice.recipe, options)
    from training.cli.reports.information import print_information

    with refusals():
        return print_information(choice.recipe)
