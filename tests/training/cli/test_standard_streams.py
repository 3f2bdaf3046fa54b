"""``spide`` as a process: exit status, pipes, encodings of the system."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.training.cli.children import Ended, run_all


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


COMMANDS = [
    ["--help"],
    ["train", "digits", "--help"],
    ["info", "digits"],
    ["evaluate", "n\xe4chste-\u8d70"],
    ["train", "digits", "--epochs", "many"],
    ["train", "digits", "--milestones", "10,13"],
    ["train", "digits", "--out", f"{os.devnull}/n\xe4chste"],
    ["train", "mnist-feedback", "--data-dir", "\u6570\u636e"],
    ["train", "\u6570\u5b57"],
]


ENCODINGS = ("utf-8", "ascii")

ENCODE = f"""
for stream in (sys.stdout, sys.stderr):  # as PYTHONIOENCODING does
    stream.reconfigure(encoding={ENCODINGS}[number // {len(COMMANDS)}], errors="strict")
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Ended]]:
    """What all commands print, by the encoding of the streams."""
    ended = run_all(
        COMMANDS * len(ENCODINGS),
        tmp_path_factory.mktemp("printed"),
        {"LC_ALL": "C"},
        before=ENCODE,
    )
    count = len(COMMANDS)
    return {name: ended[i * count : (i + 1) * count] for i, name in enumerate(ENCODINGS)}


@pytest.mark.parametrize(("number", "arguments"), list(enumerate(COMMANDS)))
def test_without_unicode_it_says_the_same(
    number: int, arguments: list[str], printed: dict[str, list[Ended]]
) -> None:
    plain, ascii_ = (printed[encoding][number] for encoding in ("utf-8", "ascii"))
    assert b"Traceback" not in plain.error + ascii_.error
    assert plain.status == ascii_.status
    escaped = plain.error.decode().encode("ascii", "backslashreplace")
    assert escaped.decode() == ascii_.error.decode("ascii")
    assert ascii_.error.count(b"\n") == (1 if plain.status else 0)
    assert ascii_.output.isascii()
    if plain.status == 0 and "--help" not in arguments:
        assert plain.output == ascii_.output


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
