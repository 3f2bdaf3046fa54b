"""Points of sweeps: grids, lists and draws, values that belong together, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from training.errors import UserError
from training.recipes import RECIPES
from training.recipes.chosen import chosen_recipe
from training.recipes.recipe import Recipe
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.axes import read_value
from training.sweeps.planning.draws import Range
from training.sweeps.planning.plan import make_plan
from training.sweeps.results import gather

DIGITS = RECIPES["digits"]
BOTH = ("v_threshold_backward", "v_rest_backward")


def values(recipe: Recipe, *names: str) -> tuple[float, ...]:
    return tuple(getattr(recipe, name) for name in names)


def test_a_grid_has_every_combination_with_every_seed() -> None:
    vary: dict[str, Sequence[Any]] = {"backward_steps": [50, 100], "dropout": [0.0, 0.1, 0.2]}
    plan = make_plan("digits", DIGITS, vary, seeds=2)
    assert plan.dimensions == {"backward_steps": 2, "dropout": 3, "seed": 2}
    found = {
        (p.recipe.backward_steps, p.recipe.dropout, p.recipe.seed): p.position for p in plan.points
    }
    assert len(plan.points) == len(found) == 12
    assert found[100, 0.1, 1] == (1, 1, 1)
    assert len({point.name for point in plan.points}) == 12


def test_a_list_takes_values_together() -> None:
    vary: dict[str, Sequence[Any]] = {"backward_steps": [50, 100], "dropout": [0.0, 0.2]}
    plan = make_plan("digits", DIGITS, vary, seeds=[4, 7], mode="list")
    assert plan.dimensions == {"point": 2, "seed": 2}
    assert [values(p.recipe, "backward_steps", "dropout", "seed") for p in plan.points] == [
        (50, 0.0, 4),
        (100, 0.2, 4),
        (50, 0.0, 7),
        (100, 0.2, 7),
    ]


@pytest.mark.parametrize(
    ("field", "given", "own_values"),
    [
        ("backward_steps", np.array([5, 10]), [5, 10]),
        ("backward_steps", [np.uint8(5), np.int32(10)], [5, 10]),
        ("backward_steps", torch.tensor([5, 10]), [5, 10]),
        ("backward_steps", xr.DataArray([5, 10]), [5, 10]),
        ("learning_rate", np.array([0.25, 0.5], np.float32), [0.25, 0.5]),
        ("learning_rate", [np.longdouble(0.25), Fraction(1, 2)], [0.25, 0.5]),
        ("v_rest", np.array([-0.5, 0.0], np.float32), [-0.5, 0.0]),
        ("milestones", np.array([[1, 2], [2, 3]]), [(1, 2), (2, 3)]),
        ("couple", np.array([False, True]), [False, True]),
        ("case", np.array(["ours", "w/o B"]), ["ours", "w/o B"]),
    ],
)
def test_numbers_of_every_library_are_numbers_of_the_axis(
    field: str, given: Any, own_values: list[Any], tmp_path: Path
) -> None:
    labels = {"milestones": ["1 2", "2 3"], "couple": ["false", "true"]}.get(field, own_values)
    plan = make_plan("digits", DIGITS, {field: given}, seeds=np.int64(2))  # type: ignore[arg-type]
    found = [choice.label for choice in plan.axes[0].choices]
    assert (found, list(map(type, found))) == (labels, list(map(type, labels)))
    (tmp_path / "failures").mkdir()
    results = gather(plan, SweepFolder(tmp_path))
    for label in labels:
        assert results.sel({field: label}).sizes["seed"] == 2
    # The same points, folder by folder, as those of Python's own numbers.
    again = make_plan("digits", DIGITS, {field: own_values}, seeds=2)
    assert [point.name for point in plan.points] == [point.name for point in again.points]


def test_numbers_of_a_case_of_ones_own() -> None:
    cases = {"low": {"dropout": np.float32(0.25)}, "high": {"dropout": np.float32(0.5)}}
    plan = make_plan("digits", DIGITS, {"case": ["low", "high"]}, cases=cases)
    assert [choice.fields for choice in plan.axes[0].choices] == [
        {"dropout": 0.25},
        {"dropout": 0.5},
    ]
    assert all(type(choice.fields["dropout"]) is float for choice in plan.axes[0].choices)
    values: Any = np.array([1, 2])
    drawn = make_plan("digits", DIGITS, {"epochs": values}, mode="random", draws=3)
    assert {type(choice.label) for choice in drawn.axes[0].choices} == {int}


def test_a_threshold_follows_its_resting_potential() -> None:
    plan = make_plan("digits", DIGITS, {"v_rest_backward": [-0.5, -0.25, 0.0]})
    assert [values(p.recipe, *BOTH) for p in plan.points] == [
        (0.5, -0.5),
        (0.75, -0.25),
        (1.0, 0.0),
    ]
    first = make_plan("digits", DIGITS, {"v_rest": [0.0]}).points[0].recipe
    assert values(first, "v_threshold", "v_rest") == (2.0, 0.0)


def test_a_threshold_that_is_varied_itself_follows_nothing() -> None:
    plan = make_plan(
        "digits", DIGITS, {"v_rest_backward": [-0.5, 0.0], "v_threshold_backward": [0.5]}
    )
    assert [values(p.recipe, *BOTH) for p in plan.points] == [(0.5, -0.5), (0.5, 0.0)]


def test_the_cases_of_the_ablation() -> None:
    """Appendix F.1, with V_th - u_rest = 2 and V_th^b - u_rest^b = 1 as for feedback networks."""
    plan = make_plan("digits", DIGITS, {"case": ["ours", "w/o B", "w/o F&B"]})
    names = ("v_threshold", "v_rest", *BOTH)
    assert [values(p.recipe, *names) for p in plan.points] == [
        (1.0, -1.0, 0.5, -0.5),
        (1.0, -1.0, 1.0, 0.0),
        (2.0, 0.0, 1.0, 0.0),
    ]
    assert all("/" not in point.name for point in plan.points)


def test_a_case_of_ones_own() -> None:
    cases = {"slow": {"learning_rate": 0.01, "epochs": 30}}
    plan = make_plan("digits", DIGITS, {"case": ["ours", "slow"]}, cases=cases)
    assert [values(p.recipe, "learning_rate", "epochs") for p in plan.points] == [
        (0.05, 15),
        (0.01, 30),
    ]


def test_open_threads_become_one() -> None:
    assert make_plan("digits", DIGITS, {"dropout": [0.1]}).points[0].recipe.threads == 1
    three = replace(DIGITS, threads=3)
    assert make_plan("digits", three, {"dropout": [0.1]}).points[0].recipe.threads == 3
    varied = make_plan("digits", three, {"threads": [0, 2]})
    assert [point.recipe.threads for point in varied.points] == [1, 2]


@given(seed=st.integers(0, 100), draws=st.integers(1, 8))
def test_drawn_values_lie_in_their_ranges_and_depend_on_the_seed(seed: int, draws: int) -> None:
    recipe = replace(DIGITS, seed=seed)
    vary: dict[str, Range | Sequence[Any]] = {
        "learning_rate": Range(0.01, 0.2, logarithmic=True),
        "backward_steps": Range(10, 12),
        "dropout": [0.0, 0.3],
    }
    plan = make_plan("digits", recipe, vary, mode="random", draws=draws)
    assert len(plan.points) == draws
    for point in plan.points:
        assert 0.01 <= point.recipe.learning_rate <= 0.2
        assert point.recipe.backward_steps in (10, 11, 12)
        assert point.recipe.dropout in (0.0, 0.3)
    again = make_plan("digits", recipe, vary, mode="random", draws=draws)
    assert [p.recipe for p in again.points] == [p.recipe for p in plan.points]
    other = make_plan("digits", replace(recipe, seed=seed + 1), vary, mode="random", draws=draws)
    assert {p.recipe.learning_rate for p in other.points}.isdisjoint(
        p.recipe.learning_rate for p in plan.points
    )
    # More draws, and fields in another order, begin with the same ones: a sweep can be extended.
    turned = dict(reversed(vary.items()))
    more = make_plan("digits", recipe, turned, mode="random", draws=draws + 3)
    assert [p.name for p in more.points][:draws] == [p.name for p in plan.points]


def test_whole_numbers_are_drawn_from_within_their_range() -> None:
    between = {"backward_steps": Range(1.5, 3.5)}
    plan = make_plan("digits", DIGITS, between, mode="random", draws=30)
    assert {point.recipe.backward_steps for point in plan.points} == {2, 3}
    logarithmic = {"backward_steps": Range(1.5, 3.5, logarithmic=True)}
    plan = make_plan("digits", DIGITS, logarithmic, mode="random", draws=30)
    assert {point.recipe.backward_steps for point in plan.points} == {2, 3}
    with pytest.raises(ValueError, match=r"no whole number from 2\.2 to 2\.8: choose a wider"):
        make_plan("digits", DIGITS, {"backward_steps": Range(2.2, 2.8)}, mode="random", draws=1)


def test_what_is_drawn_twice_is_trained_once() -> None:
    plan = make_plan("digits", DIGITS, {"dropout": [0.0, 0.3]}, mode="random", draws=50)
    assert sorted(point.recipe.dropout for point in plan.points) == [0.0, 0.3]


def test_the_name_of_a_folder_depends_on_the_recipe_alone() -> None:
    one, other = (
        make_plan("digits", replace(DIGITS, epochs=epochs), {"dropout": [0.3, 0.4]}).points
        for epochs in (3, 4)
    )
    assert one[0].name != other[0].name and one[0].name != one[1].name
    wider = make_plan("digits", replace(DIGITS, epochs=3), {"dropout": [0.2, 0.3]}, seeds=4)
    assert one[0].name in {point.name for point in wider.points}


def test_the_name_of_a_folder_depends_on_no_order_and_no_spelling() -> None:
    one = make_plan("digits", DIGITS, {"backward_steps": [5, 10], "learning_rate": [1.0]})
    other = make_plan("digits", DIGITS, {"learning_rate": [1], "backward_steps": [10, 5]})
    assert {point.name for point in one.points} == {point.name for point in other.points}
    assert one.points[0].name.startswith("backward_steps=5_learning_rate=1.0_seed=0_")


def test_data_of_ones_own_are_named_by_their_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers, and whoever resumes a run, may have another working directory."""
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own.npz"
    np.savez(own, images=np.random.default_rng(0).random((40, 4)), labels=np.arange(40) % 2)
    recipe = replace(DIGITS, architecture="6 (F6)", batch_size=8)
    for vary, options in (
        ({"data_set": ["./own.npz"]}, {}),
        ({"case": ["mine"]}, {"cases": {"mine": {"data_set": "own.npz"}}}),
    ):
        plan = make_plan("digits", recipe, vary, **options)  # type: ignore[arg-type]
        assert plan.points[0].recipe.data_set == str(own)
    assert chosen_recipe("digits", {"data_set": "own.npz"}).data_set == str(own)


