"""``spide`` as a process: exit status, pipes, encodings of the system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_as_a_module() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "training", "train", "nothing"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("spide: unknown recipe 'nothing'")


@pytest.mark.parametrize("options", [["train", "digits", "--help"], ["info", "digits"]])
def test_a_reader_that_has_left_is_no_mistake(options: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # as `spide ... | head` does
    try:
        result = subprocess.run(
            [sys.executable, "-m", "training", *options], stdout=writing, stderr=subprocess.PIPE
        )
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (141, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["train", "digits", "--help"],
        ["info", "digits"],
        ["evaluate", "n\xe4chste-\u8d70"],
        ["train", "digits", "--epochs", "many"],
        ["train", "digits", "--milestones", "10,13"],
        ["train", "digits", "--out", f"{os.devnull}/n\xe4chste"],
        ["train", "mnist-feedback", "--data-dir", "\u6570\u636e"],
        ["train", "\u6570\u5b57"],
    ],
)
def test_without_unicode_it_says_the_same(arguments: list[str], tmp_path: Path) -> None:
    printed = []
    for encoding in ("utf-8", "ascii"):
        environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
        result = subprocess.run(
            [sys.executable, "-m", "training", *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
        )
        assert b"Traceback" not in result.stderr
        text = result.stdout.decode(encoding), result.stderr.decode(encoding)
        printed.append((result.returncode, *text))
    plain, ascii_ = printed
    assert plain[0] == ascii_[0]
    assert plain[2].encode("ascii", "backslashreplace").decode() == ascii_[2]
    assert ascii_[2].count("\n") == (1 if plain[0] else 0)
    if plain[0] == 0 and "--help" not in arguments:
        assert plain[1] == ascii_[1]


@pytest.mark.parametrize(
    "arguments", [["evaluate", b"\xff"], ["train", "digits", "--resume", b"\xff"]]
)
def test_names_that_are_no_text(arguments: list[str | bytes]) -> None:
    """A file may be called anything, whatever the encoding of the system."""
    command = [sys.executable, "-m", "training", *arguments]
    result = subprocess.run(command, capture_output=True)
    assert result.returncode == 1
    assert result.stderr.startswith(b"spide: '\\udcff' holds no run")
    assert result.stderr.count(b"\n") == 1
