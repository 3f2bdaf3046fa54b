"""Run folders: created whole, refused if occupied, continued with what a checkpoint knows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from training.checkpoint import Progress
from training.errors import RunFolderError
from training.recipe import Recipe
from training.run_folder import RunFolder, check_vacant, continued, open_run

RECIPE = Recipe(data_set="digits", architecture="8", milestones=(3, 4), seed=5)


def run(path: Path) -> RunFolder:
    return RunFolder(path / "run", "digits", RECIPE)


def test_opened_as_it_was_created(tmp_path: Path) -> None:
    run(tmp_path).create()
    assert open_run(tmp_path / "run") == run(tmp_path)
    assert run(tmp_path).records() == []


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    run(tmp_path).create()
    with pytest.raises(RunFolderError, match="already holds a run: continue it with --resume"):
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
    with pytest.raises(RunFolderError, match=r"cannot write the run folder .*choose another --out"):
        run(tmp_path / "file").create()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": "digits"}', '{"recipe": {}}'])
def test_a_spoilt_recipe_is_refused(tmp_path: Path, content: str) -> None:
    run(tmp_path).create()
    (tmp_path / "run" / "recipe.json").write_text(content)
    with pytest.raises(RunFolderError, match="cannot be read") as error:
        open_run(tmp_path / "run")
    assert "\n" not in str(error.value)


def test_a_folder_without_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="holds no run"):
        open_run(tmp_path)


def test_only_the_epochs_may_change(tmp_path: Path) -> None:
    assert continued(run(tmp_path), replace(RECIPE, epochs=7)).recipe.epochs == 7
    with pytest.raises(RunFolderError, match=r"--batch-size cannot be 3 when resuming.* has 128"):
        continued(run(tmp_path), replace(RECIPE, batch_size=3))


TRAINING = [{"kind": "training", "iteration": n} for n in range(1, 6)]
TEST = {"kind": "test", "iteration": 3}


@pytest.mark.parametrize(
    ("progress", "kept"),
    [
        (Progress(iteration=0), []),
        (Progress(iteration=2), TRAINING[:2]),
        (Progress(iteration=3), TRAINING[:3]),
        (Progress(iteration=3, epoch=1, accuracy=0.5), [*TRAINING[:3], TEST]),
        (Progress(iteration=4, epoch=1), [*TRAINING[:3], TEST, TRAINING[3]]),
        (Progress(iteration=9, epoch=1), [*TRAINING[:3], TEST, *TRAINING[3:]]),
    ],
)
def test_metrics_are_cut_to_the_checkpoint(
    tmp_path: Path, progress: Progress, kept: list[dict[str, object]]
) -> None:
    folder = run(tmp_path)
    folder.create()
    for record in (*TRAINING[:3], TEST, *TRAINING[3:]):
        folder.log(record)
    with folder.metrics.open("a") as file:
        file.write('{"kind": "training", "itera')  # killed while writing
    folder.reopen(progress)
    assert folder.records() == kept
    assert [json.loads(line) for line in folder.metrics.read_text().splitlines()] == kept