@pytest.mark.parametrize(
    ("vary", "options", "sentence"),
    [
        ({"bakward_steps": [1]}, {}, "no field 'bakward_steps' .did you mean 'backward_steps'"),
        ({"seed": [1, 2]}, {}, "'seed' is not varied like other fields: --seeds says"),
        ({"dropout": []}, {}, "'dropout' has no values to vary over"),
        ({"dropout": 0.1}, {}, r"'dropout' is varied over 0.1: give a list, such as \[0.1\]"),
        ({"case": "ours"}, {}, r"'case' is varied over 'ours': give a list, such as \['ours'\]"),
        ({"dropout": [0.1, 0.1]}, {}, "'dropout' has a value twice: 0.1, 0.1"),
        ({"dropout": [0.1, 1.5]}, {}, r"dropout=1.5, seed=0 cannot be trained: dropout must be"),
        ({"case": ["our"]}, {}, "there is no case 'our' .did you mean 'ours'"),
        ({"case": ["a"]}, {"cases": {"a": {"steps": 1}}}, "the case 'a' sets 'steps'"),
        ({"case": ["ours"], "v_rest": [0]}, {}, "'case' and 'v_rest' both set v_"),
        ({"v_rest": ["low"]}, {}, "v_rest must be a number, not 'low'"),
        ({"dropout": Range(0, 1)}, {}, "'dropout' has a range: only a random sweep"),
        ({"dropout": [0.1]}, {"mode": "random"}, "mode .random. needs a number of draws"),
        ({"dropout": [0.1]}, {"draws": 3}, "draws is 3, and mode .grid. draws nothing"),
        ({"dropout": [0.1]}, {"mode": "grind"}, "there is no mode 'grind': choose grid, list"),
        ({"dropout": [0.1]}, {"seeds": [1, 1]}, r"the seeds are \[1, 1\]: give different ones"),
        ({"dropout": [0.1]}, {"seeds": 0}, "the number of seeds"),
        (["dropout"], {}, "vary is of the type list: give a dict, such as .'backward_steps'"),
        ({"case": ["a"]}, {"cases": ["a"]}, "cases is of the type list: give a dict, such as"),
        ({"case": ["a"]}, {"cases": {"a": 1}}, "the case 'a' is of the type int: give the field"),
        (
            {"dropout": [0.1], "epochs": [1, 2]},
            {"mode": "list"},
            "as many values of each field .dropout has 1, epochs has 2",
        ),
        (
            {"dropout": [0.1, 0.1], "epochs": [1, 1]},
            {"mode": "list"},
            "'dropout=0.1, epochs=1, seed=0' and .* are the same training: leave one out",
        ),
        ({}, {}, "a sweep needs something to vary"),
    ],
)
def test_refused_in_one_sentence(
    vary: dict[str, Any], options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        make_plan("digits", DIGITS, vary, **options)


@pytest.mark.parametrize("name", [f.name for f in fields(Recipe) if f.type == "int"])
def test_no_whole_number_is_too_large_for_the_results(name: str) -> None:
    """Coordinates are integers of 64 bits: others would fail after all points are trained."""
    with pytest.raises((ValueError, UserError), match=f"{name}|images of digits|larger than the"):
        make_plan("digits", DIGITS, {name: [3, 2**63]})


def test_what_no_point_reads_is_refused() -> None:
    implicit = replace(DIGITS, method="implicit")
    with pytest.raises(ValueError, match="backward_steps is 3, which would change nothing"):
        make_plan("digits", implicit, {"backward_steps": [3]})
    with pytest.raises(ValueError, match="backward_steps is 7, which would change nothing"):
        make_plan("digits", replace(implicit, backward_steps=7), {"dropout": [0.1, 0.2]},
                  asked=["backward_steps"])  # fmt: skip
    make_plan("digits", replace(implicit, backward_steps=7), {"dropout": [0.1, 0.2]})


def test_the_same_training_under_two_names_is_refused() -> None:
    said = "the same training, because the method implicit has no stage 2, so that backw"
    implicit = replace(DIGITS, method="implicit")
    with pytest.raises(ValueError, match=said):
        make_plan("digits", implicit, {"backward_steps": [3, 4]})
    with pytest.raises(ValueError, match=said):
        make_plan("digits", DIGITS, {"method": ["spide", "implicit"], "backward_steps": [3, 4]})
    with pytest.raises(ValueError, match="has no feedback, so that feedback_norm changes nothing"):
        make_plan("digits", replace(DIGITS, architecture="16C3"), {"feedback_norm": [1.0, 2.0]})


@pytest.mark.parametrize("order", [1, -1])
def test_what_changes_nothing_is_the_same_as_nothing(order: int) -> None:
    """Evaluations after as many iterations as an epoch has, and dropout where no layer has it."""
    few = replace(DIGITS, training_images=100, batch_size=10)
    said = "an epoch has 10 iterations, and ends with an evaluation, so that evaluate_every changes"
    with pytest.raises(ValueError, match=said):
        make_plan("digits", few, {"evaluate_every": [0, 10][::order]})
    make_plan("digits", few, {"evaluate_every": [0, 9]})
    none = replace(DIGITS, architecture="16C3", dropout_layers="first-dense")
    with pytest.raises(ValueError, match="'16C3' has none, so that dropout changes nothing"):
        make_plan("digits", none, {"dropout": [0.0, 0.2][::order]})
    make_plan("digits", none, {"dropout": [0.0, 0.2], "dropout_layers": ["all"]})


def test_some_points_may_read_what_others_do_not() -> None:
    methods = ["spide", "implicit"]
    asked = ["backward_steps"]
    plan = make_plan("digits", DIGITS, {"method": methods}, asked=asked)
    assert len(plan.points) == 2
    listed: dict[str, Sequence[Any]] = {"method": methods, "backward_steps": [3, 4]}
    assert len(make_plan("digits", DIGITS, listed, mode="list").points) == 2
    cases: dict[str, dict[str, Any]] = {
        "mine": {"method": "implicit", "backward_steps": 7},
        "other": {"learning_rate": 0.01},
    }
    assert len(make_plan("digits", DIGITS, {"case": list(cases)}, cases=cases).points) == 2


def test_the_same_training_is_drawn_once() -> None:
    vary: Any = {"method": ["implicit", "spide"], "backward_steps": [3, 4], "dropout": [0.1, 0.2]}
    plan = make_plan("digits", DIGITS, vary, mode="random", draws=100)
    methods = [point.recipe.method for point in plan.points]
    assert methods.count("spide") == 4 and methods.count("implicit") == 2


def test_a_network_that_cannot_be_is_refused_with_its_point() -> None:
    with pytest.raises(UserError, match=r"the point batch_size=5000, seed=0 cannot be trained: a"):
        make_plan("digits", DIGITS, {"batch_size": [32, 5000]})


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("backward_steps", "50", 50),
        ("dropout", "0.5", 0.5),
        ("couple", "true", True),
        ("milestones", "10 13", (10, 13)),
        ("architecture", "4C3s (F4C3)", "4C3s (F4C3)"),
        ("case", "w/o B", "w/o B"),
    ],
)
def test_words_of_the_command_line(field: str, text: str, value: object) -> None:
    assert read_value(field, text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [("backward_steps", "5.5"), ("dropout", "much"), ("couple", "1"), ("milestones", "1,2")],
)
def test_words_of_the_wrong_type(field: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{field} cannot be '{text}': it is "):
        read_value(field, text)
