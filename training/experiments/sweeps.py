"""What is trained for the tables and figures: two sweeps, each in a small and a full size.

*Ablation* (Table 2, Figures 2, 3 and 4): T_B with and without the resting potentials of section
4.3. *Methods* (Tables 1 and 3, Figure 5): SPIDE beside other ways to learn, on one network; for
conversion, which knows no feedback, without it.

Small is the recipe digits for six epochs: real images, but 8 x 8 and 1,437 of them, and smaller
T_B, which so small a network does well with. Full is the recipe mnist-feedback as it is, with the
paper's T_B.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from training.recipes import RECIPES
from training.recipes.recipe import Recipe
from training.sweeps.cases import ABLATION, CASE
from training.sweeps.plan import Plan, make_plan

Scale = Literal["small", "full"]


@dataclass(frozen=True)
class Experiment:
    """A sweep that tables and figures are made from.

    Parameters
    ----------
    name : str
    recipes : dict of Recipe
        By scale.
    steps : dict
        By scale: the values of T_B, if it is varied.
    names : tuple of str
        Of the cases.
    cases : dict
        By scale and name: the fields that a case sets; those of the paper's ablation are known.
    """

    name: str
    recipes: Mapping[Scale, Recipe]
    steps: Mapping[Scale, Sequence[int]]
    names: tuple[str, ...]
    cases: Mapping[Scale, Mapping[str, Mapping[str, Any]]]

    def plan(
        self,
        scale: Scale,
        seeds: int,
        names: Sequence[str] | None = None,
        steps: Sequence[int] | None = None,
    ) -> Plan:
        """The trainings of a scale.

        Parameters
        ----------
        scale : {"small", "full"}
        seeds : int
        names, steps : sequence, optional
            Cases and values of T_B in place of all.

        Raises
        ------
        ValueError
            For a number of seeds below 1.
        """
        vary: dict[str, Sequence[Any]] = {CASE: names or self.names}
        if self.steps:
            vary["backward_steps"] = steps or self.steps[scale]
        return make_plan(
            f"{self.name}-{scale}", self.recipes[scale], vary, seeds=seeds, cases=self.cases[scale]
        )


RECIPES_BY_SCALE: dict[Scale, Recipe] = {
    "small": replace(RECIPES["digits"], epochs=6, milestones=(4,)),
    "full": RECIPES["mnist-feedback"],
}

ABLATION_SWEEP = Experiment(
    "ablation",
    RECIPES_BY_SCALE,
    {"small": (10, 25, 50, 100), "full": (50, 100, 250, 500)},
    ABLATION,
    {"small": {}, "full": {}},
)


def _methods(recipe: Recipe) -> dict[str, dict[str, Any]]:
    forward_only = recipe.architecture.partition("(")[0].strip()
    return {
        "SPIDE": {"method": "spide"},
        "SPIDE, normalised weights": {"method": "spide", "normalisation": "weight"},
        "IDE": {"method": "implicit"},
        "surrogate gradients": {"method": "surrogate"},
        "surrogate gradients, T_F 8": {"method": "surrogate", "forward_steps": 8},
        "DFA": {"method": "feedback_alignment"},
        "conversion": {"method": "conversion", "architecture": forward_only},
    }


METHODS_SWEEP = Experiment(
    "methods",
    RECIPES_BY_SCALE,
    {},
    tuple(_methods(RECIPES_BY_SCALE["full"])),
    {scale: _methods(recipe) for scale, recipe in RECIPES_BY_SCALE.items()},
)
