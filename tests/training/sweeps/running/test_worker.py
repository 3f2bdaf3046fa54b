"""What a worker does with one point: train, go on, stop, wait, fail; without any Dask."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from networks import CompilationError, DeviceError
from training.data import find
from training.errors import RunFolderError
from training.recipes import RECIPES
from training.runs.files.checkpoint_files import load_latest
from training.runs.files.lock import only_writer
from training.runs.train import train
from training.sweeps.folder import Attempt, SweepFolder
from training.sweeps.planning.plan import Plan, make_plan
from training.sweeps.planning.points import Point
from training.sweeps.running.stopping import Stop
from training.sweeps.running.worker import Outcome, Task
from training.sweeps.running.worker import run_point as run_point_until

TINY = replace(
    RECIPES["digits"],
    architecture="6 (F6)",
    batch_size=500,  # 3 iterations per epoch
    epochs=2,
    forward_steps=4,
    backward_steps=5,
)


def plan(**fields: object) -> Plan:
    return make_plan("digits", TINY, {name: [value] for name, value in fields.items()})


def task(tmp_path: Path, point: Point) -> Task:
    for name in ("failures", "attempts"):
        (tmp_path / name).mkdir(exist_ok=True)
    images = find(point.recipe.data_set).load(tmp_path / "data")
    return Task("a", "digits", point, images.fingerprint(), tmp_path, tmp_path / "data")


def run_point(task: Task) -> Outcome:
    return run_point_until(task, Stop())


def attempts(tmp_path: Path) -> list[tuple[int, int, str]]:
    """Those of the only point."""
    (file,) = (tmp_path / "attempts").iterdir()
    lines = map(json.loads, file.read_text().splitlines())
    return [(each["first"], each["last"], each["outcome"]) for each in lines]


def test_what_cannot_be_told_of_a_complete_point_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when it ends; and a failure that was written down since is not its end."""
    (point,) = plan(dropout=0.1).points
    folder, note = SweepFolder(tmp_path), SweepFolder.note

    def full(self: SweepFolder, of: Point, attempt: Attempt) -> None:
        if attempt.outcome == "complete":
            raise OSError(28, "No space left on device")
        note(self, of, attempt)

    monkeypatch.setattr(SweepFolder, "note", full)
    assert run_point(task(tmp_path, point)) == "complete"
    folder.fail(point, "of a later start", "")
    assert folder.state(point) == "complete"


def test_a_point_is_trained_once_as_spide_train_would(tmp_path: Path) -> None:
    (point,) = plan(dropout=0.1).points
    folder = SweepFolder(tmp_path)
    assert folder.state(point) == "missing"
    assert run_point(task(tmp_path, point)) == "complete"
    assert folder.state(point) == "complete"
    written = (folder.run(point) / "metrics.jsonl").read_bytes()
    assert run_point(task(tmp_path, point)) == "complete"
    assert (folder.run(point) / "metrics.jsonl").read_bytes() == written
    # What was handed out twice was trained once.
    assert attempts(tmp_path) == [(0, 0, "begun"), (0, 6, "complete")]
    alone = train(point.recipe, out=tmp_path / "alone").checkpoint
    swept = load_latest(folder.run(point) / "checkpoints")
    for name, values in alone.parameters.items():
        assert np.array_equal(values, swept.parameters[name]), name


def test_what_was_begun_goes_on(tmp_path: Path) -> None:
    (point,) = plan(dropout=0.2).points
    folder = SweepFolder(tmp_path)
    train("digits", out=folder.run(point), max_iterations=2, **vars(point.recipe))
    assert folder.state(point) == "begun"
    assert run_point(task(tmp_path, point)) == "complete"
    assert attempts(tmp_path) == [(2, 2, "begun"), (2, 6, "complete")]
    iterations = [r["iteration"] for r in folder.opened(point).records() if r["kind"] == "training"]
    assert iterations == [1, 2, 3, 4, 5, 6]


def test_who_completed_a_point_is_told_though_its_worker_died_before_it_could(
    tmp_path: Path,
) -> None:
    (point,) = plan(dropout=0.2).points
    train("digits", out=SweepFolder(tmp_path).run(point), **vars(point.recipe))
    one = task(tmp_path, point)
    file = SweepFolder(tmp_path).attempts_file(point)
    file.write_bytes(b'{"name": "' + point.name.encode() + b'", "wor')
    assert run_point(one) == "complete"
    half, last = file.read_text().splitlines()
    assert half.endswith("wor")
    assert (json.loads(last)["first"], json.loads(last)["outcome"]) == (6, "complete")


def test_a_run_that_was_killed_before_its_first_checkpoint_begins_again(tmp_path: Path) -> None:
    (point,) = plan(dropout=0.2).points
    folder = SweepFolder(tmp_path)
    train("digits", out=folder.run(point), max_iterations=1, **vars(point.recipe))
    for file in (folder.run(point) / "checkpoints").iterdir():
        file.unlink()
    (folder.run(point) / "metrics.jsonl").unlink()
    assert folder.state(point) == "begun"
    assert run_point(task(tmp_path, point)) == "complete"
    assert attempts(tmp_path) == [(0, 0, "begun"), (0, 6, "complete")]


