"""The loop: resuming bit for bit, interruptions, checkpoints; with a stand-in for the networks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from networks import NotFiniteError
from tests.training.fakes import FakeTrainer, small_architecture
from tests.training.runs.loops import (
    ITERATIONS,
    RECIPE,
    assert_same,
    interrupted,
    latest,
    metrics,
    stop_after,
    train,
)
from training.errors import DivergenceError
from training.interruption import Interruption
from training.methods.parts.division import Division
from training.runs.files.checkpoint_files import load_best
from training.runs.files.folder import open_run

pytestmark = pytest.mark.usefixtures("without_pictures")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run without interruption."""
    path = tmp_path_factory.mktemp("runs") / "whole"
    assert train(path).iteration == ITERATIONS
    return path


def test_a_run_is_reproducible_and_every_seed_another(whole: Path, tmp_path: Path) -> None:
    train(tmp_path / "again")
    assert_same(whole, tmp_path / "again")
    train(tmp_path / "other", recipe=replace(RECIPE, seed=1))
    weights = latest(tmp_path / "other").parameters["readout.weight"]
    assert not np.array_equal(weights, latest(whole).parameters["readout.weight"])


class ThreeProcesses(FakeTrainer):
    """A method that says that three processes share its batches."""

    @property
    def division(self) -> Division:
        return Division(processes=3)


def test_cpu_seconds_are_those_of_one_process_that_computes_all(
    whole: Path, tmp_path: Path
) -> None:
    """Programs and other processes have their own clocks: what is not known is left out."""
    train(tmp_path / "programs", recipe=replace(RECIPE, device="cpp_standalone"))
    train(tmp_path / "processes", trainer=ThreeProcesses(small_architecture()))
    for path, known in (
        (whole, True),
        (tmp_path / "programs", False),
        (tmp_path / "processes", False),
    ):
        records = [each for each in open_run(path).records() if each["kind"] == "training"]
        assert len(records) == ITERATIONS
        assert all(("cpu_seconds" in each) == known for each in records)


@pytest.mark.parametrize("stop", range(1, ITERATIONS + 1))
def test_interrupted_at_any_batch_and_resumed_it_ends_the_same(
    stop: int, whole: Path, tmp_path: Path
) -> None:
    interruption = Interruption()
    trainer = FakeTrainer(small_architecture(), on_gradients=stop_after(stop, interruption))
    progress = train(tmp_path / "run", trainer=trainer, interruption=interruption)
    assert progress.iteration == latest(tmp_path / "run").progress.iteration == stop
    assert progress.accuracy is None
    train(tmp_path / "run", latest(tmp_path / "run"))
    assert_same(whole, tmp_path / "run")


