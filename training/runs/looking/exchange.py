"""Runs to files that other programs read, and such files to runs."""

from __future__ import annotations

import importlib
import logging
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from networks import Architecture
from networks.exchange import ExchangeError, TrainedNetwork
from networks.schedule import Propagation
from training.data import DataSet, find
from training.errors import UserError
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.creation import make_run
from training.runs.files.folder import RunFolder
from training.runs.files.output_path import check_makeable
from training.runs.files.progress import Progress
from training.storage.files import write_atomically

_LOGGER = logging.getLogger(__name__)

Format = Literal["nir", "torch"]

_MODULES = {"nir": "networks.exchange.nir_graph", "torch": "networks.exchange.state_dict"}

_HDF5 = b"\x89HDF"
"""How files of NIR begin."""


def trained_network(
    architecture: Architecture, recipe: Recipe, weights: dict[str, np.ndarray]
) -> TrainedNetwork:
    """The network of a run, from the weights as its stages use them.

    Raises
    ------
    DataError
        If the data set is one's own and not there: it says how its images are laid out and scaled.
    """
    data_set = find(recipe.data_set)
    return TrainedNetwork(
        architecture=architecture,
        weights=weights,
        v_threshold=recipe.v_threshold,
        v_rest=recipe.v_rest,
        leak=recipe.leak,
        steps=recipe.forward_steps,
        propagation=_propagation(architecture, recipe),
        frames=data_set.frames is not None,
        scaling=data_set.scaling,
        class_names=data_set.class_names,
    )


def _propagation(architecture: Architecture, recipe: Recipe) -> Propagation:
    """How spikes propagate; without feedback both ways are one."""
    if architecture.feedback is None:
        return "sequential"
    return recipe.simulation.realised.propagation


def write_network(network: TrainedNetwork, path: str | Path, to: Format) -> None:
    """Write a network, whole or not at all; a file that is there is replaced, folders are made.

    `Run.export` writes that of a run; weights that were trained otherwise become a
    `TrainedNetwork` first. `read_network` reads it back.

    Parameters
    ----------
    network : TrainedNetwork
    path : path
        The file.
    to : {"nir", "torch"}
        A graph of NIR (with the extra ``nir``), or a PyTorch state dict in safetensors.

    Raises
    ------
    UserError
        If the format does not exist, cannot hold the network, or its package is missing.
    OSError
        If the file cannot be written.
    """
    if to not in _MODULES:
        raise UserError(f"there is no format '{to}': choose one of {', '.join(_MODULES)}")
    try:
        content: bytes = importlib.import_module(_MODULES[to]).to_bytes(network)
    except ExchangeError as error:
        raise UserError(str(error)) from None
    file = Path(path)
    if not file.parent.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, content)


def read_network(path: str | Path) -> TrainedNetwork:
    """The network in a file of either format; the file says itself which it is.

    Raises
    ------
    UserError
        If it holds no network that spide has exported, or the package nir is missing.
    OSError
        If it cannot be read.
    """
    content = Path(path).read_bytes()
    module = _MODULES["nir" if content.startswith(_HDF5) else "torch"]
    try:
        network: TrainedNetwork = importlib.import_module(module).from_bytes(content)
    except ExchangeError as error:
        raise UserError(f"'{path}' cannot be imported: {error}") from None
    return network


def import_run(file: Path, name: str, recipe: Recipe, out: Path) -> RunFolder:
    """Make a run folder that begins with the weights of a file.

    Parameters
    ----------
    file : Path
        What `write_network` wrote.
    name : str
        Of the recipe.
    recipe : Recipe
        For what the file does not say: data set, learning rates, epochs. Architecture, neurons,
        steps, precision and, with feedback, propagation become those of the file. Its weights are
        those that the stages use, so neither normalisation nor a re-parameterised restriction is
        applied to them once more.
    out : Path
        Run folder to make.

    Raises
    ------
    UserError
        If the file holds no network, or one for other images or classes than the recipe's, or the
        run folder cannot be made; then nothing is left of it. Another scaling and other names of
        classes are said in a warning.
    """
    network = read_network(file)
    check_makeable(out)
    same = network.propagation == _propagation(network.architecture, recipe)
    try:
        changed = replace(
            recipe,
            propagation=recipe.propagation if same else network.propagation,
            architecture=network.architecture.notation,
            v_threshold=network.v_threshold,
            v_rest=network.v_rest,
            leak=network.leak,
            forward_steps=network.steps,
            dtype="float64" if network.dtype == np.float64 else "float32",
            normalisation="none",
            norm_restriction="projection",
        )
    except ValueError as error:
        raise UserError(f"'{file}' cannot be imported: {error}") from None
    architecture = read_architecture(changed)
    given = network.architecture
    for what, of_file, of_recipe in (
        ("images of shape", given.input_shape, architecture.input_shape),
        ("classes:", given.classes, architecture.classes),
    ):
        if of_file != of_recipe:
            raise UserError(
                f"the network in '{file}' has {what} {of_file}, the data set of the recipe "
                f"'{name}' has {of_recipe}: choose another recipe"
            )
    _compare_inputs(file, network, name, find(changed.data_set))
    parameters = dict(network.weights)
    momentum = {key: np.zeros_like(values) for key, values in parameters.items()}
    folder = RunFolder(out, name, changed)
    make_run(folder, [Checkpoint(name, changed, Progress(), parameters, momentum)])
    return folder


def _compare_inputs(file: Path, network: TrainedNetwork, name: str, data_set: DataSet) -> None:
    """Refuse frames for images and images for frames; say what else the network did not see."""
    takes = {True: "a frame per step", False: "constant images"}
    frames = data_set.frames is not None
    if network.frames != frames:
        raise UserError(
            f"the network in '{file}' takes {takes[network.frames]}, the data set of the recipe "
            f"'{name}' has {takes[frames]}: choose another recipe"
        )
    for what, of_file, of_data in (
        ("was trained on", network.scaling, data_set.scaling),
        ("has the classes", ", ".join(network.class_names), ", ".join(data_set.class_names)),
    ):
        if of_file and of_data and of_file != of_data:
            _LOGGER.warning(
                "spide: the network in '%s' %s %s; the data set of the recipe '%s' has %s",
                file, what, of_file, name, of_data,
            )  # fmt: skip
