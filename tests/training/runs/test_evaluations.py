"""Evaluations within an epoch, and a training that ends with the accuracy it was to have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.fakes import FakeTrainer, small_architecture
from tests.training.runs.loops import (
    RECIPE,
    assert_same,
    latest,
    metrics,
    stop_after,
    train,
)
from training.errors import UserError
from training.interruption import Interruption
from training.recipes.recipe import Recipe
from training.runs.files.finished import check_end, nothing_left
from training.runs.files.progress import Progress
from training.runs.shown.display import Display

pytestmark = pytest.mark.usefixtures("without_pictures")

TESTED = replace(RECIPE, batch_size=2, evaluate_every=2)
"""Epochs of 5 iterations, tested after 2, 4 and 5 of them."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run without interruption."""
    path = tmp_path_factory.mktemp("runs") / "whole"
    train(path, recipe=TESTED)
    return path


def evaluated(path: Path) -> list[dict[str, object]]:
    return [record for record in metrics(path) if record["kind"] == "test"]


def test_when_it_is_evaluated(whole: Path) -> None:
    found = evaluated(whole)
    assert [record["iteration"] for record in found] == [2, 4, 5, 7, 9, 10, 12, 14, 15]
    assert [record["epoch"] for record in found[:3]] == [0.4, 0.8, 1.0]
    progress = latest(whole).progress
    assert progress.epoch == 3
    assert progress.best_accuracy == max(record["accuracy"] for record in found)  # type: ignore[type-var]


def test_what_is_trained_is_the_same(whole: Path, tmp_path: Path) -> None:
    train(tmp_path / "run", recipe=replace(TESTED, evaluate_every=0))
    ours, theirs = latest(whole).parameters, latest(tmp_path / "run").parameters
    assert all((values == theirs[name]).all() for name, values in ours.items())
    at_the_ends = [record for record in evaluated(whole) if float(record["epoch"]).is_integer()]  # type: ignore[arg-type]
    assert at_the_ends == evaluated(tmp_path / "run")


@pytest.mark.parametrize("stop", range(1, 16))
def test_interrupted_at_any_batch_and_resumed_it_ends_the_same(
    stop: int, whole: Path, tmp_path: Path
) -> None:
    interruption = Interruption()
    trainer = FakeTrainer(small_architecture(), on_gradients=stop_after(stop, interruption))
    train(tmp_path / "run", recipe=TESTED, trainer=trainer, interruption=interruption)
    assert latest(tmp_path / "run").progress.iteration == stop
    train(tmp_path / "run", latest(tmp_path / "run"), recipe=TESTED)
    assert_same(whole, tmp_path / "run")


def test_killed_in_an_evaluation_and_resumed_it_ends_the_same(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint is that of the iteration before it, and nothing was trained since."""

    def die(call: int) -> None:
        if call == 4:  # 3 batches of images are tested
            raise RuntimeError("killed")

    trainer = FakeTrainer(small_architecture(), on_predict=die)
    with pytest.raises(RuntimeError, match="killed"):
        train(tmp_path / "run", recipe=TESTED, trainer=trainer, checkpoint_seconds=0.0)
    assert latest(tmp_path / "run").progress.iteration == 4
    said: list[str] = []
    monkeypatch.setattr(Display, "say", lambda self, line: said.append(line))
    train(tmp_path / "run", latest(tmp_path / "run"), recipe=TESTED)
    assert_same(whole, tmp_path / "run")
    assert said[0].startswith("epoch 0.8/3: test accuracy ")
    assert said[1].startswith("epoch 1/3: training loss ")


def test_it_stops_with_the_first_evaluation_that_has_the_accuracy(
    whole: Path, tmp_path: Path
) -> None:
    accuracies = [record["accuracy"] for record in evaluated(whole)]
    goal = max(accuracies)  # type: ignore[type-var]
    first = evaluated(whole)[accuracies.index(goal)]["iteration"]
    stopping = replace(TESTED, stop_at_accuracy=float(goal))  # type: ignore[arg-type]
    progress = train(tmp_path / "run", recipe=stopping)
    assert (progress.iteration, progress.accuracy) == (first, goal)
    trainer = FakeTrainer(small_architecture())
    train(tmp_path / "run", latest(tmp_path / "run"), recipe=stopping, trainer=trainer)
    assert (trainer.gradient_calls, trainer.predict_calls) == (0, 0)


def test_a_run_that_stopped_is_finished() -> None:
    recipe = Recipe("digits", "4 (F4)", batch_size=100, stop_at_accuracy=0.9)
    early = Progress(iteration=3, accuracy=0.95, best_accuracy=0.95, best_iteration=3)
    assert nothing_left(recipe, early, None) == (
        "the run is finished: after 3 iterations it had the accuracy of 0.9 at which it was to "
        "stop: for more, give --stop-at-accuracy a larger number, or 0 for never"
    )
    fallen = replace(early, accuracy=0.89)
    assert nothing_left(recipe, fallen, None) is None
    assert nothing_left(replace(recipe, stop_at_accuracy=0.0), early, None) is None


def test_it_goes_on_to_a_higher_accuracy(whole: Path, tmp_path: Path) -> None:
    lowest = min(float(record["accuracy"]) for record in evaluated(whole))  # type: ignore[arg-type]
    train(tmp_path / "run", recipe=replace(TESTED, stop_at_accuracy=lowest))
    stopped = latest(tmp_path / "run")
    assert 0 < stopped.progress.iteration < latest(whole).progress.iteration
    train(tmp_path / "run", replace(stopped, recipe=TESTED), recipe=TESTED)
    assert_same(whole, tmp_path / "run")


def test_an_accuracy_that_a_run_has_had_is_no_end_for_it() -> None:
    """It would have stopped then."""
    recipe = Recipe("digits", "4 (F4)", batch_size=100)
    progress = Progress(iteration=9, accuracy=0.7, best_accuracy=0.8, best_iteration=6)
    for goal in (0.6, 0.8):
        with pytest.raises(UserError) as error:
            check_end(replace(recipe, stop_at_accuracy=goal), recipe, progress)
        assert str(error.value) == (
            f"stop_at_accuracy cannot be {goal}: the run already had 0.8 after iteration 6; give "
            "more, or 0 for never"
        )
    stopped = replace(recipe, stop_at_accuracy=0.75)
    check_end(stopped, stopped, progress)
    check_end(recipe, stopped, progress)
    check_end(replace(recipe, stop_at_accuracy=0.9), recipe, progress)


@pytest.mark.parametrize("accuracy", [-0.1, 1.01, 99.0])
def test_accuracies_that_cannot_be(accuracy: float) -> None:
    with pytest.raises(ValueError, match=r"stop_at_accuracy must be from 0 to 1, not .*: 0.99 is"):
        Recipe("digits", "4 (F4)", stop_at_accuracy=accuracy)


def test_no_number_of_iterations_below_0() -> None:
    with pytest.raises(ValueError, match="evaluate_every"):
        Recipe("digits", "4 (F4)", evaluate_every=-1)
