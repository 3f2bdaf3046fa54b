"""What a method cannot learn is known before anything is built, and said once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from networks import Architecture
from training.checks.trainable import trainable_network
from training.cli.command_line import main
from training.methods.build import build_method, method_class
from training.methods.method import Method
from training.methods.recipe_method import RecipeMethod
from training.parallel.distributed.over_processes import OverProcesses
from training.parallel.over_cores import OverCores, method_over_cores
from training.recipes import RECIPES
from training.recipes.methods import METHODS
from training.runs.train import train
from training.sweeps.planning.plan import make_plan

DIGITS = RECIPES["digits"]

IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"method": "conversion"}, "the method conversion is for networks without feedback"),
    *(
        ({"method": name, "learning": "spikes"}, f"the method {name} does not learn from spikes")
        for name in ("implicit", "surrogate", "feedback_alignment")
    ),
    ({"method": "surrogate", "device": "cpp_standalone"}, "runs in torch and has no device"),
    ({"method": "surrogate", "propagation": "synchronous"}, "and has no propagation 'synchronous'"),
    ({"method": "surrogate", "couple": True}, "no couples: leave --couple and --realisation out"),
    ({"method": "implicit", "backward_neuron": "trace"}, "and so no backward neuron 'trace'"),
    (
        {"device": "genn", "backend": "cpu", "leak": 0.9},
        "leak is 0.9, and neurons cannot leak on device 'genn'",
    ),
    (
        {"v_rest": 1.0 - 1e-9, "v_threshold": 1.0},
        "v_rest 0.999999999 and v_threshold 1.0 are the same number in float32",
    ),
    (
        {"v_rest_backward": 0.5 - 1e-9},
        "v_rest 0.499999999 and v_threshold 0.5 are the same number in float32",
    ),
]


@pytest.mark.parametrize(("options", "said"), IMPOSSIBLE)
def test_what_cannot_be_built(
    options: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told by the recipe alone, and by whoever builds."""
    monkeypatch.setattr("training.methods.build.method_class", None)  # nothing is built
    recipe = replace(DIGITS, **options)
    network = Architecture.parse(recipe.architecture, (1, 8, 8), 10)
    with pytest.raises(ValueError, match=re.escape(said)):
        trainable_network(recipe)
    with pytest.raises(ValueError, match=re.escape(said)):
        build_method(network, recipe, 4)


def test_a_normalisation_that_leaves_nothing() -> None:
    with pytest.raises(ValueError, match="have a single input, and normalisation 'weight'"):
        trainable_network(replace(DIGITS, architecture="4C1s", normalisation="weight"))


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_can_be_trained(name: str) -> None:
    assert trainable_network(RECIPES[name]).layers


@pytest.mark.parametrize(
    ("recipe", "vary", "said"),
    [
        (DIGITS, {"method": ["implicit", "conversion"]}, "the point method=conversion, seed=0"),
        (
            replace(DIGITS, learning="spikes"),
            {"method": ["spide", "surrogate"]},
            "the point method=surrogate, seed=0 cannot be trained: the method surrogate does not",
        ),
    ],
)
def test_a_sweep_says_so_before_its_first_point(recipe: Any, vary: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make_plan("digits", recipe, vary)


def test_the_command_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for words in (["info", "digits"], ["train", "digits", "--out", str(tmp_path / "run")]):
        assert main([*words, "--method", "conversion"]) == 2
        assert "conversion is for networks without feedback" in capsys.readouterr().err
    with pytest.raises(ValueError, match="conversion is for networks without feedback"):
        train("digits", out=tmp_path / "run", method="conversion")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", METHODS)
def test_a_class_has_the_facts_of_its_name(name: str) -> None:
    kind = method_class(name)
    assert issubclass(kind, RecipeMethod) and kind.facts is METHODS[name]


def test_a_method_that_cannot_be_built_is_none() -> None:
    class Unfinished(RecipeMethod):
        facts = METHODS["spide"]
        set_weights = predict_batch = step_batch = None  # type: ignore[assignment]

    with pytest.raises(TypeError, match=r"abstract method.*build"):
        Unfinished(Architecture.parse("3", (2,), 2), 1, "float32")  # type: ignore[abstract]


def test_what_spreads_a_batch_has_no_facts_of_its_own() -> None:
    for kind in (Method, OverCores, OverProcesses):
        for fact in ("facts", "direct_feedback", "not_counted", "learning"):
            assert not hasattr(kind, fact)
    recipe = replace(DIGITS, architecture="4", method="feedback_alignment", threads=2)
    trainer = method_over_cores(Architecture.parse("4", (3,), 2), recipe, 4)
    assert trainer.stage_names == ("forward", "backward")
