"""A value for all points is what they have, or it is refused: on the command line, in Python, TOML.

Without the refusal each of these would start a training, so that nothing passes by accident.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import training.sweeps.sweep as module
from tests.training.cli.command import refusal
from training.recipes import RECIPES
from training.recipes.recipe import Recipe
from training.sweeps.planning.plan import Plan, make_plan

DIGITS = RECIPES["digits"]

CONTRADICTIONS: list[tuple[dict[str, list[Any]], dict[str, Any], str]] = [
    (
        {"backward_steps": [12, 15]},
        {"backward_steps": 30},
        "backward_steps is set to 30 for all points, and is varied over 12, 15: leave one of",
    ),
    (
        {"learning_rate": [0.05, 0.1]},
        {"learning_rate": 0.05},  # that of the recipe, and one of the values
        "learning_rate is set to 0.05 for all points, and is varied over 0.05, 0.1",
    ),
    (
        {"v_rest_backward": [-0.25, -0.5]},
        {"v_threshold_backward": 0.5},  # that of the recipe
        "v_threshold_backward is set to 0.5 for all points, and would follow v_rest_backward, "
        "which is varied: leave v_threshold_backward out, or vary it as well, with 0.5 as its one",
    ),
    (
        {"case": ["ours", "w/o B"]},
        {"v_threshold_backward": 0.7},
        "v_threshold_backward is set to 0.7 for all points, and every case sets another: leave",
    ),
    ({"method": ["spide", "implicit"]}, {"method": "spide"}, "method is set to spide for all"),
]


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """The plans that would be trained."""
    found: list[Plan] = []
    monkeypatch.setattr(module, "run_sweep", lambda plan, where, **options: found.append(plan))
    return found


def words(vary: dict[str, list[Any]]) -> list[str]:
    varied = [f"--vary={name}={','.join(map(str, values))}" for name, values in vary.items()]
    return ["sweep", "digits", *varied]


def options(fields: dict[str, Any]) -> list[str]:
    return [w for name, v in fields.items() for w in (f"--{name.replace('_', '-')}", str(v))]


@pytest.mark.parametrize(("vary", "fields", "told"), CONTRADICTIONS)
def test_refused_everywhere(
    vary: dict[str, list[Any]],
    fields: dict[str, Any],
    told: str,
    planned: list[Plan],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "sweep.nc"
    assert told in refusal(capsys, *words(vary), *options(fields), "--out", str(out))
    with pytest.raises(ValueError, match=re.escape(told)):
        module.sweep("digits", vary=vary, out=out, **fields)
    file = tmp_path / "sweep.toml"
    begin = 'recipe = "digits"\n[vary]\n' + "".join(f"{n} = {v}\n" for n, v in vary.items())
    file.write_text(begin + "[fields]\n" + "".join(f"{n} = {v!r}\n" for n, v in fields.items()))
    with pytest.raises(ValueError, match=re.escape(told)):
        module.sweep(file, out=out)
    assert told in refusal(capsys, "sweep", str(file))
    file.write_text(begin)
    assert told in refusal(capsys, "sweep", str(file), *options(fields))
    assert not planned and list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("field", "values", "option", "value"),
    [
        ("couple", ["true", "false"], "--couple", "True"),
        ("couple", ["true", "false"], "--no-couple", "False"),
        ("backward_steps", [12, 15], "--backward_steps=100", "100"),
    ],
)
def test_every_spelling_of_an_option(
    field: str, values: list[Any], option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(capsys, *words({field: values}), option)
    assert f"{field} is set to {value} for all points" in said


def test_what_is_kept_is_no_contradiction() -> None:
    def plan(vary: dict[str, list[Any]], *given: str, **more: Any) -> Plan:
        return make_plan("digits", DIGITS, vary, given=given, **more)

    plan({"v_rest_backward": [-0.5]}, "v_threshold_backward")
    plan({"v_rest_backward": [-0.25], "v_threshold_backward": [0.5]}, "v_rest", "epochs")
    plan({"case": ["ours", "w/o B"]}, "v_threshold_backward")  # "ours" has it
    mine = {"mine": {"epochs": 3}}
    plan({"case": ["ours", "mine"]}, "epochs", cases=mine)
    with pytest.raises(ValueError, match="epochs is set to 15 for all points, and every case sets"):
        plan({"case": ["mine"]}, "epochs", cases=mine)


def test_a_seed_beside_the_list_of_seeds() -> None:
    def plan(vary: dict[str, Any], **more: Any) -> Plan:
        recipe = Recipe(**(vars(DIGITS) | {"seed": 5}))
        return make_plan("digits", recipe, vary, given=["seed"], **more)

    with pytest.raises(ValueError, match=r"is set to 5, and the seeds are \[1, 2\]: leave one"):
        plan({"epochs": [1]}, seeds=[1, 2])
    assert plan({"epochs": [1]}, seeds=2).seeds == (5, 6)
    drawn = plan({"dropout": [0.1, 0.2]}, seeds=[1], mode="random", draws=1)
    assert drawn.seeds == (1,)
