"""The command ``spide``.

A recipe's fields are the options of ``train`` and ``info``: tyro makes them from the dataclass. The
command and the recipe are looked up before, because they settle which options there are and their
defaults. What is slow to import (Brian2, torch) waits until a command runs.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import tyro

from training.cli.help_texts import HELP, OVERVIEW, with_recipes
from training.cli.named_recipe import NAMES, named_recipe, refuse_early
from training.cli.options import UsageError, parse
from training.cli.refusals import missing_memory, refusals
from training.cli.standard_streams import StandardStreams
from training.data.own_data.own import is_own
from training.errors import UserError
from training.parallel.distributed.launch import Launch
from training.parallel.distributed.launcher_watch import end_with_launcher
from training.recipes import RECIPES, description
from training.recipes.recipe import Recipe
from training.runs.files.folder import open_run
from training.runs.files.output_path import check_makeable
from training.storage.system_errors import sentence
from training.suggestions import did_you_mean

_BROKEN_PIPE = 141
"""128 + SIGPIPE: what a shell reports of programs that the signal ends."""

_COMMANDS = (
    *("train", "evaluate", "simulate", "energy", "compare", "sweep", "reproduce"),
    *("export", "import", "compile", "collect", "info", "doctor"),
)

_MODULES = {
    "simulate": "training.cli.commands.simulate_command:run",
    "energy": "training.cli.commands.energy_command:run",
    "compare": "training.cli.commands.compare_command:run",
    "sweep": "training.cli.commands.sweep_command:run",
    "reproduce": "training.cli.commands.reproduce_command:run",
    "export": "training.cli.commands.exchange_commands:run_export",
    "import": "training.cli.commands.exchange_commands:run_import",
    "compile": "training.cli.commands.compile_command:run_compile",
    "collect": "training.cli.commands.compile_command:run_collect",
}
"""Commands that have a module of their own, and their function."""


@dataclass(frozen=True)
class Train:
    """Options of ``spide train RECIPE``.

    Parameters
    ----------
    recipe : Recipe
        What to train.
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    download : bool
        Download the recipe's data set first, if it is not there.
    data : Path or None
        A data set of your own in place of the recipe's: a .npz file with images and labels, a
        folder of .npy files of these names, or one with a folder of pictures per class.
    out : Path or None
        Run folder to make; runs/RECIPE-DATE-TIME if not given.
    resume : Path or None
        Run folder to continue; its recipe applies, --epochs may be changed.
    max_iterations : int or None
        Stop after this many iterations, counted from the start of the run.
    """

    recipe: Annotated[Recipe, tyro.conf.arg(name="")]
    data_dir: Path = Path("data")
    download: bool = False
    data: Path | None = None
    out: Path | None = None
    resume: Path | None = None
    max_iterations: int | None = None

    def __post_init__(self) -> None:
        if self.data is not None:
            own = replace(self.recipe, data_set=str(self.data.absolute()))
            object.__setattr__(self, "recipe", own)
        if self.out is not None and self.resume is not None:
            raise ValueError("--out and --resume exclude each other: a resumed run stays in place")
        if self.max_iterations is not None and self.max_iterations < 1:
            raise ValueError(f"--max-iterations must be at least 1, not {self.max_iterations}")


@dataclass(frozen=True)
class Evaluate:
    """Options of ``spide evaluate RUN_DIR``.

    Parameters
    ----------
    run_dir : Path
        Run folder.
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    download : bool
        Download the run's data set first, if it is not there.
    checkpoint : {"last", "best"}
        The newest weights, or those that were evaluated best.
    forward_steps : int or None
        T_F in place of the one that the network was trained with.
    """

    run_dir: tyro.conf.Positional[Path]
    data_dir: Path = Path("data")
    download: bool = False
    checkpoint: Literal["last", "best"] = "last"
    forward_steps: int | None = None


@dataclass(frozen=True)
class Info:
    """Options of ``spide info RECIPE``.

    Parameters
    ----------
    recipe : Recipe
        What to describe.
    """

    recipe: Annotated[Recipe, tyro.conf.arg(name="")]


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
            return _run(arguments, launch)
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


def _run(arguments: list[str], launch: Launch) -> int:
    command, *rest = arguments or ["--help"]
    if command in ("--help", "-h"):
        print(with_recipes(OVERVIEW))
        return 0
    if command == "--version":
        print(f"spide {importlib.metadata.version('spide')}")
        return 0
    if command not in _COMMANDS:
        raise UsageError(
            f"unknown command '{command}'{did_you_mean(command, _COMMANDS)}: choose "
            f"{', '.join(_COMMANDS[:-1])} or {_COMMANDS[-1]}"
        )
    if rest and rest[0] in ("--help", "-h"):
        print(with_recipes(HELP[command]))
        return 0
    if command in _MODULES:
        module, _, function = _MODULES[command].partition(":")
        status: int = getattr(importlib.import_module(module), function)(rest)
        return status
    if command == "doctor":
        return _doctor(rest)
    if command == "evaluate":
        return _evaluate(rest, launch)
    if not rest:
        raise UsageError(f"spide {command} needs a recipe: choose one of {NAMES}")
    name, *options = rest
    own = f", and give your data with --data {name}" if is_own(name) else ""
    recipe = named_recipe(name, own)
    prog = f"spide {command} {name}"
    if command == "info":
        info = parse(Info, options, prog, description(name), default=Info(recipe))
        refuse_early(name, info.recipe)
        from training.cli.reports.information import print_information

        with refusals():
            return print_information(info.recipe)
    return _train(name, options, prog, launch)


def _evaluate(options: list[str], launch: Launch) -> int:
    if not options:
        raise UsageError("spide evaluate needs a run folder: spide evaluate RUN_DIR")
    choice = parse(Evaluate, options, prog="spide evaluate")
    run = open_run(choice.run_dir)  # before the imports: a wrong folder is told at once
    steps = choice.forward_steps
    try:
        recipe = run.recipe if steps is None else replace(run.recipe, forward_steps=steps)
    except ValueError as error:
        raise UsageError(str(error)) from None
    from training.cli.commands import training_commands
    from training.parallel.distributed.processes import join

    best = choice.checkpoint == "best"
    with join(launch) as processes:
        setting = training_commands.setting_of(choice.data_dir, processes, choice.download)
        return training_commands.evaluate_run(choice.run_dir, recipe, best, setting)


def _train(name: str, options: list[str], prog: str, launch: Launch) -> int:
    choice = parse(Train, options, prog, description(name), default=Train(RECIPES[name]))
    if choice.resume is None:
        # Before the imports: these mistakes are told at once.
        refuse_early(name, choice.recipe)
        check_makeable(choice.out or Path("runs") / f"{name}-DATE-TIME")
        _note_milestones(choice.recipe, RECIPES[name])
    else:
        open_run(choice.resume)
    from training.cli.commands import training_commands
    from training.parallel.distributed.processes import join

    most = choice.max_iterations
    if choice.resume is None:
        with join(launch) as processes:
            setting = training_commands.setting_of(choice.data_dir, processes, choice.download)
            return training_commands.train_anew(name, choice.recipe, choice.out, most, setting)
    run = training_commands.open_run_of(choice.resume, name)
    # Read again with the run's recipe for defaults: the options that were given stand out.
    choice = parse(Train, options, prog, default=Train(run.recipe))
    with join(launch) as processes:
        setting = training_commands.setting_of(choice.data_dir, processes, choice.download)
        return training_commands.resume(run, choice.recipe, most, setting)


def _note_milestones(recipe: Recipe, original: Recipe) -> None:
    """Say which milestones that were asked for, not those of the recipe, come too late."""
    late = [str(epoch) for epoch in recipe.milestones if epoch >= recipe.epochs]
    if late and recipe.milestones != original.milestones:
        print(f"note: with {recipe.epochs} epochs nothing happens at milestone {', '.join(late)}")


def _doctor(options: list[str]) -> int:
    if options:
        raise UsageError(f"spide doctor has no option '{options[0]}'")
    from training.cli.reports.doctor import print_diagnosis

    return print_diagnosis()
