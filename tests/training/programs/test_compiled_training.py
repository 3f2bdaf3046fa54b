"""A training as a program equals the loop in Python, on a machine without Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import spide
from training.cli.command_line import main
from training.errors import CheckpointError
from training.programs.collection import collect
from training.runs.files.lock import only_writer

pytestmark = pytest.mark.devices

#: What a machine has that has a compiler and nothing else.
TOOLS = ("sh", "dirname", "rm", "c++", "as", "ld")

RECIPE: dict[str, Any] = {
    "architecture": "6C3s (F6C3)",
    "dtype": "float64",
    "epochs": 2,
    "forward_steps": 8,
    "backward_steps": 12,
    "batch_size": 250,
    "feedback_norm": 0.05,
    "validation": 37,
    "training_images": 1300,
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that was compiled and made elsewhere than where it was written."""
    folder = tmp_path_factory.mktemp("program")
    options = [
        word
        for name, value in RECIPE.items()
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]
    assert main(["compile", "digits", "--out", str(folder / "written"), *options]) == 0
    elsewhere = folder / "elsewhere"
    shutil.move(folder / "written", elsewhere)
    tools = folder / "tools"
    tools.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tools / tool).symlink_to(found)
    for command in (["./build.sh"], ["./train", "2"]):
        done = subprocess.run(
            ["/usr/bin/env", "-i", f"PATH={tools}", *command],
            cwd=elsewhere, capture_output=True, text=True, timeout=540,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert "epoch 2/2: validation accuracy" in done.stdout
    return elsewhere


def test_it_equals_the_loop_in_python(program: Path, tmp_path: Path) -> None:
    run = spide.train("digits", out=tmp_path / "python", learning="spikes", threads=1, **RECIPE)
    collect(program, tmp_path / "run")
    other = spide.Run(tmp_path / "run")
    for name, values in run.weights.items():
        assert_allclose(other.weights[name], values, rtol=0, atol=1e-10)
    first = spide.Run(tmp_path / "run").records[0]
    assert first["feedback_norm"] > RECIPE["feedback_norm"]  # it was restricted
    same = ("kind", "iteration", "epoch", "accuracy", "learning_rate")
    close = ("loss", "feedback_norm")
    for mine, theirs in zip(other.records, run.records, strict=True):
        assert [mine.get(name) for name in same] == [theirs.get(name) for name in same]
        for name in close:
            assert mine.get(name, 0.0) == pytest.approx(theirs.get(name, 0.0), rel=1e-10)
        for stage in ("forward", "backward"):
            rates = theirs.get(f"firing_rates_{stage}", {})
            assert mine.get(f"firing_rates_{stage}", {}) == pytest.approx(rates, rel=1e-12)
    assert other.evaluate().accuracy == run.evaluate().accuracy


def test_it_goes_on_where_it_stopped(program: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(program, again)
    last = sorted((again / "checkpoints").glob("*.checksum"))[-1]
    whole = last.with_suffix(".safetensors")
    expected = whole.read_bytes()
    whole.write_bytes(expected[:-1])  # as if it had been killed there
    done = subprocess.run(["./train", "2"], cwd=again, capture_output=True, text=True, timeout=540)
    assert done.returncode == 0, done.stderr
    assert "after iteration 6, which checkpoints/ holds" in done.stdout
    assert whole.read_bytes() == expected


def test_damage_is_refused(program: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(program, damaged)
    last = sorted((damaged / "checkpoints").glob("*.safetensors"))[-1]
    content = bytearray(last.read_bytes())
    content[-1] ^= 1
    last.write_bytes(content)
    with pytest.raises(CheckpointError, match="is damaged"):
        collect(damaged, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    shutil.rmtree(damaged / "records")
    last.write_bytes(sorted((program / "checkpoints").glob("*.safetensors"))[-1].read_bytes())
    with pytest.raises(CheckpointError, match="no record of the evaluation"):
        collect(damaged, tmp_path / "run")


@pytest.mark.parametrize("threads", ["251", "0", "-1", "2x", "abc", ""])
def test_threads_that_cannot_be_are_refused(threads: str, program: Path) -> None:
    done = subprocess.run(
        ["./train", threads], cwd=program, capture_output=True, text=True, timeout=60
    )
    said = f"threads is '{threads}': give a whole number from 1 to 250, the images of a batch"
    assert done.returncode == 1 and said in done.stderr


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("kill -9 $$", "was ended by signal 9 (Killed): if memory ran out, give fewer threads"),
        ("exit 3", "has ended with status 3: './train' goes on where this one was"),
        (None, "cannot be started: build it with build.sh"),
    ],
)
def test_why_a_stage_has_ended(
    script: str | None, said: str, program: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    shutil.copytree(program, again, ignore=shutil.ignore_patterns("iteration-*"))
    main_file = again / "backward" / "main"
    main_file.unlink()
    if script is not None:
        main_file.write_text(f"#!/bin/sh\n{script}\n")
        main_file.chmod(0o755)
    done = subprocess.run(["./train", "1"], cwd=again, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"train: the program 'backward/main' {said}" in done.stderr


def test_a_folder_has_one_writer(program: Path) -> None:
    files = {path: path.read_bytes() for path in program.glob("checkpoints/*")}
    with only_writer(program):
        done = subprocess.run(["./train"], cwd=program, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"this folder is being written by process {os.getpid()} on " in done.stderr
    assert {path: path.read_bytes() for path in program.glob("checkpoints/*")} == files
    done = subprocess.run(["./train"], cwd=program, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_another_folder_is_left_as_it_is(program: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [program / "train"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1 and "run in the program's folder" in done.stderr
    assert not list(tmp_path.iterdir())


def test_checkpoints_are_ordinary_files(program: Path) -> None:
    """Checkpoints are ordinary safetensors files with the parameters' names and shapes."""
    import safetensors.numpy

    last = sorted((program / "checkpoints").glob("*.safetensors"))[-1]
    arrays = safetensors.numpy.load_file(last)
    network = spide.Architecture.parse(str(RECIPE["architecture"]), (1, 8, 8), 10)
    for name, shape in network.parameter_shapes().items():
        for part in ("parameters", "momentum"):
            assert arrays[f"{part}/{name}"].shape == shape
            assert np.isfinite(arrays[f"{part}/{name}"]).all()
