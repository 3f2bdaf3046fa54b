"""Named cases: values that belong together. Those of the paper's ablation (appendix F.1) are known.

With V_u = V_th - u_rest and V_u^b = V_th^b - u_rest^b kept, "ours" takes u_rest = -V_th in both
stages, "w/o B" takes u_rest^b = 0 and V_th^b = V_u^b in stage 2, and "w/o F&B" does so in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from training.recipes.recipe import Recipe
from training.suggestions import did_you_mean

CASE = "case"
"""The name of the axis of cases."""

ABLATION = ("ours", "w/o B", "w/o F&B")


def case_fields(
    name: str, recipe: Recipe, cases: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the fields that a case sets.

    Parameters
    ----------
    name : str
        One of the paper's ablation, or of the user's own.
    recipe : Recipe
        Its distances V_th - u_rest are kept.
    cases : mapping
        The user's own.

    Raises
    ------
    ValueError
        If there is no such case, or a case of the user sets what no recipe has.
    """
    if name in cases:
        if not isinstance(cases[name], Mapping):
            raise ValueError(
                f"the case '{name}' is of the type {type(cases[name]).__name__}: give the fields "
                "that it sets, such as {'v_rest': 0.0}"
            )
        known = {field.name for field in fields(Recipe)} - {"seed"}
        for field in cases[name]:
            if field not in known:
                raise ValueError(
                    f"the case '{name}' sets '{field}'{did_you_mean(field, known)}, which cannot "
                    "be set: 'spide train RECIPE --help' lists the fields of a recipe"
                )
        if not cases[name]:
            raise ValueError(f"the case '{name}' sets no field: name some, or leave it out")
        return dict(cases[name])
    if name not in ABLATION:
        known = {*ABLATION, *cases}
        raise ValueError(
            f"there is no case '{name}'{did_you_mean(name, known)}: choose "
            f"{', '.join(sorted(known))}, or define it"
        )
    first = recipe.v_threshold - recipe.v_rest
    second = recipe.v_threshold_backward - recipe.v_rest_backward
    shifted_first, shifted_second = name == "w/o F&B", name != "ours"
    return {
        "v_threshold": first if shifted_first else first / 2,
        "v_rest": 0.0 if shifted_first else -first / 2,
        "v_threshold_backward": second if shifted_second else second / 2,
        "v_rest_backward": 0.0 if shifted_second else -second / 2,
    }
