"""What is asked for and nothing reads is refused; what nobody asked for goes on working."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from networks import Architecture
from training.checks.unread import check_asked, read_values, unread
from training.cli.command_line import main
from training.methods.build import build_method
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.recipes.chosen import chosen_recipe, fields_asked_for
from training.recipes.method_facts import SECOND_STAGE
from training.recipes.methods import METHODS
from training.recipes.recipe import Recipe
from training.runs.files.folder import RunFolder
from training.runs.in_folder import train_in
from training.runs.prepare import Setting
from training.runs.train import resume, train
from training.updates.initialisation import initial_parameters

NO_STAGE_2 = ("implicit", "surrogate", "conversion")

OPTIONS: list[tuple[dict[str, Any], str]] = [
    *(
        ({"method": method, **option}, f"the method {method} has no stage 2; leave --{name} out")
        for method in NO_STAGE_2
        for option, name in (
            ({"couple": True}, "couple"),
            ({"backward_steps": 3}, "backward-steps"),
            ({"v_threshold_backward": 0.7}, "v-threshold-backward"),
            ({"v_rest_backward": 0.0}, "v-rest-backward"),
            ({"realisation": "explicit-couples"}, "realisation"),
            ({"backward_neuron": "trace"}, "backward-neuron"),
        )
    ),
    (
        {"method": "surrogate", "device": "cpp_standalone"},
        "device is cpp_standalone, which would change nothing: the method surrogate runs in torch",
    ),
    (
        {"backend": "opencl"},
        "backend is opencl, which would change nothing: the device runtime has no choice of "
        "backends; leave --backend out, or choose the device genn",
    ),
    (
        {"architecture": "16C3", "dropout": 0.5, "dropout_layers": "first-dense"},
        "dropout is 0.5, which would change nothing: dropout_layers is first-dense, and '16C3' has "
        "none; leave --dropout out, or choose --dropout-layers all",
    ),
    (
        {"architecture": "16C3", "feedback_norm": 9.0, "norm_restriction": "reparameterisation"},
        "feedback_norm is 9.0, which would change nothing: '16C3' has no feedback; leave "
        "--feedback-norm out, or give the architecture a feedback",
    ),
    (
        {"architecture": "P2", "normalisation": "weight"},
        "normalisation is weight, which would change nothing: no layer of 'P2' has weights; leave "
        "--normalisation out, or give the architecture a layer that learns",
    ),
    (
        {"dropout": 0.0, "dropout_per": "channel"},
        "dropout_per is channel, which would change nothing: the dropout is 0; leave --dropout-per "
        "out, or choose a --dropout above 0",
    ),
    (
        {"training_images": 1000, "batch_size": 100, "evaluate_every": 10},
        "evaluate_every is 10, which would change nothing: an epoch has 10 iterations, and "
        "ends with an evaluation; leave --evaluate-every out, or choose a smaller number, or a "
        "smaller --batch-size",
    ),
    (
        {"training_images": 100, "batch_size": 100, "evaluate_every": 1},
        "an epoch has 1 iteration, and ends with an evaluation; leave --evaluate-every out",
    ),
]


@pytest.mark.parametrize(("options", "said"), OPTIONS)
def test_what_would_change_nothing(options: dict[str, Any], said: str) -> None:
    if options.get("method") == "conversion":
        options = {"architecture": "16C3", **options}
    recipe = chosen_recipe("digits", options)
    with pytest.raises(ValueError, match=re.escape(said)):
        check_asked(fields_asked_for("digits", recipe), recipe, read_architecture(recipe))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("method", METHODS)
def test_what_a_recipe_has_always_had(name: str, method: str) -> None:
    """T_B among others: nobody asked for it."""
    recipe = replace(RECIPES[name], method=method)
    assert fields_asked_for(name, recipe) == ([] if method == "spide" else ["method"])
    check_asked(fields_asked_for(name, recipe), recipe, read_architecture(recipe))


NETWORK = Architecture.parse("9-8", (6,), 3)
BASE = Recipe("digits", "9-8", threads=1, forward_steps=12, backward_steps=20, dtype="float64")
OTHER: dict[str, Any] = {
    "realisation": "explicit-couples", "couple": True, "backward_steps": 7,
    "backward_neuron": "trace", "v_threshold_backward": 0.75, "v_rest_backward": -0.25,
}  # fmt: skip


@cache
def gradients(method: str, field: str | None) -> tuple[dict[str, Any], list[str]]:
    """The gradients with one field changed, and what is built."""
    changed = {} if field is None else {field: OTHER[field]}
    recipe = replace(BASE, method=method, **changed)
    rng = np.random.default_rng(3)
    images, labels = rng.random((5, 6)), rng.integers(0, 3, 5)
    # The factory's refusals are not the point here.
    built: Any = build_method(NETWORK, replace(BASE, method=method), 5)
    if field is not None:
        built = type(built).build(NETWORK, recipe, 5)
    built.set_parameters(initial_parameters(NETWORK, BASE))
    groups = [group for stage in built.stages.values() for group in stage.groups]
    return built.step(images, labels).gradients, groups


@pytest.mark.parametrize("field", SECOND_STAGE)
@pytest.mark.parametrize("method", [m for m in METHODS if m != "surrogate"])
def test_the_facts_are_true(method: str, field: str) -> None:
    """A field is read if, and only if, it changes a gradient or what is simulated."""
    if field == "realisation" and method in NO_STAGE_2:
        return  # explicit synapses are read, the couples are not
    (before, built_before), (after, built_after) = gradients(method, None), gradients(method, field)
    same = built_before == built_after and all(
        np.array_equal(before[name], after[name]) for name in before
    )
    assert same == (field in unread(replace(BASE, method=method), NETWORK))


@pytest.mark.parametrize("method", ["implicit", "conversion"])
def test_a_run_that_earlier_versions_let_ask_goes_on(method: str, tmp_path: Path) -> None:
    recipe = Recipe(
        "digits", "4C3s", batch_size=512, epochs=1, milestones=(), forward_steps=4, method=method,
        couple=True, backward_steps=3, backend="opencl", feedback_norm=9.0,
    )  # fmt: skip
    begun = train_in(RunFolder(tmp_path / "run", "digits", recipe), Setting(), max_iterations=1)
    again = resume(begun.path)
    assert again.recipe == recipe and again.checkpoint.progress.iteration == 3
    assert again.predict(np.zeros((2, 1, 8, 8))).shape == (2,)


def test_recipes_that_differ_in_nothing_that_is_read() -> None:
    network = Architecture.parse("9-8 (F9)", (6,), 3)
    one = replace(BASE, architecture="9-8 (F9)", method="implicit")
    assert read_values(one, network) == read_values(replace(one, backward_steps=3), network)
    assert read_values(one, network) != read_values(replace(one, forward_steps=3), network)
    other = replace(one, method="spide")
    assert read_values(other, network) != read_values(replace(other, backward_steps=3), network)


SAME: list[list[dict[str, Any]]] = [
    [{}, {"training_images": 1437}],
    [{"validation": 37}, {"validation": 37, "training_images": 1400}],
    [{}, {"synapses": "shared"}, {"propagation": "sequential"}, {"realisation": "fast"}],
    [
        {"realisation": "explicit-couples"},
        {"couple": True, "synapses": "explicit"},
        {"realisation": "explicit-couples", "couple": True},
    ],
    [{"device": "genn"}, {"device": "genn", "couple": True}],
]
DIFFERENT: list[list[dict[str, Any]]] = [
    [{}, {"training_images": 1436}],
    [{"validation": 37}, {"training_images": 1400}],
    [{}, {"synapses": "explicit"}, {"propagation": "synchronous"}, {"couple": True}],
    [{"realisation": "explicit-couples"}, {"couple": True}, {"synapses": "explicit"}],
]


def values_read(fields: dict[str, Any]) -> dict[str, Any]:
    return read_values(replace(BASE, **fields), NETWORK)


@pytest.mark.parametrize("alike", SAME)
def test_other_words_for_the_same_training(alike: list[dict[str, Any]]) -> None:
    for each in alike[1:]:
        assert values_read(each) == values_read(alike[0])


@pytest.mark.parametrize("unlike", DIFFERENT)
def test_words_for_different_trainings(unlike: list[dict[str, Any]]) -> None:
    for one, other in combinations(unlike, 2):
        assert values_read(one) != values_read(other)


def test_a_realisation_that_is_changed_back() -> None:
    """What a word stands for does not outlive it."""
    shown = replace(BASE, realisation="explicit-couples")
    assert (shown.simulation.synapses, shown.has_couples) == ("explicit", True)
    assert replace(shown, realisation="fast") == BASE


def test_the_command_says_so_before_anything_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["digits", "--method", "implicit", "--couple"]
    said = "spide: couple is True, which would change nothing: the method implicit has no stage 2"
    for command in (["train", *words, "--out", str(tmp_path / "run")], ["info", *words]):
        assert main(command) == 2
        assert capsys.readouterr().err.startswith(said)
    # Also with the value that the recipe has.
    words = ["digits", "--method", "implicit", "--backward-steps", "100"]
    said = "spide: backward_steps is 100, which would change nothing: the method implicit has no"
    for command in (["train", *words, "--out", str(tmp_path / "run")], ["info", *words]):
        assert main(command) == 2
        assert capsys.readouterr().err.startswith(said)
    assert main(["compile", "digits", "--backend", "opencl", "--out", str(tmp_path / "run")]) == 1
    assert "backend is opencl, which would change nothing" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_python_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="backward_steps is 3, which would change nothing"):
        train("digits", out=tmp_path / "run", method="implicit", backward_steps=3)
    images = np.random.default_rng(0).random((20, 4))
    own: dict[str, Any] = {"images": images, "architecture": "6", "batch_size": 8}
    with pytest.raises(ValueError, match=r"feedback_norm is 1\.0, which would change nothing"):
        train(labels=np.arange(20) % 2, out=tmp_path / "run", feedback_norm=1.0, **own)
    assert not list(tmp_path.iterdir())