@pytest.mark.parametrize("stop", range(1, 7))
def test_interrupted_in_any_evaluation_and_resumed_it_ends_the_same(
    stop: int, whole: Path, tmp_path: Path
) -> None:
    interruption = Interruption()
    trainer = FakeTrainer(small_architecture(), on_predict=stop_after(stop, interruption))
    train(tmp_path / "run", trainer=trainer, interruption=interruption)
    assert latest(tmp_path / "run").progress.iteration == -(-stop // 2) * 3  # 2 test batches
    train(tmp_path / "run", latest(tmp_path / "run"))
    assert_same(whole, tmp_path / "run")


def test_interrupted_after_every_batch(whole: Path, tmp_path: Path) -> None:
    checkpoint = None
    for _ in range(2 * ITERATIONS):
        interruption = Interruption()
        trainer = FakeTrainer(small_architecture(), on_gradients=stop_after(1, interruption))
        progress = train(tmp_path / "run", checkpoint, trainer=trainer, interruption=interruption)
        checkpoint = latest(tmp_path / "run")
        if progress.epoch == RECIPE.epochs:
            break
    assert_same(whole, tmp_path / "run")


@pytest.mark.parametrize("stop", [1, 3, 4, 9])
def test_max_iterations_counts_from_the_start_and_evaluates(
    stop: int, whole: Path, tmp_path: Path
) -> None:
    progress = train(tmp_path / "run", max_iterations=stop)
    assert progress.iteration == stop
    assert progress.accuracy is not None
    assert metrics(tmp_path / "run")[-1]["kind"] == "test"
    again = train(tmp_path / "run", latest(tmp_path / "run"), max_iterations=stop)
    assert again == progress
    train(tmp_path / "run", latest(tmp_path / "run"))
    ours, theirs = latest(whole).parameters, latest(tmp_path / "run").parameters
    assert all(np.array_equal(values, theirs[name]) for name, values in ours.items())


def test_killed_it_resumes_from_the_last_periodic_checkpoint(whole: Path, tmp_path: Path) -> None:
    def die(call: int) -> None:
        if call == 6:
            raise RuntimeError("killed")

    trainer = FakeTrainer(small_architecture(), on_gradients=die)
    with pytest.raises(RuntimeError, match="killed"):
        train(tmp_path / "run", trainer=trainer, checkpoint_seconds=0.0)
    assert latest(tmp_path / "run").progress.iteration == 5
    train(tmp_path / "run", latest(tmp_path / "run"))
    assert_same(whole, tmp_path / "run")


def test_killed_before_any_periodic_checkpoint_it_repeats_from_the_epoch(
    whole: Path, tmp_path: Path
) -> None:
    def die(call: int) -> None:
        if call == 6:
            raise RuntimeError("killed")

    trainer = FakeTrainer(small_architecture(), on_gradients=die)
    with pytest.raises(RuntimeError, match="killed"):
        train(tmp_path / "run", trainer=trainer)
    assert latest(tmp_path / "run").progress.iteration == 3
    assert len(metrics(tmp_path / "run")) == 6
    train(tmp_path / "run", latest(tmp_path / "run"))
    assert_same(whole, tmp_path / "run")


def test_a_finished_run_can_be_prolonged(whole: Path, tmp_path: Path) -> None:
    train(tmp_path / "run", recipe=replace(RECIPE, epochs=1))
    checkpoint = latest(tmp_path / "run")
    train(tmp_path / "run", replace(checkpoint, recipe=RECIPE))
    assert_same(whole, tmp_path / "run")


def test_a_finished_run_does_nothing_more(whole: Path) -> None:
    trainer = FakeTrainer(small_architecture())
    progress = train(whole, latest(whole), trainer=trainer)
    assert (trainer.gradient_calls, trainer.predict_calls) == (0, 0)
    assert progress.accuracy is not None


def test_no_iteration_is_trained_when_the_interruption_came_first(tmp_path: Path) -> None:
    trainer = FakeTrainer(small_architecture())
    train(tmp_path / "run", trainer=trainer, interruption=interrupted())
    assert (trainer.gradient_calls, latest(tmp_path / "run").progress.iteration) == (0, 0)


def test_records_say_what_happened(whole: Path) -> None:
    records = metrics(whole)
    kinds = ["training", "training", "training", "test"] * 3
    assert [record["kind"] for record in records] == kinds
    training = [record for record in records if record["kind"] == "training"]
    assert [record["iteration"] for record in training] == list(range(1, 10))
    assert [record["epoch"] for record in training] == pytest.approx(np.arange(1, 10) / 3)
    expected = 0.05 * np.array([0.25, 0.5, 0.75, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01])
    assert [record["learning_rate"] for record in training] == pytest.approx(expected)
    assert set(training[0]["firing_rates_backward"]) == {"layer1", "layer2"}  # type: ignore[call-overload]
    assert all(record["feedback_norm"] > 0 for record in training)  # type: ignore[operator]


def test_feedback_kernel_stays_within_its_norm(whole: Path) -> None:
    kernel = latest(whole).parameters["feedback.weight"]
    assert np.linalg.norm(kernel) == pytest.approx(RECIPE.feedback_norm, rel=0.6)


def test_best_checkpoint_is_kept(whole: Path) -> None:
    tests = [record for record in metrics(whole) if record["kind"] == "test"]
    accuracies = [record["accuracy"] for record in tests]
    progress = latest(whole).progress
    assert progress.best_accuracy == max(accuracies)  # type: ignore[type-var]
    best = load_best(whole / "checkpoints").progress
    assert best.iteration == progress.best_iteration == 3 * (1 + int(np.argmax(accuracies)))  # type: ignore[arg-type]
    assert best.accuracy == progress.best_accuracy


def test_divergence_ends_the_run_with_the_last_good_checkpoint(tmp_path: Path) -> None:
    class Exploding(FakeTrainer):
        def step_batch(self, *arguments, **keywords):  # type: ignore[no-untyped-def]
            result = super().step_batch(*arguments, **keywords)
            if self.gradient_calls == 5:
                result.gradients["layer1.weight"][:] = np.inf
            return result

    with pytest.raises(DivergenceError, match="the training diverged"):
        train(tmp_path / "run", trainer=Exploding(small_architecture()))
    assert latest(tmp_path / "run").progress.iteration == 3


def test_potentials_that_are_no_numbers_are_a_divergence_too(tmp_path: Path) -> None:
    class Exploding(FakeTrainer):
        def step_batch(self, *arguments, **keywords):  # type: ignore[no-untyped-def]
            if self.gradient_calls == 4:
                raise NotFiniteError("'v' of 'layer1' holds NaN")
            return super().step_batch(*arguments, **keywords)

    with pytest.raises(DivergenceError, match="the training diverged: 'v' of 'layer1' holds NaN"):
        train(tmp_path / "run", trainer=Exploding(small_architecture()))
    assert latest(tmp_path / "run").progress.iteration == 3
