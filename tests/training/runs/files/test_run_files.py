"""Run folders from the command line: one writer, killed at any moment, lines that are damaged."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from training.cli.command_line import main
from training.cli.commands import training_commands
from training.runs.files.lock import only_writer
from training.runs.train import dated_path

TINY = (
    *("--architecture", "4C3s (F4C3)", "--batch-size", "512", "--epochs", "2"),
    *("--forward-steps", "4", "--backward-steps", "5"),
)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail, and return its one line on stderr."""
    capsys.readouterr()
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two epochs of a tiny network."""
    path = tmp_path_factory.mktemp("runs") / "trained"
    assert main(["train", "digits", "--out", str(path), *TINY]) == 0
    return path


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(trained, tmp_path / "copy")
    return tmp_path / "copy"


def files(path: Path) -> dict[Path, bytes]:
    return {each: each.read_bytes() for each in path.rglob("*") if each.is_file()}


def test_one_writer_and_any_number_of_readers(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_writer(copy):
        before = files(copy)
        for command in (
            ["train", "digits", "--resume", str(copy)],
            ["train", "digits", "--resume", str(copy), "--epochs", "9"],
        ):
            line = refusal(capsys, *command)
            assert f"'{copy}' is being written by process {os.getpid()} on " in line
        assert main(["evaluate", str(copy)]) == 0
        assert files(copy) == before
    assert main(["train", "digits", "--resume", str(copy)]) == 0


def test_two_that_begin_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both found it vacant; the other one was first to finish building its networks."""
    out = tmp_path / "run"
    with ExitStack() as other:
        monkeypatch.setattr(
            training_commands,
            "keep_everything",
            lambda: other.enter_context(only_writer(out)),
        )
        assert "is being written by" in refusal(capsys, "train", "digits", "--out", str(out), *TINY)
        assert {path.name for path in out.iterdir()} == {"writer.lock"}


def test_killed_before_the_first_checkpoint_it_can_be_resumed(
    trained: Path, tmp_path: Path
) -> None:
    for path in ("recipe.json", "writer.lock"):
        (tmp_path / path).write_bytes((trained / path).read_bytes())
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "iteration-00000000.safetensors").write_bytes(b"whole, or not")
    assert main(["train", "digits", "--resume", str(tmp_path)]) == 0
    name = "checkpoints/iteration-00000006.safetensors"
    assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()


def test_a_damaged_line_of_the_log_costs_that_line(
    copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = (copy / "metrics.jsonl").read_bytes().splitlines(keepends=True)
    (copy / "metrics.jsonl").write_bytes(b"".join([lines[0], b"\xff\n", *lines[2:]]))
    assert main(["train", "digits", "--resume", str(copy)]) == 0
    (message,) = [line for line in caplog.messages if "metrics.jsonl" in line]
    assert "left out 1 of 8 lines" in message
    assert (copy / "metrics.jsonl").read_bytes() == b"".join([lines[0], *lines[2:]])


def test_default_folders_of_the_same_second_are_different() -> None:
    paths = {dated_path("digits") for _ in range(100)}
    assert len(paths) == 100
    assert all(re.fullmatch(r"digits-\d{8}-\d{6}-[0-9a-f]{8}", path.name) for path in paths)
