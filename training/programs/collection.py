"""``spide collect``: what a compiled training has left, as a run folder.

The program writes its weights in the format safetensors and a line per iteration. What it does not
write is what a run folder promises beyond that, recipes and checksums in sealed JSON: that belongs
to one place, which is Python's, so it is added here, after everything was checked.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import safetensors.numpy
from safetensors import SafetensorError

from training.errors import CheckpointError, RunFolderError
from training.recipes.architectures import read_architecture
from training.runs.files.checkpoint import Arrays, Checkpoint
from training.runs.files.creation import make_run
from training.runs.files.folder import RunFolder, open_run
from training.runs.files.output_path import RECIPE_NAME, check_makeable
from training.runs.files.progress import Progress
from training.runs.files.records import Record, read_records


def collect(program: Path, out: Path) -> RunFolder:
    """Make a run folder of what a compiled training has trained.

    Parameters
    ----------
    program : Path
        The folder that ``spide compile`` wrote.
    out : Path
        Run folder to make.

    Raises
    ------
    RunFolderError
        If `program` is no such folder, or `out` cannot be made; then nothing is left of it.
    CheckpointError
        If there is no checkpoint, or one is damaged or does not fit the recipe.
    """
    if not (program / "data" / RECIPE_NAME).exists():
        raise RunFolderError(
            f"'{program}' holds no compiled training: give a folder that 'spide compile' wrote"
        )
    written = open_run(program / "data")
    check_makeable(out)
    checkpoints = sorted((program / "checkpoints").glob("iteration-*.checksum"))
    if not checkpoints:
        raise CheckpointError(f"'{program}' has trained nothing yet: run './train' in it")
    loaded = [_load(path.with_suffix(".safetensors")) for path in checkpoints]
    last = int(checkpoints[-1].stem.removeprefix("iteration-"))
    records = [each for each in _records(program) if each["iteration"] <= last]
    run = replace(written, path=out)
    architecture = read_architecture(run.recipe)
    found = []
    for path, (parameters, momentum) in zip(checkpoints, loaded, strict=True):
        progress = _progress(int(path.stem.removeprefix("iteration-")), records)
        found.append(Checkpoint(run.name, run.recipe, progress, parameters, momentum))
        found[-1].check_architecture(architecture)
    make_run(run, found, records)
    return run


def _load(path: Path) -> tuple[Arrays, Arrays]:
    try:
        content = path.read_bytes()
        if f"{zlib.crc32(content):08x}" != path.with_suffix(".checksum").read_text().strip():
            raise CheckpointError(
                f"the checkpoint '{path}' is damaged (its checksum is another): copy it anew, or "
                "delete it and the file of its checksum"
            )
        arrays = safetensors.numpy.load(content)
    except (OSError, SafetensorError, UnicodeDecodeError) as error:
        raise CheckpointError(
            f"the checkpoint '{path}' cannot be read ({error}): copy it anew, or delete it and the "
            "file of its checksum"
        ) from None
    parts: tuple[Arrays, Arrays] = ({}, {})
    for key, values in arrays.items():
        part, _, name = key.partition("/")
        parts[part == "momentum"][name] = values
    return parts


def _records(program: Path) -> list[Record]:
    """The lines of all epochs, checked."""
    return [
        record
        for path in sorted((program / "records").glob("epoch-*.jsonl"))
        for record in read_records(path)
    ]


def _progress(iteration: int, records: list[Record]) -> Progress:
    """How far the training was: one evaluation per epoch."""
    progress = Progress()
    tests = [each for each in records if each["kind"] != "training"]
    for epoch, test in enumerate(tests, start=1):
        if test["iteration"] <= iteration:
            at = replace(progress, iteration=test["iteration"], accuracy=None)
            progress = at.after_evaluation(test["accuracy"], epoch)
    if progress.iteration != iteration:
        raise CheckpointError(
            f"there is no record of the evaluation after iteration {iteration}: copy 'records' "
            "along with 'checkpoints'"
        )
    return progress
