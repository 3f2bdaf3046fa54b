"""Checkpoints: whole pairs of files, or a clear refusal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from networks import Architecture
from tests.training.fakes import small_architecture
from training.checkpoint import Checkpoint, Progress, load_best, load_latest, save
from training.errors import CheckpointError
from training.recipe import Recipe

RECIPE = Recipe(data_set="digits", architecture="2C3s-2C3 (F2C3)", learning_rate=0.1 + 0.2)


def checkpoint(iteration: int = 3, **progress: Any) -> Checkpoint:
    """Random arrays that depend on the iteration."""
    rng = np.random.default_rng(iteration)
    parameters, momentum = (
        {
            name: rng.standard_normal(shape).astype(np.float32)
            for name, shape in small_architecture().parameter_shapes().items()
        }
        for _ in range(2)
    )
    state = replace(Progress(iteration=iteration), **progress)
    return Checkpoint("digits", RECIPE, state, parameters, momentum)


def stems(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_round_trip_is_exact(tmp_path: Path) -> None:
    saved = checkpoint(7, epoch=1, accuracy=0.1 + 0.2, best_accuracy=1 / 3, best_iteration=7)
    save(tmp_path, saved)
    read = load_latest(tmp_path)
    assert (read.name, read.recipe, read.progress) == (saved.name, saved.recipe, saved.progress)
    for ours, theirs in ((saved.parameters, read.parameters), (saved.momentum, read.momentum)):
        assert ours.keys() == theirs.keys()
        for name, values in ours.items():
            assert values.dtype == theirs[name].dtype
            assert np.array_equal(values, theirs[name])


def test_newest_and_best_are_kept(tmp_path: Path) -> None:
    for iteration, best in ((1, None), (2, 2), (3, 2), (4, 2)):
        save(tmp_path, checkpoint(iteration, best_iteration=best))
    kept = [f"iteration-{n:08d}.{kind}" for n in (2, 4) for kind in ("json", "safetensors")]
    assert stems(tmp_path) == kept
    assert load_latest(tmp_path).progress.iteration == 4
    assert load_best(tmp_path).progress.iteration == 2


def test_without_evaluation_the_best_is_the_newest(tmp_path: Path) -> None:
    save(tmp_path, checkpoint(5))
    assert load_best(tmp_path).progress.iteration == 5


def test_death_between_the_two_files_leaves_the_older_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, checkpoint(1))
    original = Path.replace

    def die_before_json(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            raise KeyboardInterrupt
        return original(self, target)

    monkeypatch.setattr(Path, "replace", die_before_json)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path, checkpoint(2))
    monkeypatch.undo()
    assert load_latest(tmp_path).progress.iteration == 1
    save(tmp_path, checkpoint(3))
    assert stems(tmp_path) == ["iteration-00000003.json", "iteration-00000003.safetensors"]


def test_writing_the_same_iteration_again_only_changes_the_progress(tmp_path: Path) -> None:
    save(tmp_path, checkpoint(2))
    tensors = (tmp_path / "iteration-00000002.safetensors").read_bytes()
    save(tmp_path, checkpoint(2, accuracy=0.5, epoch=1))
    assert (tmp_path / "iteration-00000002.safetensors").read_bytes() == tensors
    assert load_latest(tmp_path).progress.accuracy == 0.5


@pytest.mark.parametrize("suffix", ["json", "safetensors"])
@pytest.mark.parametrize("damage", ["truncated", "bit flip", "empty", "missing"])
def test_damage_is_refused(tmp_path: Path, suffix: str, damage: str) -> None:
    save(tmp_path, checkpoint(3))
    path = tmp_path / f"iteration-00000003.{suffix}"
    content = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    else:
        if damage == "bit flip":
            content[len(content) // 2] ^= 0x80  # in JSON: no longer UTF-8
        path.write_bytes(content[: {"truncated": -9, "empty": 0}.get(damage)])
    with pytest.raises(
        CheckpointError, match=r"iteration-00000003|there is no checkpoint"
    ) as error:
        load_latest(tmp_path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", 99, "has format 99, this version of spide reads format 1"),
        ("recipe", {"architecture": "3"}, "is damaged"),
        ("recipe", {"milestones": [], "data_set": "digits", "colour": 3}, "is damaged"),
        ("progress", {"iterations": 3}, "is damaged"),
    ],
)
def test_other_contents_are_refused(tmp_path: Path, key: str, value: object, message: str) -> None:
    save(tmp_path, checkpoint(3))
    path = tmp_path / "iteration-00000003.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(CheckpointError, match=message):
        load_latest(tmp_path)


def test_other_architectures_are_refused() -> None:
    other = Architecture.parse("3C3s-2C3 (F3C3)", (1, 4, 4), 3)
    checkpoint().check_architecture(small_architecture())
    with pytest.raises(CheckpointError, match=r"does not fit the architecture: 'layer1\.weight'"):
        checkpoint().check_architecture(other)


def test_weights_that_are_not_finite_are_refused() -> None:
    spoilt = checkpoint()
    spoilt.parameters["readout.bias"][0] = np.nan
    with pytest.raises(CheckpointError, match=r"'readout\.bias' holds NaN"):
        spoilt.check_architecture(small_architecture())
