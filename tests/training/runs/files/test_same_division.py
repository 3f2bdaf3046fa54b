"""Resumed where torch has another number of threads, a run goes on bit for bit, or says not."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.fakes import FakeTrainer, random_images, small_architecture
from training.cli.command_line import main
from training.interruption import Interruption
from training.methods.parts.division import Division
from training.recipes.recipe import Recipe
from training.runs.beginning import first_checkpoint
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import load_latest
from training.runs.files.folder import RunFolder, open_run
from training.runs.files.same_division import divided_as_before
from training.runs.loop import TrainingLoop
from training.runs.shown.display import Display
from training.runs.train import resume
from training.storage.sealed_json import seal

#: Large enough for two workers.
OPTIONS = (
    *("--architecture", "4C3s (F4C3)", "--batch-size", "512", "--epochs", "2"),
    *("--forward-steps", "4", "--backward-steps", "5"),
)


@pytest.fixture(autouse=True)
def _threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def train(path: Path, *options: str, threads: int) -> bytes:
    """The newest weights after ``spide train digits``, where torch has so many threads."""
    torch.set_num_threads(threads)
    assert main(["train", "digits", *options]) == 0
    return weights(path)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the training warned of."""
    ours = [record for record in caplog.records if record.name.startswith("training")]
    return [record.getMessage() for record in ours if record.levelno == logging.WARNING]


def weights(path: Path) -> bytes:
    return max((path / "checkpoints").glob("*.safetensors")).read_bytes()


def new(path: Path, *options: str) -> tuple[str, ...]:
    return ("--out", str(path), *OPTIONS, *options)


def test_a_resumed_run_has_the_threads_that_it_began_with(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = train(tmp_path / "whole", *new(tmp_path / "whole"), threads=2)
    other = train(tmp_path / "other", *new(tmp_path / "other"), threads=1)
    assert whole != other  # or there would be nothing to see
    for run in ("command", "python"):
        train(tmp_path / run, *new(tmp_path / run, "--max-iterations", "2"), threads=2)
    assert load_latest(tmp_path / "command" / "checkpoints").division == Division(1, 2)
    resumed = train(tmp_path / "command", "--resume", str(tmp_path / "command"), threads=1)
    assert resumed == whole
    torch.set_num_threads(1)
    resume(tmp_path / "python")
    assert weights(tmp_path / "python") == whole
    assert told(caplog) == []


def test_a_run_of_an_earlier_version_goes_on_and_says_what_is_not_known(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = tmp_path / "run"
    train(run, *new(run, "--max-iterations", "2"), threads=1)
    (state,) = (run / "checkpoints").glob("*.json")
    content = json.loads(state.read_text())
    for added_by_seal in ("format", "checksum"):
        del content[added_by_seal]
    del content["division"]
    state.write_bytes(seal(content))
    assert load_latest(run / "checkpoints").division is None
    train(run, "--resume", str(run), "--max-iterations", "3", threads=1)
    (sentence,) = told(caplog)
    assert sentence == (
        "spide: the run does not say with how many threads it was trained, and goes on with "
        "1 process of 1 thread: bit for bit if it had as many, else to rounding"
    )


def test_a_run_of_several_programs_on_one_gpu_goes_on_with_one(tmp_path: Path) -> None:
    """Earlier versions made four where four threads were asked for."""
    new = Recipe("digits", "2C3s", device="genn", backend="cuda", threads=1)
    folder = RunFolder(tmp_path / "run", "digits", new)
    folder.create()
    file = tmp_path / "run" / "recipe.json"
    content = json.loads(file.read_text())
    for added_by_seal in ("format", "checksum"):
        del content[added_by_seal]
    content["recipe"]["threads"] = 4
    file.write_bytes(seal(content))
    assert open_run(folder.path).recipe == new
    checkpoint = replace(
        first_checkpoint("digits", new, small_architecture()), division=Division(1, 4)
    )
    assert divided_as_before(new, checkpoint) == new


class Divided(FakeTrainer):
    """A stand-in for several processes."""

    now = Division(1, 2)

    @property
    def division(self) -> Division:
        return self.now


@pytest.mark.parametrize(("iteration", "said"), [(0, False), (2, True)])
def test_other_processes_are_told(
    iteration: int, said: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recipe = Recipe("digits", "2C3s-2C3 (F2C3)", batch_size=4, epochs=1)
    trainer = Divided(small_architecture())
    run = RunFolder(tmp_path / "run", "digits", recipe)
    run.create()

    def go_on(checkpoint: Checkpoint, last: int) -> None:
        TrainingLoop(
            run, small_architecture(), random_images(), trainer, checkpoint, Interruption(),
            Display(), max_iterations=last,
        ).train()  # fmt: skip

    stopped = first_checkpoint("digits", recipe, small_architecture())
    if iteration:
        go_on(stopped, iteration)
        stopped = load_latest(run.checkpoints)
    assert told(caplog) == []
    trainer.now = Division(3, 1)
    go_on(stopped, 3)
    expected = (
        "spide: the run had 1 process of 2 threads and goes on with 3 processes of 1 thread: its "
        "weights agree with those of an uninterrupted run to rounding, not bit for bit"
    )
    assert told(caplog) == ([expected] if said else [])
    assert load_latest(run.checkpoints).division == Division(3, 1)


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0), (-1, 2)])
def test_nobody_is_no_division(numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="there must be 1 or more"):
        Division(*numbers)
    assert str(replace(Division(), threads=2)) == "1 process of 2 threads"
