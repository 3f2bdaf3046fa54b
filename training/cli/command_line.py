"""The command ``spide``: finds the command that is meant, runs it, and says what went wrong.

What a command needs is imported when it runs: Brian2 and torch are slow.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import io
import os
import sys
from collections.abc import Sequence

from training.cli.help_texts import HELP, OVERVIEW, with_recipes
from training.cli.options import UsageError
from training.cli.standard_streams import StandardStreams
from training.errors import UserError
from training.failures import missing_memory
from training.parallel.distributed.launch import Launch
from training.parallel.distributed.launcher_watch import end_with_launcher
from training.storage.system_errors import sentence
from training.suggestions import did_you_mean

_BROKEN_PIPE = 141
"""128 + SIGPIPE: what a shell reports of programs that the signal ends."""

_MODULES = {
    "train": "training.cli.commands.train_command:run",
    "evaluate": "training.cli.commands.evaluate_command:run",
    "simulate": "training.cli.commands.simulate_command:run",
    "energy": "training.cli.commands.energy_command:run",
    "compare": "training.cli.commands.compare_command:run",
    "sweep": "training.cli.commands.sweep_command:run",
    "reproduce": "training.cli.commands.reproduce_command:run",
    "export": "training.cli.commands.exchange_commands:run_export",
    "import": "training.cli.commands.exchange_commands:run_import",
    "compile": "training.cli.commands.compile_command:run_compile",
    "collect": "training.cli.commands.compile_command:run_collect",
    "info": "training.cli.commands.info_command:run",
    "doctor": "training.cli.commands.doctor_command:run",
}
"""The commands, and their functions."""

_SHARED = ("train", "evaluate")
"""Those whose work the processes of torchrun share."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; ``sys.argv`` without `arguments`.

    Returns
    -------
    int
        Exit status: 0, 1 for a mistake or a failure that the message names, 2 for a wrong command
        line, 130 after Ctrl+C, 141 if who read the output has left, as ``head`` does.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _print_what_can_be_printed()
    helped: SystemExit | None = None
    status = 0
    with StandardStreams() as streams:
        try:
            status = _run_and_report(words)
        except SystemExit as end:  # tyro's, after it has printed the help
            helped = end
    if streams.complaint is None:
        if helped is not None:
            raise helped
        return status
    streams.tell(f"spide: {streams.complaint}")
    return status or 1


def _run_and_report(arguments: list[str]) -> int:
    """Run the command and say what went wrong; return the exit status."""
    launch = Launch.of(os.environ)
    if launch.by_torchrun:
        end_with_launcher()
    try:
        with launch.printing_once():
            return _run(arguments)
    except BrokenPipeError:
        # Nothing is left to be told. What is still in the buffer goes nowhere, or the interpreter
        # would complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except UserError as error:
        launch.report(f"spide: {error}")
        return 2 if isinstance(error, UsageError) else 1
    except OSError as error:
        launch.report(f"spide: {sentence(error)}")
        return 1
    except (MemoryError, RuntimeError) as error:
        if (missing := missing_memory(error)) is None:
            raise
        launch.report(f"spide: {missing}")
        return 1
    except KeyboardInterrupt:
        launch.report("spide: interrupted")
        return 130


def _print_what_can_be_printed() -> None:
    """Escape what a terminal without Unicode cannot show: no name of a folder ends a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Brian2 writes the command line into its log when it is imported, and fails over names that
    # are no UTF-8.
    sys.argv = [word.encode(errors="backslashreplace").decode() for word in sys.argv]


def _run(arguments: list[str]) -> int:
    command, *rest = arguments or ["--help"]
    if command in ("--help", "-h"):
        print(with_recipes(OVERVIEW))
        return 0
    if command == "--version":
        print(f"spide {importlib.metadata.version('spide')}")
        return 0
    if command not in _MODULES:
        *others, last = _MODULES
        raise UsageError(
            f"unknown command '{command}'{did_you_mean(command, _MODULES)}: choose "
            f"{', '.join(others)} or {last}"
        )
    if rest and rest[0] in ("--help", "-h"):
        print(with_recipes(HELP[command]))
        return 0
    processes = Launch.of(os.environ).size
    if processes > 1 and command not in _SHARED:
        raise UsageError(
            f"{processes} processes would each do the whole of 'spide {command}': start it without "
            "torchrun"
        )
    module, _, function = _MODULES[command].partition(":")
    status: int = getattr(importlib.import_module(module), function)(rest)
    return status
