"""``spide export`` and ``spide import``: trained networks for other programs, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import tyro

from training.cli.named_recipe import named_recipe
from training.cli.options import UsageError, parse
from training.cli.refusals import refusals
from training.runs.files.folder import open_run

if TYPE_CHECKING:
    from networks.exchange import TrainedNetwork


@dataclass(frozen=True, kw_only=True)
class Export:
    """Options of ``spide export RUN_DIR``.

    Parameters
    ----------
    run_dir : Path
        Run folder.
    to : {"nir", "torch"}
        A graph of NIR, or a PyTorch state dict.
    out : Path
        The file; one that is there is replaced.
    checkpoint : {"last", "best"}
        The newest weights, or those that were evaluated best.
    """

    run_dir: tyro.conf.Positional[Path]
    to: Literal["nir", "torch"]
    out: Path
    checkpoint: Literal["last", "best"] = "last"


@dataclass(frozen=True, kw_only=True)
class Import:
    """Options of ``spide import FILE``.

    Parameters
    ----------
    file : Path
        What ``spide export`` wrote.
    recipe : str
        Recipe with the data set and the learning rates.
    out : Path
        Run folder to make.
    """

    file: tyro.conf.Positional[Path]
    recipe: str
    out: Path


def run_export(words: Sequence[str]) -> int:
    """Run ``spide export``; return 0."""
    if not words:
        raise UsageError(
            "spide export needs a run folder: spide export RUN_DIR --to nir|torch --out FILE"
        )
    choice = parse(Export, words, prog="spide export")
    open_run(choice.run_dir)  # before the imports: a wrong folder is told at once
    from training.runs.run import Run

    run = Run(choice.run_dir, checkpoint=choice.checkpoint)
    with refusals():
        network = run.export(choice.out, choice.to)
    size = choice.out.stat().st_size
    print(f"{network.architecture.notation}: {size:,} bytes  {choice.out}")
    if choice.to == "nir":
        _print_matrices(network)
    return 0


def run_import(words: Sequence[str]) -> int:
    """Run ``spide import``; return 0."""
    if not words:
        raise UsageError("spide import needs a file: spide import FILE --recipe NAME --out RUN_DIR")
    choice = parse(Import, words, prog="spide import")
    name, recipe = choice.recipe, named_recipe(choice.recipe)
    from training.runs.looking.exchange import import_run

    with refusals():
        folder = import_run(choice.file, name, recipe, choice.out)
    print(f"{folder.recipe.architecture}: 'spide evaluate {choice.out}' tests it, 'spide train "
          f"{name} --resume {choice.out}' goes on from its weights")  # fmt: skip
    return 0


def _print_matrices(network: TrainedNetwork) -> None:
    """Say which connections NIR has no node for, and what that asks of a reader."""
    from networks.exchange.nir_graph import flat_results, graph_of

    graph = graph_of(network)
    for name, matrix in flat_results(graph.nodes, graph.edges).items():
        rows, columns = matrix.shape
        print(
            f"note: NIR has no node for '{name}', so it is a matrix of {rows:,} x {columns:,} "
            f"({matrix.nbytes / 1e6:,.1f} MB in memory) whose result is to be reshaped; nir.read "
            "needs type_check=False"
        )
