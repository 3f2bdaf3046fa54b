"""Sweeps as TOML files: what they say is what is planned, from Python as from the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from training.errors import UserError
from training.sweeps import sweep as module
from training.sweeps.planning.plan import Plan

WHOLE = """
recipe = "digits"
seeds = 3
[fields]
epochs = 5
[vary]
backward_steps = [5, 10]
case = ["ours", "half"]
[cases.half]
v_rest_backward = -0.25
v_threshold_backward = 0.75
"""


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """The plans of all sweeps, in place of their trainings."""
    plans: list[Plan] = []
    monkeypatch.setattr(module, "run_sweep", lambda plan, where, **options: plans.append(plan))
    return plans


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("as_text", [True, False])
def test_python_takes_a_file(tmp_path: Path, planned: list[Plan], as_text: bool) -> None:
    path = write(tmp_path, WHOLE)
    module.sweep(str(path) if as_text else path, out=tmp_path / "sweep.nc")
    (plan,) = planned
    assert plan.name == "digits"
    assert plan.dimensions == {"backward_steps": 2, "case": 2, "seed": 3}
    half = [point.recipe for point in plan.points if point.recipe.v_rest_backward == -0.25]
    assert len(half) == 6
    assert {(each.v_threshold_backward, each.epochs) for each in half} == {(0.75, 5)}


def test_what_is_given_beside_a_file_goes_before_it(tmp_path: Path, planned: list[Plan]) -> None:
    module.sweep(write(tmp_path, WHOLE), out="sweep.nc", seeds=[7], mode="list", epochs=2)
    (plan,) = planned
    assert plan.dimensions == {"point": 2, "seed": 1}
    assert {(point.recipe.seed, point.recipe.epochs) for point in plan.points} == {(7, 2)}


def test_ranges_are_drawn(tmp_path: Path, planned: list[Plan]) -> None:
    text = """
    recipe = "digits"
    mode = "random"
    draws = 20
    [vary]
    learning_rate = {low = 0.01, high = 0.2, log = true}
    """
    module.sweep(write(tmp_path, text), out="sweep.nc")
    rates = [point.recipe.learning_rate for point in planned[0].points]
    assert len(set(rates)) == 20
    assert 0.01 <= min(rates) < 0.05 < max(rates) <= 0.2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (WHOLE.replace("digits", "digit"), "recipe 'digit' .did you mean 'digits'"),
        (WHOLE.replace("epochs", "epoch"), "sets 'epoch' .did you mean 'epochs'"),
        (WHOLE.replace("epochs = 5", "epochs = 0"), "cannot be trained: .*epochs"),
        (WHOLE.replace("seeds = 3", "seeds = 0"), "is no sweep .*seeds"),
        (WHOLE.replace("[vary]", "[vari]"), "is no sweep"),
        (WHOLE.replace("= 3", "="), "is no TOML file"),
    ],
)
def test_what_is_no_sweep_is_refused(
    tmp_path: Path, planned: list[Plan], text: str, told: str
) -> None:
    with pytest.raises(UserError, match=told):
        module.sweep(write(tmp_path, text), out="sweep.nc")
    assert not planned


@pytest.mark.parametrize("more", [{"vary": {"leak": [0.9]}}, {"cases": {"mine": {"leak": 0.9}}}])
def test_a_file_says_alone_what_is_varied(
    tmp_path: Path, planned: list[Plan], more: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="leave vary and cases out"):
        module.sweep(write(tmp_path, WHOLE), out="sweep.nc", **more)
    assert not planned