def test_a_point_remembers_the_commits_that_trained_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one whose process was killed, and one that was trained before commits were told."""
    (point,) = plan(dropout=0.2).points
    folder = SweepFolder(tmp_path)
    assert folder.commits(point) == []
    train("digits", out=folder.run(point), max_iterations=2, **vars(point.recipe))
    assert folder.commits(point) == ["unknown"]
    earlier = {"name": point.name, "worker": "a:1", "outcome": "stopped"}
    killed = earlier | {"outcome": "begun", "commit": "b" * 40}
    lines = [json.dumps(each) for each in (earlier, killed)]
    (tmp_path / "attempts.jsonl").write_text("\n".join([*lines, '{"name": "', "[1]", ""]))
    monkeypatch.setattr("training.sweeps.running.worker.commit", lambda: "c" * 40)
    assert run_point(task(tmp_path, point)) == "complete"
    assert folder.commits(point) == ["unknown", "b" * 40, "c" * 40]


def test_a_sweep_that_stops_trains_nothing(tmp_path: Path) -> None:
    (point,) = plan(dropout=0.3).points
    assert run_point_until(task(tmp_path, point), Stop(asked=True)) == "stopped"
    assert SweepFolder(tmp_path).state(point) == "missing"


def test_a_point_that_another_process_trains_is_waited_for(tmp_path: Path) -> None:
    (point,) = plan(dropout=0.4).points
    outcome: list[str] = []
    thread = threading.Thread(target=lambda: outcome.append(run_point(task(tmp_path, point))))
    with only_writer(SweepFolder(tmp_path).run(point)):
        thread.start()
        time.sleep(0.5)
        assert not outcome and SweepFolder(tmp_path).state(point) == "missing"
    thread.join(60)
    assert outcome == ["complete"]


def test_a_failure_is_written_down_and_can_be_forgotten(tmp_path: Path) -> None:
    (point,) = make_plan("mnist-lenet", RECIPES["mnist-lenet"], {"dropout": [0.1]}).points
    folder = SweepFolder(tmp_path)
    (other,) = plan(dropout=0.1).points
    failing = replace(task(tmp_path, other), name="mnist-lenet", point=point)
    assert run_point(failing) == "failed"
    assert folder.state(point) == "failed"
    failure = folder.failure(point)
    assert failure is not None and "MNIST" in failure.error and "Traceback" in failure.details
    folder.forget_failure(point)
    assert folder.state(point) == "missing" and folder.failure(point) is None
    # One that another process has failed to train before, and this one has trained.
    folder.fail(other, "the disk was full", "")
    assert run_point(task(tmp_path, other)) == "complete"
    assert folder.state(other) == "complete"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device", "/a/b"), "'/a/b' cannot be used (No space left on"),
        (DeviceError("no GPU: get one"), "no GPU: get one"),
        (CompilationError("no compiler: install one"), "no compiler: install one"),
        (MemoryError(), "there is not enough memory (MemoryError): choose a smaller architecture"),
        (ValueError("two\nlines"), "two lines"),
        (KeyError("ours"), "KeyError('ours')"),
    ],
)
def test_why_a_point_failed_is_a_sentence(
    error: Exception, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise error

    (point,) = plan(dropout=0.1).points
    one = task(tmp_path, point)
    monkeypatch.setattr("training.sweeps.running.worker.train_in", refuse)
    assert run_point(one) == "failed"
    failure = SweepFolder(tmp_path).failure(point)
    assert failure is not None and failure.error.startswith(told)


def test_a_folder_with_another_recipe_is_refused(tmp_path: Path) -> None:
    (point,) = plan(dropout=0.1).points
    folder = SweepFolder(tmp_path)
    train(replace(point.recipe, seed=9), out=folder.run(point), max_iterations=1)
    with pytest.raises(RunFolderError, match="holds a run of another recipe: choose another fold"):
        folder.state(point)


def test_a_worker_that_sees_other_images_trains_nothing(tmp_path: Path) -> None:
    """The file was written anew since the sweep began, or the worker has another disk."""
    own = tmp_path / "own.npz"
    values = np.random.default_rng(0).random((2, 40, 4))
    np.savez(own, images=values[0], labels=np.arange(40) % 2)
    recipe = replace(TINY, data_set=str(own), batch_size=8)
    new, begun = make_plan("digits", recipe, {"backward_steps": [5, 6]}).points
    folder = SweepFolder(tmp_path)
    train(begun.recipe, out=folder.run(begun), max_iterations=2)
    tasks = [task(tmp_path, point) for point in (new, begun)]
    np.savez(own, images=values[1], labels=np.arange(40) % 2)
    for each in tasks:
        assert run_point(each) == "failed"
        failure = folder.failure(each.point)
        assert failure is not None and f"images of {own} are not those" in failure.error
        assert failure.error.endswith("is trained on: restore them")
    assert not folder.run(new).exists()
    # A task of a sweep that began with the new images does not go on with a run on the old ones.
    folder.forget_failure(begun)
    assert run_point(task(tmp_path, begun)) == "failed"
    failure = folder.failure(begun)
    assert failure is not None and "backward_steps=6, seed=0" in failure.error
    assert "is trained on other images than" in failure.error
    assert [each["iteration"] for each in folder.opened(begun).records()][-1] == 2
