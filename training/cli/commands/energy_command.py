"""``spide energy``: what predictions and training steps of a run cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from training.cli.options import UsageError, parse
from training.cli.refusals import refusals
from training.runs.files.folder import open_run
from training.storage.files import write_atomically
from training.storage.places import check_file


@dataclass(frozen=True)
class Energy:
    """Options of ``spide energy RUN_DIR``.

    Parameters
    ----------
    run_dir : Path
        Run folder.
    images : int
        Test images that are counted, at most a batch.
    out : Path or None
        A .csv, .json or .md file to write.
    picture : Path or None
        A .png file to draw.
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    checkpoint : {"last", "best"}
        The newest weights, or those that were evaluated best.
    """

    run_dir: tyro.conf.Positional[Path]
    images: int = 32
    out: Path | None = None
    picture: Path | None = None
    data_dir: Path = Path("data")
    checkpoint: Literal["last", "best"] = "last"


def run(words: Sequence[str]) -> int:
    """Run ``spide energy``; return the exit status."""
    if not words:
        raise UsageError("spide energy needs a run folder: spide energy RUN_DIR")
    choice = parse(Energy, words, prog="spide energy")
    open_run(choice.run_dir)  # before the imports: a wrong folder is told at once
    if choice.out is not None:
        check_file(choice.out, "the table", [".csv", ".json", ".md"])
    if choice.picture is not None:
        check_file(choice.picture, "the picture", [".png"])
    from training.plots.energy import energy_picture
    from training.runs.looking.look import write_picture
    from training.runs.run import Run

    trained = Run(choice.run_dir, data_dir=choice.data_dir, checkpoint=choice.checkpoint)
    with refusals():
        report = trained.energy(choice.images)
    print(report.markdown(), end="")
    if choice.out is not None:
        texts = {".csv": report.csv, ".json": report.json, ".md": report.markdown}
        choice.out.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(choice.out, texts[choice.out.suffix]().encode())
        print(choice.out)
    if choice.picture is not None:
        write_picture(energy_picture(report), choice.picture)
        print(choice.picture, flush=True)
    return 0
