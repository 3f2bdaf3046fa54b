"""``spide compile`` and ``spide collect``: a training as a C++ program, and what it has trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from training.cli.named_recipe import NAMES, asked_with, named_recipe, refuse_option_first
from training.cli.options import UsageError, parse
from training.cli.refusals import refusals
from training.counted import counted
from training.recipes import description
from training.recipes.chosen import with_absolute_path
from training.recipes.recipe import Recipe
from training.runs.files.output_path import check_makeable


@dataclass(frozen=True, kw_only=True)
class Compile:
    """Options of ``spide compile RECIPE``.

    Parameters
    ----------
    recipe : Recipe
        What to train.
    out : Path
        Folder to make.
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    """

    recipe: Annotated[Recipe, tyro.conf.arg(name="")]
    out: Path | None = None
    data_dir: Path = Path("data")


@dataclass(frozen=True, kw_only=True)
class Collect:
    """Options of ``spide collect FOLDER``.

    Parameters
    ----------
    folder : Path
        What ``spide compile`` wrote, after a training.
    out : Path
        Run folder to make.
    """

    folder: tyro.conf.Positional[Path]
    out: Path


def run_compile(words: Sequence[str]) -> int:
    """Run ``spide compile``; return 0."""
    if not words:
        raise UsageError(f"spide compile needs a recipe and --out DIR: choose one of {NAMES}")
    refuse_option_first("compile", words)
    name, *options = words
    default = Compile(recipe=named_recipe(name))
    choice = parse(Compile, options, f"spide compile {name}", description(name), default=default)
    if choice.out is None:
        raise UsageError("spide compile needs the folder to make: --out DIR")
    check_makeable(choice.out)  # before the imports: a folder that is taken is told at once
    from training.programs.writing import compile_training

    asked = asked_with(name, choice.recipe, options)
    with refusals():
        recipe = with_absolute_path(choice.recipe)
        recipe = compile_training(name, recipe, choice.out, choice.data_dir, asked)
    print(
        f"{recipe.architecture}, {counted(recipe.epochs, 'epoch')}: '{choice.out}/build.sh' "
        "compiles it, './train' in that folder trains, "
        f"'spide collect {choice.out} --out RUN_DIR' makes a run of it"
    )
    return 0


def run_collect(words: Sequence[str]) -> int:
    """Run ``spide collect``; return 0."""
    if not words:
        raise UsageError("spide collect needs a folder: spide collect FOLDER --out RUN_DIR")
    choice = parse(Collect, words, prog="spide collect")
    from training.programs.collection import collect

    with refusals():
        run = collect(choice.folder, choice.out)
    print(f"{run.recipe.architecture}: 'spide evaluate {choice.out}' tests it")
    return 0
