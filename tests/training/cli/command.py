"""The command ``spide`` in this process, for the tests of this folder."""

from __future__ import annotations

import pytest

from training.cli.command_line import main

#: A network that trains in no time.
TINY = (
    *("--architecture", "4C3s (F4C3)", "--batch-size", "512", "--epochs", "2"),
    *("--forward-steps", "4", "--backward-steps", "5"),
)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail, and return its one line on stderr."""
    capsys.readouterr()
    assert main(arguments) in (1, 2)
    *lines, end = capsys.readouterr().err.split("\n")
    assert (len(lines), end) == (1, "")
    assert lines[0].startswith("spide: ")
    return lines[0]
