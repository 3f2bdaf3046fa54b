"""A run from Python: what it hands out, and where it is when folders and time have moved on."""

from __future__ import annotations

import pickle
import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.cli.command_line import main
from training.errors import RunFolderError
from training.parallel.over_cores import method_over_cores
from training.recipes.recipe import Recipe
from training.runs.files.kept_data import with_kept_data
from training.runs.run import Run
from training.runs.train import resume, train

RNG = np.random.default_rng(0)
LABELS = np.arange(40) % 2
IMAGES = (RNG.normal(size=(40, 4)) + 2 * LABELS[:, None]).astype(np.float32)
OWN: dict[str, Any] = {
    "images": IMAGES, "labels": LABELS, "architecture": "6 (F6)", "batch_size": 8, "epochs": 2,
    "milestones": (), "forward_steps": 8, "backward_steps": 10, "dtype": "float64",
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(out=tmp_path_factory.mktemp("runs") / "run", **OWN).path


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    shutil.copytree(trained, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_weights_of_a_run_are_copies(trained: Path) -> None:
    """A lesion of what was handed out is none of the run."""
    run = Run(trained)
    weights = run.weights
    weights["readout.weight"][:] = 0
    for found in (run.weights, run.network.weights, run.checkpoint.parameters):
        assert found["readout.weight"].all()
    run.trainer.set_parameters(weights)
    assert (run.run_network(IMAGES[:2]).logits == weights["readout.bias"]).all()


def test_the_checkpoint_is_to_be_read(trained: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        Run(trained).checkpoint.parameters["readout.weight"][:] = 0


def test_a_run_that_was_used_can_be_copied(trained: Path) -> None:
    run = Run(trained)
    expected = run.run_network(IMAGES[:2]).logits
    for other in (deepcopy(run), pickle.loads(pickle.dumps(run))):
        assert other.trainer is not run.trainer
        np.testing.assert_array_equal(other.run_network(IMAGES[:2]).logits, expected)


def test_a_folder_that_is_gone_is_not_trained_anew(copy: Path, tmp_path: Path) -> None:
    run = Run(copy)
    copy.rename(tmp_path / "renamed")
    with pytest.raises(RunFolderError, match=f"'{copy}' holds no run"):
        resume(run, epochs=3)
    with pytest.raises(RunFolderError, match=f"'{copy}' holds no run"):
        _ = run.records
    assert not copy.exists()


def test_a_run_stays_where_it_is_in_another_directory(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run(copy.name, data_dir="images")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert (run.path, run.data_dir) == (copy, tmp_path / "images")
    assert len(run.records) == 10
    assert resume(run, epochs=3).records[-1]["epoch"] == 3
    assert list(Path().iterdir()) == []


def test_a_run_that_was_resumed_is_the_one_that_came_of_it(copy: Path) -> None:
    """Whether or not someone takes what `resume` returns."""
    run = Run(copy)
    before = run.evaluate().losses
    longer = resume(run, epochs=3)
    assert run.recipe == longer.recipe and run.records == longer.records
    assert run.checkpoint.progress == longer.checkpoint.progress
    assert run.evaluate().losses.tolist() == longer.evaluate().losses.tolist() != before.tolist()


def test_a_run_that_went_on_elsewhere_is_refreshed(copy: Path) -> None:
    run = Run(copy, checkpoint="best")
    iteration = run.checkpoint.progress.iteration
    resume(copy, epochs=9)
    assert (run.recipe.epochs, run.checkpoint.progress.iteration) == (2, iteration)
    run.refresh()
    best = run.checkpoint.progress
    assert run.recipe.epochs == 9 and best.iteration == best.best_iteration
    stale = Run(copy)
    resume(copy, epochs=10)
    assert resume(stale, epochs=11).recipe.epochs == stale.recipe.epochs == 11


def test_a_run_that_was_moved_has_its_images_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recipe says where they were when the training began, and so do the checkpoints."""
    first = train(out=tmp_path / "first", **OWN)
    first.path.rename(tmp_path / "moved")
    monkeypatch.chdir(tmp_path)
    run = Run("moved")
    assert run.recipe.data_set == str(tmp_path / "moved" / "data")
    assert run.evaluate().losses.tolist() == first.evaluate().losses.tolist()
    assert main(["evaluate", "moved"]) == 0
    longer = resume(run, epochs=3)
    assert longer.predict(IMAGES[:3]).tolist() == Run(longer.path).predict(IMAGES[:3]).tolist()
    Path("moved").rename("again")
    assert Run("again", checkpoint="best").evaluate().accuracy > 0.5
    assert resume("again", epochs=4).records[-1]["epoch"] == 4


def test_a_copy_of_a_run_reads_its_own_images(trained: Path, copy: Path) -> None:
    np.save(copy / "data" / "images.npy", IMAGES + 1)
    with pytest.raises(RunFolderError, match=f"images of {copy / 'data'} are not those"):
        Run(copy).evaluate()
    assert Run(trained).evaluate().accuracy > 0.5
    shutil.rmtree(copy / "data")  # the original's are the same
    assert Run(copy).evaluate().accuracy == Run(trained).evaluate().accuracy


def test_images_elsewhere_stay_there(tmp_path: Path) -> None:
    """Whatever the folder is called: a run keeps those that came from memory, and no others."""
    recipe = Recipe(data_set=str(tmp_path / "data"), architecture="6")
    assert with_kept_data(recipe, tmp_path / "run") is recipe
    (tmp_path / "run" / "data").mkdir(parents=True)
    for data_set in ("digits", str(tmp_path / "data.npz"), str(tmp_path / "retina")):
        other = replace(recipe, data_set=data_set)
        assert with_kept_data(other, tmp_path / "run") is other


def test_what_runs_the_network_uses_the_weights_in_the_trainer(copy: Path) -> None:
    """A lesion reaches evaluations with other steps, simulations and energies; not the folder."""
    run = Run(copy)
    intact = run.evaluate(forward_steps=5).predicted
    lesioned = {**run.weights, "readout.weight": np.zeros_like(run.weights["readout.weight"])}
    lesioned["readout.bias"] = np.array([0.0, 5.0])
    run.trainer.set_parameters(lesioned)
    assert set(run.evaluate().predicted) == set(run.evaluate(forward_steps=5).predicted) == {1}
    assert run.simulate(0).predicted == 1
    assert run.weights["readout.bias"][1] != 5 == run.weights_in_use["readout.bias"][1]
    run.refresh()
    np.testing.assert_array_equal(run.evaluate(forward_steps=5).predicted, intact)
    assert run.weights_in_use["readout.bias"][1] != 5


def test_other_steps_build_networks_once(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []

    def noted(architecture: Any, recipe: Recipe, size: int) -> Any:
        built.append(recipe.forward_steps)
        return method_over_cores(architecture, recipe, size)

    monkeypatch.setattr("training.runs.run.method_over_cores", noted)
    Run(copy).evaluate(forward_steps=5)
    assert built == [5]
