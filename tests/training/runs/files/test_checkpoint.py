"""Checkpoints: whole pairs of files, or a clear refusal."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from networks import Architecture
from tests.training.fakes import small_architecture
from training.errors import CheckpointError
from training.recipes.earlier import WHAT_WAS
from training.recipes.recipe import Recipe
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import load_best, load_latest, save
from training.runs.files.progress import Progress
from training.storage.sealed_json import seal

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
    saved = checkpoint(7, epoch=1, accuracy=0.1 + 0.2, best_accuracy=1 / 3, best_iteration=5)
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
        accuracy = None if best is None else 0.5
        save(tmp_path, checkpoint(iteration, best_accuracy=accuracy, best_iteration=best))
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
    evaluated = Progress(2).after_evaluation(0.5, epoch=1)
    save(tmp_path, replace(checkpoint(2), progress=evaluated))
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


def description(folder: Path, iteration: int = 3) -> dict[str, Any]:
    """The checked content of the JSON file, without format and checksum."""
    content: dict[str, Any] = json.loads((folder / f"iteration-{iteration:08d}.json").read_bytes())
    return {key: content[key] for key in ("name", "recipe", "progress", "sha256")}


def put(folder: Path, content: dict[str, Any]) -> None:
    (folder / "iteration-00000003.json").write_bytes(seal(content))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", 99, "has format 99, this version of spide reads formats up to 2: use the ver"),
        ("format", True, "it cannot be of format True"),
        ("format", 0, "it cannot be of format 0"),
        ("recipe", {"architecture": "3"}, "the field 'synapses' of the recipe is missing"),
        ("recipe", None, "it holds no recipe"),
        ("recipe.colour", 3, r"recipe\.colour: Unexpected"),
        ("recipe.epochs", 2.0, r"recipe\.epochs: Input should be a valid integer"),
        ("recipe.epochs", "2", r"recipe\.epochs: Input should be a valid integer"),
        ("recipe.epochs", True, r"recipe\.epochs: Input should be a valid integer"),
        ("recipe.epochs", 0, "epochs must be at least 1, not 0"),
        ("recipe.leak", float("nan"), r"recipe\.leak: Input should be a finite number"),
        ("recipe.dtype", "float16", r"recipe\.dtype: Input should be 'float32' or 'float64'"),
        ("recipe.dtype", "float64", "is of type float32, its recipe has float64"),
        ("progress.iterations", 3, r"progress\.iterations: Unexpected"),
        ("progress.iteration", 4, "it is of iteration 4, which is not that of its name"),
        ("progress.iteration", -3, "epoch 0 cannot be complete at iteration -3"),
        ("progress.epoch", 4, "epoch 4 cannot be complete at iteration 3"),
        ("progress.accuracy", 0.5, "accuracy 0.5 is above the best, None"),
        ("progress.accuracy", 1.5, r"accuracy must be in \[0, 1\], not 1.5"),
        ("progress.best_accuracy", 0.5, "best accuracy 0.5 cannot be of iteration None"),
        ("progress.best_iteration", 2, "best accuracy None cannot be of iteration 2"),
        ("name", 3, "name: Input should be a valid string"),
        ("sha256", None, "sha256: Input should be a valid string"),
        ("colour", "red", "colour: Unexpected"),
    ],
)
def test_other_contents_are_refused(tmp_path: Path, key: str, value: object, message: str) -> None:
    """Not damaged, since the checksum is right: written by someone else."""
    save(tmp_path, checkpoint(3))
    content = description(tmp_path)
    *parents, last = key.split(".")
    place = content[parents[0]] if parents else content
    place[last] = value
    put(tmp_path, content)
    with pytest.raises(CheckpointError, match=message) as error:
        load_latest(tmp_path)
    assert "\n" not in str(error.value)


def test_a_digit_that_has_changed_is_found_wherever_it_is(tmp_path: Path) -> None:
    save(tmp_path, checkpoint(3, epoch=1))
    path = tmp_path / "iteration-00000003.json"
    content = path.read_bytes()
    digits = [position for position, byte in enumerate(content) if chr(byte).isdigit()]
    assert len(digits) > 100
    for position in digits:
        changed = bytes([ord("7") if content[position] != ord("7") else ord("3")])
        path.write_bytes(content[:position] + changed + content[position + 1 :])
        if json.loads(path.read_bytes()) == json.loads(content):
            continue  # the last digit of 0.30000000000000004: the same number
        with pytest.raises(CheckpointError, match="is damaged"):
            load_latest(tmp_path)


def test_format_1_had_fewer_fields_and_no_checksum(tmp_path: Path) -> None:
    """What it did not write is what it did."""
    save(tmp_path, checkpoint(3))
    content = description(tmp_path) | {"format": 1}
    for name in WHAT_WAS:
        del content["recipe"][name]
    path = tmp_path / "iteration-00000003.json"
    path.write_text(json.dumps(content))
    read = load_latest(tmp_path)
    assert read.recipe == replace(RECIPE, **WHAT_WAS)
    assert np.array_equal(read.parameters["readout.bias"], checkpoint(3).parameters["readout.bias"])
    path.write_text(json.dumps(content | {"format": 2}))
    with pytest.raises(CheckpointError, match="with checksum None it cannot be of format 2"):
        load_latest(tmp_path)


def test_arrays_that_are_no_parameters_are_refused(tmp_path: Path) -> None:
    save(tmp_path, checkpoint(3))
    tensors = safetensors.numpy.save({"weights": np.zeros(3, np.float32)})
    (tmp_path / "iteration-00000003.safetensors").write_bytes(tensors)
    put(tmp_path, description(tmp_path) | {"sha256": sha256(tensors).hexdigest()})
    with pytest.raises(CheckpointError, match="'weights' is neither a parameter nor its momentum"):
        load_latest(tmp_path)


def test_a_best_checkpoint_that_is_another_is_refused(tmp_path: Path) -> None:
    for iteration, best in ((3, 0.5), (4, 0.75)):
        best_of = checkpoint(iteration, best_accuracy=best, best_iteration=3)
        save(tmp_path, best_of)
    with pytest.raises(CheckpointError, match="is not the best one of this run"):
        load_best(tmp_path)


def test_reading_while_newer_checkpoints_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest is gone between listing and reading, as it is beside a training."""
    save(tmp_path, checkpoint(1))
    original = Path.read_bytes

    def read_late(self: Path) -> bytes:
        if self.name == "iteration-00000001.json":
            save(tmp_path, checkpoint(2))
        return original(self)

    monkeypatch.setattr(Path, "read_bytes", read_late)
    assert load_latest(tmp_path).progress.iteration == 2


@pytest.mark.parametrize(
    ("name", "recipe", "message"),
    [
        ("mnist", RECIPE, "is of the recipe 'digits', its run is of 'mnist'"),
        ("digits", replace(RECIPE, seed=3), "is of the seed '0', its run is of '3'"),
    ],
)
def test_checkpoints_of_other_recipes_are_refused(name: str, recipe: Recipe, message: str) -> None:
    checkpoint().check_recipe("digits", replace(RECIPE, epochs=77))
    with pytest.raises(CheckpointError, match=message):
        checkpoint().check_recipe(name, recipe)


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
