"""What the system refuses is one sentence; what is decorative ends no training."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from training.cli.command_line import main
from training.cli.standard_streams import StandardStreams
from training.runs.files import checkpoint_files
from training.runs.files.checkpoint_files import began, load_latest
from training.storage.files import append, write_atomically
from training.storage.system_errors import sentence

TINY = (
    *("--architecture", "4C3s (F4C3)", "--batch-size", "512", "--epochs", "2"),
    *("--forward-steps", "4", "--backward-steps", "5"),
)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail, and return its one line on stderr."""
    capsys.readouterr()
    assert main(arguments) == 1
    *lines, end = capsys.readouterr().err.split("\n")
    assert (len(lines), end) == (1, "")
    assert lines[0].startswith("spide: ")
    return lines[0]


def fails_from(call: int, function: Callable[..., None], number: int) -> Callable[..., None]:
    """The function, which from its `call`-th call on fails like a system call."""
    calls = 0

    def failing(*arguments: object) -> None:
        nonlocal calls
        calls += 1
        if calls >= call:
            raise OSError(number, os.strerror(number), "a/file")
        function(*arguments)

    return failing


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "make room there"),
        (errno.EACCES, "get the permission"),
        (errno.EROFS, "make it writable"),
        (errno.ENAMETOOLONG, "shorter name"),
        (errno.ELOOP, "choose another place"),
    ],
)
def test_a_sentence_has_place_cause_and_remedy(number: int, remedy: str) -> None:
    said = sentence(OSError(number, os.strerror(number), "the/place"))
    assert said.startswith(f"'the/place' cannot be used ({os.strerror(number)}): ")
    assert remedy in said and "\n" not in said


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for write in (write_atomically, append):
        with pytest.raises(OSError) as raised:
            write(tmp_path / "folder", b"content")
        assert raised.value.filename == str(tmp_path / "folder")
        assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_a_line_is_appended_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    append(path, b"one\n")
    append(path, b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))  # room for two bytes more
    try:
        with pytest.raises(OSError, match="File too large"):
            append(path, b"three\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("option", ["--out", "--resume"])
def test_a_name_that_is_too_long(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = refusal(capsys, "train", "digits", option, "x" * 300, *TINY)
    assert "File name too long" in said and "shorter name" in said


@pytest.mark.parametrize("arguments", [["evaluate"], ["train", "digits", "--resume"]])
def test_a_folder_that_cannot_be_read(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    said = refusal(capsys, *arguments, str(tmp_path / "loop"))
    assert os.strerror(errno.ELOOP) in said


def test_checkpoints_that_cannot_be_read_are_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").symlink_to("checkpoints")
    for read in (began, load_latest):
        with pytest.raises(OSError, match=re.escape(os.strerror(errno.ELOOP))):
            read(tmp_path / "checkpoints")


@pytest.mark.parametrize(("what", "call"), [("append", 1), ("append", 4), ("write_atomically", 5)])
def test_a_full_disk_stops_the_training_which_goes_on_when_there_is_room(
    what: str,
    call: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "run"
    assert main(["train", "digits", "--out", str(whole), *TINY]) == 0
    # The checkpoint's calls: recipe, two files of the first one, two of that after the epoch.
    module, function = {
        "append": ("training.runs.files.folder.append", append),
        "write_atomically": (f"{checkpoint_files.__name__}.write_atomically", write_atomically),
    }[what]
    with monkeypatch.context() as patch:
        patch.setattr(module, fails_from(call, function, errno.ENOSPC))
        said = refusal(capsys, "train", "digits", "--out", str(out), *TINY)
    assert "a/file" in said and "make room there, then resume with: spide train digits" in said
    assert main(["evaluate", str(out)]) == 0
    assert main(["train", "digits", "--resume", str(out)]) == 0
    last = "checkpoints/iteration-00000006.safetensors"
    assert (out / last).read_bytes() == (whole / last).read_bytes()


def test_pictures_that_cannot_be_drawn_end_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("training.runs.shown.pictures.write_atomically", fail)
    monkeypatch.setattr("training.runs.loop.PICTURE_SECONDS", 0.0)  # after every epoch
    assert main(["train", "digits", "--out", str(tmp_path / "run"), *TINY]) == 0
    (said,) = [each.getMessage() for each in caplog.records if each.name == "training.runs.logbook"]
    assert "pictures" in said and "No space left" in said and "whole without them" in said


def test_after_a_divergence_the_last_finite_weights_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "run")
    wild = (*TINY, "--learning-rate", "1e30")
    assert "diverged" in refusal(capsys, "train", "digits", "--out", out, *wild)
    assert main(["evaluate", out]) == 0
    assert "diverged" in refusal(capsys, "train", "digits", "--resume", out)  # and again
    assert main(["train", "digits", "--resume", out, "--max-iterations", "1"]) == 0


def test_an_equation_without_a_solution_ends_a_training_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.methods.implicit.TRAINING_TOLERANCE", {"float32": 1e-300})
    tiny = ("--architecture", "40 (F40)", "--threads", "1", "--max-iterations", "1")
    out = str(tmp_path / "run")
    said = refusal(capsys, "train", "digits", "--out", out, "--method", "implicit", *tiny)
    assert "the training diverged: eq. 5 was not solved to 1e-300" in said
    assert "a smaller feedback norm or learning rate" in said


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_stream_that_is_full_ends_nothing(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, stream, full)
        with StandardStreams() as streams:
            for _ in range(2):
                print("a line", file=getattr(sys, stream), flush=True)
        assert streams.complaint is not None and "No space left on device" in streams.complaint
        assert getattr(sys, stream) is full


@pytest.mark.parametrize("arguments", ["--help", "train digits --help", "info digits"])
def test_output_that_is_lost_is_a_failure(arguments: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "training", *arguments.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "standard output cannot be written (No space left on device)" in done.stderr


def test_a_process_without_standard_streams() -> None:
    """Their numbers are not given to the files that are opened next."""
    code = "import os, sys; from training.cli.standard_streams import StandardStreams as S\n"
    code += "with S(): assert os.open(os.devnull, os.O_RDONLY) > 2; print('no one hears')"
    command = f'exec {sys.executable} -c "$0" <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", command, code]).returncode == 0
