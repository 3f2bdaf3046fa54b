"""``spide compile``: a training as a C++ program in a folder, which needs a compiler and no Python.

::

    build.sh         compiles everything; needs a C++ compiler
    train            then: the training (./train [THREADS])
    sources/         the training in C++, and its numbers as configuration.h
    forward/         stage 1, as Brian2's C++ standalone device writes it
    backward/        stage 2 with its learning synapses, likewise
    data/            images, their order, weights, random streams; the recipe
    checkpoints/     written by the training, in the format safetensors
    records/         one line per iteration and evaluation, written by the training

Every parameter but the readout's learns from spikes (section 4.2): what a request to the second
stage brings back are sums of what its spikes taught. What the loop in Python and this one compute
differs by rounding.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from networks import Architecture
from networks.connections import units
from networks.devices.programs.standalone import Rehearsal
from training.checks.unread import check_asked
from training.data import Images, find
from training.data.validation import held_out
from training.errors import UserError
from training.methods.parts.batch import Batch
from training.methods.spide import Spide
from training.programs.configuration import header
from training.programs.numbers import schedule_bytes, write_numbers, write_stage
from training.programs.places import places_of_lessons, places_of_weights, program_of
from training.recipes.architectures import read_architecture
from training.recipes.chosen import chosen_recipe, fields_asked_for, recipe_name
from training.recipes.recipe import Recipe
from training.runs.files.folder import RunFolder
from training.runs.files.output_path import check_makeable
from training.updates.initialisation import initial_parameters

SOURCES = files("training.programs") / "sources"

STAGES = ("forward", "backward")


def as_program(recipe: Recipe, asked: Collection[str] = ()) -> Recipe:
    """The recipe as the program carries it out.

    Parameters
    ----------
    recipe : Recipe
    asked : collection of str
        Fields that someone has asked for: what they say is not replaced.

    Raises
    ------
    UserError
        If it asks for what a program does not have.
    """
    for name, only in (
        ("method", "spide"),
        ("normalisation", "none"),
        ("norm_restriction", "projection"),
        ("couple", False),
        ("realisation", "fast"),
        ("backward_neuron", "ternary"),
        ("evaluate_every", 0),
        ("stop_at_accuracy", 0.0),
    ):
        if getattr(recipe, name) != only:
            raise UserError(
                f"{name} is {getattr(recipe, name)!r}: a compiled training has {only!r} only; "
                "choose that, or 'spide train'"
            )
    for name, only in (("learning", "spikes"), ("device", "cpp_standalone")):
        if name in asked and getattr(recipe, name) != only:
            raise UserError(
                f"{name} is {getattr(recipe, name)!r}: a compiled training has {only!r} only; "
                f"leave --{name} out, or use 'spide train'"
            )
    if (synapses := recipe.simulation.realised.synapses) != "shared":
        raise UserError(
            f"synapses are {synapses}, on device '{recipe.device}': a compiled training has shared "
            "ones, on cpp_standalone; leave --device and --synapses out"
        )
    return replace(recipe, device="cpp_standalone", synapses="shared", learning="spikes")


def compile_training(
    name: str,
    recipe: Recipe,
    out: Path,
    data_dir: Path = Path("data"),
    asked: Sequence[str] = (),
) -> Recipe:
    """Write a training as a C++ program; compiling it is ``build.sh``'s.

    Parameters
    ----------
    name : str
        Of the recipe.
    recipe : Recipe
    out : Path
        Folder to make.
    data_dir : Path
        Folder of the data sets.
    asked : sequence of str
        Fields of the recipe that someone has asked for: those that nothing reads are refused.

    Returns
    -------
    Recipe
        As the program carries it out.

    Raises
    ------
    UserError
        If the recipe asks for what a program does not have or nothing would read, or the folder
        cannot be made, or there is no room for the order of the images in so many epochs.
    """
    if "threads" in asked:
        raise UserError(
            f"threads is {recipe.threads}, and a compiled training is told when it starts, as in "
            f"'./train {recipe.threads}': leave --threads out"
        )
    recipe = as_program(recipe, asked)
    architecture = read_architecture(recipe)
    try:
        check_asked(asked, recipe, architecture)
    except ValueError as error:
        raise UserError(str(error)) from None
    if not architecture.layers[0].connection.has_parameters:
        raise UserError(
            f"layer 1 of '{architecture.notation}' has no weights: a compiled training begins "
            "with a layer that learns"
        )
    check_makeable(out)
    whole = find(recipe.data_set).load(data_dir)
    images = held_out(whole, recipe.validation, recipe.training_images)
    _check_images(images, architecture)
    _check_room(out.parent, recipe, images)
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        (folder / "data").mkdir()
        RunFolder(folder / "data", name, recipe, whole.fingerprint()).write_recipe()
        _write(folder, recipe, architecture, images)
        folder.chmod(0o755)
        if out.exists():
            out.rmdir()  # it is empty
        folder.rename(out)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return recipe


def compile(
    recipe: str | Recipe, out: str | Path, *, data_dir: str | Path = "data", **fields: Any
) -> Recipe:
    """Write a training as a C++ program, as ``spide compile`` does.

    ``build.sh`` in the folder compiles it, ``train`` then trains, and ``spide collect`` makes a run
    folder of what it has trained.

    Parameters
    ----------
    recipe : str or Recipe
        A recipe, or its name.
    out : path
        Folder to make.
    data_dir : path
        Folder of the data sets, as torchvision lays them out.
    **fields
        Fields of `Recipe` to change, such as ``epochs=3``.

    Returns
    -------
    Recipe
        As the program carries it out: it learns from spikes.

    Raises
    ------
    UserError
        If the recipe asks for what a program does not have, or the folder cannot be made.
    ValueError
        If there is no such recipe, and for fields that do not exist or are out of range.
    """
    chosen = chosen_recipe(recipe, fields)
    # What is given is asked for also with the value that the recipe has.
    asked = list(dict.fromkeys([*fields, *fields_asked_for(recipe, chosen)]))
    return compile_training(recipe_name(recipe), chosen, Path(out), Path(data_dir), asked)


def _check_images(images: Images, architecture: Architecture) -> None:
    if images.augmentation is not None:
        raise UserError(
            "the training images are augmented by random numbers of torch, which a compiled "
            "training does not have: use 'spide train'"
        )
    pixels, _ = images.training[0]
    if pixels.numel() != units(architecture.input_shape):
        raise UserError(
            "the images come in frames, which a compiled training does not have: use 'spide train'"
        )


def _check_room(folder: Path, recipe: Recipe, images: Images) -> None:
    """Refuse a program that a folder, which need not be there yet, has no room for."""
    place = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    needed, free = schedule_bytes(recipe, images), shutil.disk_usage(place).free
    if needed > free:
        raise UserError(
            f"epochs is {recipe.epochs:,}: the order of the images in all of them takes "
            f"{needed / 1e9:,.1f} GB, and '{place}' has {free / 1e9:,.1f} GB free; choose fewer "
            "epochs, or another --out"
        )


def _write(folder: Path, recipe: Recipe, architecture: Architecture, images: Images) -> None:
    saved = write_numbers(folder / "data", recipe, architecture, images)
    method = Spide.build(architecture, recipe, 1)
    places = {stage: places_of_weights(method, stage) for stage in STAGES}
    lessons = places_of_lessons(method)
    rehearsals = _rehearse(method, recipe, images)
    for stage in STAGES:
        known = places[stage] | (lessons if stage == "backward" else {})
        write_stage(folder / "data" / stage, rehearsals[stage], known)
        places[stage] = known
        program_of(method, stage).write_sources(folder / stage)
        (folder / stage / "makefile").unlink()
    sources = folder / "sources"
    sources.mkdir()
    for file in SOURCES.iterdir():
        place = sources if file.name.endswith((".h", ".cpp")) else folder
        (place / file.name).write_bytes(file.read_bytes())
    (folder / "build.sh").chmod(0o755)
    configuration = header(recipe, architecture, images, rehearsals, places, saved)
    (sources / "configuration.h").write_text(configuration)


def _rehearse(method: Spide, recipe: Recipe, images: Images) -> dict[str, Rehearsal]:
    """What one image asks of both stages."""
    pixels, labels = (tensor.numpy() for tensor in images.training[:1])
    dtype = np.dtype(recipe.dtype)
    method.set_parameters(initial_parameters(method.architecture, recipe))
    first, second = (program_of(method, stage) for stage in STAGES)
    with first.rehearsing() as forward, second.rehearsing() as backward:
        method.step_batch(Batch.of(method.architecture, dtype, pixels, labels))
    return {"forward": forward[0], "backward": backward[0]}
