"""The command ``spide`` in processes that can be killed, without waiting for its imports each time.

A server imports Brian2 and torch once and forks a process for every command.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Tiny, and an epoch of three batches ends with an evaluation and a checkpoint: a kill often
#: meets one.
TINY = (
    *("--architecture", "4C3s (F4C3)", "--batch-size", "512"),
    *("--forward-steps", "4", "--backward-steps", "5"),
)

#: With what they import when they are first used.
_PRELOADED = [
    "training.cli.commands.training_commands",
    "training.cli.command_line",
    "sklearn.datasets",
]


def start(log: Path, *arguments: str) -> BaseProcess:
    """Start ``spide ARGUMENTS``; what it prints is added to a file."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # the server does not get this process's sys.path
        patch.setenv("OMP_NUM_THREADS", "1")  # several at once would wait for each other's cores
        forkserver.ensure_running()
    process = context.Process(target=_command, args=(str(log), arguments), daemon=True)
    process.start()
    return process


def _command(log: str, arguments: tuple[str, ...]) -> None:
    from training.cli.command_line import main

    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.exit(main(arguments))


def content(folder: Path) -> dict[str, bytes]:
    """The files of a run folder that its weights and records are in."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".json", ".jsonl", ".safetensors")
    }
