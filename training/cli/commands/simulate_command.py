"""``spide simulate``: the neurons of a trained network, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from training.cli.options import UsageError, parse
from training.cli.refusals import refusals
from training.runs.files.folder import open_run
from training.storage.netcdf import check_netcdf, write_netcdf


@dataclass(frozen=True)
class Simulate:
    """Options of ``spide simulate RUN_DIR``.

    Parameters
    ----------
    run_dir : Path
        Run folder.
    image : int
        Number of the test image.
    record : tuple of str
        A state variable or the spikes of a layer, such as layer1.v or layer2.spikes; those of
        stage 2 as backward.layer1.v.
    out : Path
        The NetCDF file.
    forward_steps : int or None
        T_F in place of the one that the network was trained with.
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    checkpoint : {"last", "best"}
        The newest weights, or those that were evaluated best.
    """

    run_dir: tyro.conf.Positional[Path]
    image: int = 0
    record: tuple[str, ...] = ("layer1.v", "layer1.spikes")
    out: Path = Path("simulation.nc")
    forward_steps: int | None = None
    data_dir: Path = Path("data")
    checkpoint: Literal["last", "best"] = "last"


def run(words: Sequence[str]) -> int:
    """Run ``spide simulate``; return the exit status."""
    if not words:
        raise UsageError("spide simulate needs a run folder: spide simulate RUN_DIR")
    choice = parse(Simulate, words, prog="spide simulate")
    open_run(choice.run_dir)  # before the imports: a wrong folder is told at once
    check_netcdf(choice.out)
    from training.runs.looking.simulate import simulate
    from training.runs.run import Run

    trained = Run(choice.run_dir, data_dir=choice.data_dir, checkpoint=choice.checkpoint)
    with refusals():
        result = simulate(trained, choice.image, choice.record, choice.forward_steps)
    write_netcdf(result, choice.out)
    print(f"image {choice.image}: label {result.label}, taken for {result.predicted}")
    for name in choice.record:
        shape = " x ".join(f"{size} {dim}" for dim, size in result[name].sizes.items())
        print(f"  {name}: {shape}")
    print(choice.out, flush=True)
    return 0
