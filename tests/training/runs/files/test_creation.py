"""Runs that begin with weights from elsewhere are there whole, or are no runs."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from training.data.own_data.array_files import array_files
from training.data.own_data.from_memory import write_arrays
from training.errors import BusyRunError, CheckpointError, RunFolderError
from training.programs.collection import collect
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.beginning import where_it_stopped
from training.runs.files.checkpoint_files import load_latest
from training.runs.files.creation import new_run
from training.runs.files.folder import RunFolder, open_run
from training.runs.files.lock import only_writer
from training.runs.files.records import encode
from training.runs.looking.exchange import import_run, trained_network, write_network
from training.storage.files import write_atomically

RECIPE = Recipe(data_set="digits", architecture="4", forward_steps=3, backward_steps=3, epochs=1)
ARCHITECTURE = read_architecture(RECIPE)
WEIGHTS = {
    name: np.full(shape, 0.25, np.float32)
    for name, shape in ARCHITECTURE.parameter_shapes().items()
}
TEST = {"kind": "test", "iteration": 9, "epoch": 1.0, "loss": 0.5, "accuracy": 0.75}


def imported(tmp_path: Path) -> RunFolder:
    """A run with the weights of a file."""
    file = tmp_path / "network.safetensors"
    write_network(trained_network(ARCHITECTURE, RECIPE, WEIGHTS), file, "torch")
    return import_run(file, "digits", RECIPE, tmp_path / "run")


def collected(tmp_path: Path) -> RunFolder:
    """A run of what a compiled training has left."""
    program = tmp_path / "program"
    for name in ("data", "checkpoints", "records"):
        (program / name).mkdir(parents=True, exist_ok=True)
    RunFolder(program / "data", "digits", RECIPE, "of the images").write_recipe()
    arrays = {
        f"{part}/{name}": values
        for part in ("parameters", "momentum")
        for name, values in WEIGHTS.items()
    }
    content = safetensors.numpy.save(arrays)
    path = program / "checkpoints" / "iteration-00000009.safetensors"
    path.write_bytes(content)
    path.with_suffix(".checksum").write_text(f"{zlib.crc32(content):08x}\n")
    (program / "records" / "epoch-1.jsonl").write_bytes(encode(TEST))
    return collect(program, tmp_path / "run")


BOTH = pytest.mark.parametrize("make", [imported, collected])


@BOTH
def test_it_holds_the_weights(make: Callable[[Path], RunFolder], tmp_path: Path) -> None:
    run = make(tmp_path)
    assert open_run(tmp_path / "run") == run
    stopped = where_it_stopped(run, ARCHITECTURE)
    for name, values in WEIGHTS.items():
        np.testing.assert_array_equal(stopped.parameters[name], values)


@pytest.mark.parametrize(
    ("make", "place"),
    [
        *[(imported, place) for place in ("checkpoint, 1", "checkpoint, 2", "folder, 1")],
        *[(collected, place) for place in ("checkpoint, 2", "creation, 1", "folder, 1")],
    ],
)
def test_a_full_disk_leaves_nothing(
    make: Callable[[Path], RunFolder],
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module, call = place.split(", ")
    calls = 0

    def write(path: Path, content: bytes) -> None:
        nonlocal calls
        if tmp_path / "run" in path.parents:
            calls += 1
            if calls >= int(call):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write_atomically(path, content)

    with monkeypatch.context() as patch:
        file = "checkpoint_files" if module == "checkpoint" else module
        patch.setattr(f"training.runs.files.{file}.write_atomically", write)
        with pytest.raises(RunFolderError, match=r"No space left on device.*make room there"):
            make(tmp_path)
    assert calls == int(call)
    assert not (tmp_path / "run").exists()
    make(tmp_path)


@BOTH
def test_killed_before_the_recipe_it_is_no_run(
    make: Callable[[Path], RunFolder], tmp_path: Path
) -> None:
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        f"from {__name__} import {make.__name__}\n"
        "from training.runs.files.folder import RunFolder\n"
        "write = RunFolder.write_recipe\n"
        "def dying(run):\n"
        "    os._exit(9) if run.path.name == 'run' else write(run)\n"
        "RunFolder.write_recipe = dying\n"
        f"{make.__name__}(Path(sys.argv[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parents[4]
    )
    assert done.returncode == 9
    assert list((tmp_path / "run" / "checkpoints").glob("*.json"))
    with pytest.raises(RunFolderError, match="holds no run"):
        open_run(tmp_path / "run")
    if make is collected:  # its weights took a training, though the program still has them
        with pytest.raises(RunFolderError, match="is not an empty folder"):
            make(tmp_path)
    else:
        assert load_latest(make(tmp_path).checkpoints).parameters.keys() == WEIGHTS.keys()


def test_a_creation_that_was_killed_lends_no_weights_to_another_run(tmp_path: Path) -> None:
    run = imported(tmp_path)
    (run.path / "recipe.json").unlink()  # as if it had been killed before
    run.create()
    assert not any(run.checkpoints.iterdir())


def test_a_run_of_an_earlier_version_that_was_killed_while_it_was_imported(tmp_path: Path) -> None:
    """They wrote the recipe first. Random weights in place of those of the file are not given."""
    run = RunFolder(tmp_path / "run", "digits", RECIPE)
    run.create()
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        where_it_stopped(run, ARCHITECTURE)
    trained = replace(run, fingerprint="of the images")
    assert where_it_stopped(trained, ARCHITECTURE).progress.iteration == 0


@BOTH
def test_another_writer_is_not_disturbed(make: Callable[[Path], RunFolder], tmp_path: Path) -> None:
    with only_writer(tmp_path / "run"), pytest.raises(BusyRunError, match="is being written by"):
        make(tmp_path)
    make(tmp_path)


def test_what_was_there_before_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(RunFolderError, match="is not an empty folder"), new_run(tmp_path):
        raise AssertionError("it is taken")
    assert (tmp_path / "thesis.tex").exists()


@pytest.mark.parametrize("name", ["data", "checkpoints", "pictures"])
def test_files_of_a_user_in_a_folder_of_our_names_are_kept(name: str, tmp_path: Path) -> None:
    """The images that shall be trained may lie where the run shall be."""
    mine = tmp_path / name / "images.npy"
    mine.parent.mkdir()
    mine.write_bytes(b"took a year")
    with pytest.raises(RunFolderError, match="is not an empty folder"), new_run(tmp_path):
        raise AssertionError("it is taken")
    if name == "data":
        with pytest.raises(OSError, match="not empty"):
            write_arrays(tmp_path, {"images": np.zeros(3)})
    assert mine.read_bytes() == b"took a year"
    assert {each.name for each in tmp_path.iterdir()} == {name, "writer.lock"}


def test_data_of_a_process_that_was_killed_before_it_made_a_run_are_no_obstacle(
    tmp_path: Path,
) -> None:
    write_arrays(tmp_path / "run", {"labels": np.zeros(3)})
    with pytest.raises(KeyError), new_run(tmp_path / "run"):
        written = write_arrays(tmp_path / "run", {"images": np.zeros(3)})
        assert [each.name for each in array_files(written)] == ["images.npy"]
        raise KeyError
    assert not (tmp_path / "run").exists()


def test_data_that_a_killed_process_was_writing_are_no_obstacle(tmp_path: Path) -> None:
    """It was started with arrays; what it left is of the same kind as a half-written file."""
    left = tmp_path / "run" / ".data-123-abcd.tmp"
    left.mkdir(parents=True)
    (left / "images.npy").write_bytes(b"half of them")
    imported(tmp_path)
    assert not left.exists()
