"""Many commands, each in a process of its own, whose imports are paid once.

A process that has imported the command line forks a child for every command: it has streams of its
own from its system, and ends as ``python -m training`` does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
import os, sys
from training.cli.command_line import main

END = "end of the command"
before, *words = sys.argv[1:]
for number in range(words.count(END)):
    end = words.index(END)
    command, words = words[:end], words[end + 1:]
    child = os.fork()
    if child == 0:
        for name, stream in (("output", 1), ("error", 2)):
            file = os.open(f"{number}.{name}", os.O_WRONLY | os.O_CREAT)
            os.dup2(file, stream)
        sys.argv[1:] = command
        exec(before)
        sys.exit(main())
    _, status = os.waitpid(child, 0)
    with open("statuses", "a") as file:
        print(os.waitstatus_to_exitcode(status), file=file)
"""


@dataclass(frozen=True)
class Ended:
    """A command that has come to its end.

    Parameters
    ----------
    status : int
        Of its process.
    output, error : bytes
        What it wrote.
    """

    status: int
    output: bytes
    error: bytes


def run_all(
    commands: Sequence[Sequence[str]],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    before: str = "",
) -> list[Ended]:
    """Run commands of ``spide`` one after the other.

    Parameters
    ----------
    commands : sequence of sequence of str
        Their words.
    folder : Path
        Where they run, and where their output goes.
    environment : mapping, optional
        Variables beside those of this process.
    before : str
        Code that each child runs first.
    """
    words = [word for command in commands for word in (*command, "end of the command")]
    root = str(Path(__file__).parents[3])
    subprocess.run(
        [sys.executable, "-c", _SCRIPT, before, *words],
        env={**os.environ, "PYTHONPATH": root, **(environment or {})},
        cwd=folder,
        check=True,
    )
    statuses = (folder / "statuses").read_text().split()
    return [
        Ended(
            int(status),
            (folder / f"{number}.output").read_bytes(),
            (folder / f"{number}.error").read_bytes(),
        )
        for number, status in enumerate(statuses)
    ]
