"""Run folders: created whole, refused if occupied, continued with what a checkpoint knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from training.errors import RunFolderError
from training.recipes.earlier import WHAT_WAS
from training.recipes.recipe import Recipe
from training.runs.files.folder import RunFolder, continued, open_run
from training.runs.files.lock import LOCK_NAME
from training.runs.files.output_path import check_vacant
from training.runs.files.progress import Progress
from training.runs.files.title import title_of

RECIPE = Recipe(data_set="digits", architecture="8", milestones=(3, 4), seed=5)


def run(path: Path) -> RunFolder:
    return RunFolder(path / "run", "digits", RECIPE)


def test_opened_as_it_was_created(tmp_path: Path) -> None:
    run(tmp_path).create()
    assert open_run(tmp_path / "run") == run(tmp_path)
    assert run(tmp_path).records() == []


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    run(tmp_path).create()
    with pytest.raises(RunFolderError, match="already holds a run: continue it with 'spide train"):
        run(tmp_path).create()


def test_other_things_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    check_vacant(tmp_path / "run")  # an empty folder will do
    (tmp_path / "run" / "thesis.tex").touch()
    with pytest.raises(RunFolderError, match="is not an empty folder"):
        check_vacant(tmp_path / "run")
    with pytest.raises(RunFolderError, match="is not an empty folder"):
        check_vacant(tmp_path / "run" / "thesis.tex")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        RunFolderError, match=r"cannot write the run folder .*choose a place in a folder"
    ):
        run(tmp_path / "file").create()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": "digits"}', '{"recipe": {}}'])
def test_a_spoilt_recipe_is_refused(tmp_path: Path, content: str) -> None:
    run(tmp_path).create()
    (tmp_path / "run" / "recipe.json").write_text(content)
    with pytest.raises(RunFolderError, match="cannot be read") as error:
        open_run(tmp_path / "run")
    assert "\n" not in str(error.value)


def test_a_digit_of_the_recipe_that_has_changed_is_found(tmp_path: Path) -> None:
    run(tmp_path).create()
    path = tmp_path / "run" / "recipe.json"
    path.write_text(path.read_text().replace('"seed": 5', '"seed": 6'))
    with pytest.raises(RunFolderError, match="its checksum is not that of its content"):
        open_run(tmp_path / "run")


@pytest.mark.parametrize("example", ["mnist_feedback_30_epochs", "mnist_feedback_40_epochs"])
def test_recipes_and_metrics_of_earlier_versions_are_read(example: str) -> None:
    """They had no choice of some things, and did what `WHAT_WAS` says."""
    old = open_run(Path(__file__).parents[4] / "benchmarks" / example)
    assert {name: getattr(old.recipe, name) for name in WHAT_WAS} == WHAT_WAS
    assert old.name == "mnist-feedback"
    assert len(old.records()) == len(old.metrics.read_text().splitlines())


def test_what_killed_writers_left_is_removed(tmp_path: Path) -> None:
    run(tmp_path).create()
    leftovers = [
        tmp_path / "run" / ".recipe.json.0123.tmp",
        tmp_path / "run" / "checkpoints" / ".iteration-00000003.json.4567.tmp",
        tmp_path / "run" / "pictures" / ".curves.png.89ab.tmp",
    ]
    for path in leftovers:
        path.touch()
    run(tmp_path).reopen(Progress())
    assert not any(path.exists() for path in leftovers)


def test_a_folder_whose_creation_was_killed_is_vacant(tmp_path: Path) -> None:
    run(tmp_path).create()
    (tmp_path / "run" / "recipe.json").rename(tmp_path / "run" / ".recipe.json.0123.tmp")
    (tmp_path / "run" / LOCK_NAME).touch()
    run(tmp_path).create()
    assert open_run(tmp_path / "run") == run(tmp_path)


def test_a_folder_without_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="holds no run"):
        open_run(tmp_path)


def test_only_the_epochs_may_change(tmp_path: Path) -> None:
    assert continued(run(tmp_path), replace(RECIPE, epochs=7)).recipe.epochs == 7
    with pytest.raises(RunFolderError, match=r"--batch-size cannot be 3 when resuming.* has 128"):
        continued(run(tmp_path), replace(RECIPE, batch_size=3))


COMMON = {"epoch": 0.5, "loss": 0.1 + 0.2, "accuracy": 0.25}
TRAINING: list[dict[str, Any]] = [
    {
        "kind": "training",
        "iteration": n,
        **COMMON,
        "images_per_second": 1e3 / n,
        "learning_rate": 0.05,
        "feedback_norm": None,
        "firing_rates_forward": {"layer1": 0.1},
        "firing_rates_backward": {"layer1": 0.01},
    }
    for n in range(1, 6)
]
TEST: dict[str, Any] = {"kind": "test", "iteration": 3, **COMMON}


@pytest.mark.parametrize(
    ("progress", "kept"),
    [
        (Progress(iteration=0), []),
        (Progress(iteration=2), TRAINING[:2]),
        (Progress(iteration=3), TRAINING[:3]),
        (Progress(3, 1, 0.5, 0.5, 3), [*TRAINING[:3], TEST]),
        (Progress(iteration=4, epoch=1), [*TRAINING[:3], TEST, TRAINING[3]]),
        (Progress(iteration=9, epoch=1), [*TRAINING[:3], TEST, *TRAINING[3:]]),
    ],
)
def test_metrics_are_cut_to_the_checkpoint(
    tmp_path: Path, progress: Progress, kept: list[dict[str, Any]]
) -> None:
    folder = run(tmp_path)
    folder.create()
    for record in (*TRAINING[:3], TEST, *TRAINING[3:]):
        folder.log(record)
    with folder.metrics.open("a") as file:
        file.write('{"kind": "training", "itera')  # killed while writing
    folder.reopen(progress)
    assert folder.records() == kept
    assert len(folder.metrics.read_bytes().splitlines()) == len(kept)


@pytest.mark.parametrize(
    ("data_set", "title"),
    [
        ("digits", "recipe"),
        ("/home/ada/gait of cats.npz", "gait-of-cats"),
        ("/home/ada/retina", "retina"),
        ("/home/ada/runs/first/data", "recipe"),  # arrays, which the run itself keeps
    ],
)
def test_a_training_is_called_after_its_own_data(data_set: str, title: str) -> None:
    assert title_of("recipe", replace(RECIPE, data_set=data_set)) == title
