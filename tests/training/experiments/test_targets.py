"""What is trained for each table and figure, and which of them there are."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from training.errors import UserError
from training.experiments import sweeps
from training.experiments.request import GRADIENTS, NAMES, Request
from training.experiments.sweeps import ABLATION_SWEEP, METHODS_SWEEP, WITH_CIFARNET_F
from training.experiments.targets import TARGETS
from training.recipes import RECIPES
from training.recipes.recipe import Recipe


@pytest.mark.parametrize("scale", ["small", "full"])
@pytest.mark.parametrize("name", TARGETS)
def test_every_target_has_a_plan(name: str, scale: sweeps.Scale) -> None:
    target = TARGETS[name]
    plan = target.plan(scale, 2)
    assert {point.recipe.seed for point in plan.points} == {0, 1}
    others = target.experiment.vary.get(scale, {}).values()
    cases = {dict(point.labels)["case"] for point in plan.points}
    assert len(plan.points) == 2 * len(cases) * math.prod(map(len, others))
    only_in_full = {"SPIDE, CIFARNet-F", "IDE, CIFARNet-F", WITH_CIFARNET_F}
    assert cases == set(target.names) - (only_in_full if scale == "small" else set())


def test_every_name_has_a_target() -> None:
    assert (*TARGETS, GRADIENTS) == NAMES


def test_targets_of_one_sweep_share_their_runs() -> None:
    """Table 2 needs some of the runs of Figure 3, under the same names."""
    some = ABLATION_SWEEP.plan("small", 1, TARGETS["table2"].names)
    every = ABLATION_SWEEP.plan("small", 1, TARGETS["figure3"].names)
    assert {point.name for point in some.points} < {point.name for point in every.points}
    times = TARGETS["seconds"].experiment.plan("small", 1)
    methods = TARGETS["table1"].experiment.plan("small", 1)
    assert {point.name for point in times.points} < {point.name for point in methods.points}


def test_full_is_the_paper() -> None:
    """Data, network and values are the recipes'; T_B is what the tables name."""

    def full(name: str, case: str) -> dict[int, Recipe]:
        plan = TARGETS[name].experiment.plan("full", 1, (case,))
        return {point.recipe.backward_steps: point.recipe for point in plan.points}

    alexnet_f = replace(RECIPES["cifar10-alexnet-f"], threads=1)
    assert list(full("figure4", "ours")) == [50, 100, 250, 500]
    assert full("figure4", "ours")[250] == full("figure5", "SPIDE")[250] == alexnet_f
    second = full("figure2", WITH_CIFARNET_F)
    assert list(second) == [50, 100, 250, 500]
    assert second[250] == replace(RECIPES["cifar10-cifarnet-f"], threads=1)
    (mnist,) = full("table3", "SPIDE").values()
    assert mnist == replace(RECIPES["mnist-feedback"], threads=1)
    (degraded,) = full("table3", "SPIDE, degraded").values()
    assert degraded == replace(RECIPES["mnist-lenet"], threads=1)
    cifarnet_f = replace(RECIPES["cifar10-cifarnet-f"], threads=1)
    assert full("table3-cifar10", "SPIDE, CIFARNet-F") == {250: cifarnet_f}
    (exact,) = full("table3-cifar10", "IDE, CIFARNet-F").values()
    assert exact == replace(cifarnet_f, method="implicit")
    cifarnet_f = replace(RECIPES["cifar100-cifarnet-f"], threads=1)
    assert full("table4", "SPIDE") == {250: cifarnet_f}
    assert full("table4", "SPIDE, few T_B") == {100: replace(cifarnet_f, backward_steps=100)}
    assert full("table5", "SPIDE") == {250: replace(RECIPES["cifar10-dvs"], threads=1)}
    (eight,) = full("seconds", "SPIDE").values()
    assert eight == replace(
        RECIPES["mnist-feedback"],
        epochs=8,
        milestones=(),
        evaluate_every=94,
        stop_at_accuracy=0.99,
        threads=1,
    )
    ten = TARGETS["normalisation"].experiment.plan("full", 1).points
    assert {point.recipe.data_set for point in ten} == {"mnist", "fashion-mnist"}
    assert {point.recipe.normalisation for point in ten} == {"none", "weight"}
    assert {point.recipe.validation for point in ten} == {5_000}
    assert {(point.recipe.epochs, point.recipe.milestones) for point in ten} == {(10, (6, 9))}
    methods = {point.recipe.method for point in METHODS_SWEEP.plan("full", 1).points}
    assert methods == {"spide", "implicit", "surrogate", "feedback_alignment", "conversion"}


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("table6", r"there is no 'table6' to reproduce \(did you mean 'table\d'\?\)"),
        ("figure33", r"there is no 'figure33' to reproduce \(did you mean 'figure3'\?\)"),
    ],
)
def test_what_cannot_be_reproduced_is_refused(target: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        Request(target)


def test_seconds_are_measured_one_at_a_time() -> None:
    assert Request("seconds").processes == 1 and Request("table1").processes is None
    assert Request("seconds", workers=3).processes == 3
    assert "--workers" not in Request("seconds").command
