"""Milestones and warm-ups that a training does not get to: refused if someone asked for them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from training.checks.schedule import check_schedule, milestones_in_time
from training.checks.unread import check_asked, read_values
from training.errors import UserError
from training.programs.writing import compile as compile_program
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.recipes.chosen import chosen_recipe, fields_asked_for
from training.runs.train import train
from training.sweeps.planning.plan import make_plan
from training.updates.optimiser import learning_rate_factor

DIGITS = RECIPES["digits"]


def check(**fields: Any) -> None:
    recipe = chosen_recipe("digits", fields)
    check_asked(fields_asked_for("digits", recipe), recipe, read_architecture(recipe))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"epochs": 2, "milestones": (2,)}, "milestones 2 would change nothing: the training has"),
        ({"epochs": 1, "milestones": (1, 4)}, "milestones 1, 4 would change nothing: the training "
         "has 1 epoch; leave them out of --milestones, or choose more --epochs"),
        ({"epochs": 3, "milestones": (1, 3)}, "milestones 3 would change nothing"),
        ({"warmup_iterations": 676}, "is 676, and the training has 675 iterations"),
        ({"epochs": 9, "learning_rate_decay": 0.5}, "learning_rate_decay is 0.5, which would "
         "change nothing: there is no milestone before the last epoch ends; leave"),
        ({"milestones": (3,), "learning_rate_decay": 1.0}, "learning_rate_decay is 1"),
    ],
)  # fmt: skip
def test_refused_where_it_was_asked_for(fields: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        check(**fields)
    with pytest.raises(ValueError, match=re.escape(told)):
        train("digits", out=tmp_path / "run", **fields)
    with pytest.raises(UserError, match=re.escape(told)):
        compile_program("digits", tmp_path / "program", **fields)
    assert not list(tmp_path.iterdir())


def test_what_the_recipe_has_is_left_alone() -> None:
    check(epochs=1)
    check(epochs=1, milestones=())
    check(epochs=2, milestones=(1,), learning_rate_decay=0.5)
    check(warmup_iterations=675)
    short = replace(RECIPES["cifar10-alexnet-f"], training_images=128)
    assert short.warmup_iterations > short.epochs
    check_asked(["training_images"], short, read_architecture(short))


def test_in_time_is_what_lowers_the_learning_rate() -> None:
    recipe = replace(DIGITS, epochs=3, milestones=(1, 2, 3, 4))
    factors = {learning_rate_factor(recipe, 5, number) for number in range(15)}
    assert len(factors) == 1 + len(milestones_in_time(recipe))
    assert milestones_in_time(recipe) == (1, 2)


def test_trainings_that_differ_behind_their_end_are_the_same() -> None:
    def values(**fields: Any) -> dict[str, Any]:
        recipe = replace(DIGITS, **fields)
        return read_values(recipe, read_architecture(recipe))

    none = values(epochs=2, milestones=())
    assert values(epochs=2, milestones=(2, 5), learning_rate_decay=0.5) == none
    assert values(epochs=2, milestones=(1,), learning_rate_decay=1.0) == none
    assert values(epochs=2, milestones=(1, 5)) == values(epochs=2, milestones=(1, 7)) != none
    said = "the same training, because milestones that come with the end of epoch 3 or later"
    with pytest.raises(ValueError, match=f"{said} change nothing: leave one out"):
        make_plan("digits", replace(DIGITS, epochs=3), {"milestones": [(1, 5), (1, 7)]})
    said = "the same training, because all come with the end of epoch 1 or later, so that milest"
    with pytest.raises(ValueError, match=said):
        make_plan("digits", replace(DIGITS, epochs=1), {"milestones": [(1,), (2,)]})


def test_some_point_of_a_sweep_gets_to_it() -> None:
    five = replace(DIGITS, milestones=(3, 5))
    vary = {"epochs": [4, 6]}
    make_plan("digits", five, vary, asked=["milestones"])
    with pytest.raises(ValueError, match="milestones 5 would change nothing: the training has 4 e"):
        make_plan("digits", five, {"epochs": [3, 4]}, asked=["milestones"])
    with pytest.raises(ValueError, match="milestones 20 would change nothing: the training has 15"):
        make_plan("digits", DIGITS, {"milestones": [(3,), (3, 8, 20)]})
    warm = replace(DIGITS, warmup_iterations=200)
    make_plan("digits", warm, {"epochs": [2, 6]}, asked=["warmup_iterations"])
    with pytest.raises(ValueError, match="is 200, and the training has 180 iterations"):
        make_plan("digits", warm, {"epochs": [2, 4]}, asked=["warmup_iterations"])
    with pytest.raises(ValueError, match="is 676, and the training has 675 iterations"):
        make_plan("digits", DIGITS, {"warmup_iterations": [0, 10, 676]})


def test_nothing_is_asked_of_recipes_themselves() -> None:
    check_schedule([], [replace(DIGITS, epochs=1, warmup_iterations=10_000)])
