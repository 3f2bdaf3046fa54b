"""What a training reads, as files of numbers: images, their order, weights, random streams."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from torch import Tensor, from_numpy

from networks import Architecture
from networks.devices.programs.standalone import Rehearsal
from training.data import Images
from training.data.batches import batches_per_epoch
from training.programs.places import Places, numbered
from training.programs.streams import stream_state, ziggurat
from training.randomness import stream
from training.recipes.recipe import Recipe
from training.updates.initialisation import initial_parameters
from training.updates.optimiser import learning_rate_factor

_LENGTH = 8
"""Bytes of the length of a safetensors header."""


def write_numbers(
    folder: Path, recipe: Recipe, architecture: Architecture, images: Images
) -> dict[str, int]:
    """Write all files but those of the stages.

    Returns
    -------
    dict of int
        Where each array of a checkpoint begins after the header.
    """
    _write_images(folder, "training", *images.training.tensors)
    _write_images(folder, "tested", *images.test.tensors)
    parameters = initial_parameters(architecture, recipe)
    in_order = [parameters[name].ravel() for name in numbered(architecture)]
    np.concatenate(in_order).astype(recipe.dtype).tofile(folder / "parameters.bin")
    _write_schedule(folder, recipe, images)
    _write_first_connection(folder, architecture)
    return _write_checkpoint_header(folder, parameters)


def schedule_bytes(recipe: Recipe, images: Images) -> int:
    """What the numbers of all epochs and iterations take: orders, rates, two random streams."""
    order = len(images.training) * np.dtype(np.int32).itemsize
    iteration = np.dtype(np.float64).itemsize + 2 * stream_state(stream(0, "dropout", 0)).nbytes
    return recipe.epochs * (order + batches_per_epoch(images, recipe.batch_size) * iteration)


def write_stage(folder: Path, rehearsal: Rehearsal, places: Places) -> None:
    """Write what every request to a stage begins with, and which parameters its synapses hold."""
    folder.mkdir()
    for field in rehearsal.fields:
        field.values.tofile(folder / f"{field.name}.initial")
    for name, each in places.items():
        each.tofile(folder / f"{name}.places")


def _write_images(folder: Path, name: str, pixels: Tensor, labels: Tensor) -> None:
    values = pixels.numpy().astype(np.float32)
    if values.ndim > 2:  # channels last, as neurons are laid out
        values = values.transpose(0, *range(2, values.ndim), 1)
    np.ascontiguousarray(values).tofile(folder / f"{name}_pixels.bin")
    labels.numpy().astype(np.int32).tofile(folder / f"{name}_labels.bin")


def _write_schedule(folder: Path, recipe: Recipe, images: Images) -> None:
    """The order of each epoch, and of each iteration the learning rate and random streams."""
    per_epoch, count = batches_per_epoch(images, recipe.batch_size), len(images.training)
    for epoch in range(recipe.epochs):
        order = stream(recipe.seed, "order", epoch).permutation(count)
        order.astype(np.int32).tofile(folder / f"order-{epoch:06d}.bin")
    iterations = range(recipe.epochs * per_epoch)
    scaled = recipe.learning_rate / recipe.loss_scale
    rates = [scaled * learning_rate_factor(recipe, per_epoch, number) for number in iterations]
    np.array(rates).tofile(folder / "learning_rates.bin")
    for name, purpose in (("dropout", "dropout"), ("probes", "norm probes")):
        states = [stream_state(stream(recipe.seed, purpose, number)) for number in iterations]
        np.array(states).tofile(folder / f"{name}.streams")
    tables = ziggurat()
    for name, values in vars(tables).items():
        values.tofile(folder / f"ziggurat_{name}.bin")


def _write_first_connection(folder: Path, architecture: Architecture) -> None:
    """The taps of layer 1, whose input is no spikes, and the parameters of its kernel."""
    layer = architecture.layers[0]
    taps = layer.connection.taps
    np.stack([taps.tap, taps.source, taps.target], axis=1).tofile(folder / "first_taps.bin")
    numbers = from_numpy(numbered(architecture)[f"{layer.name}.weight"])
    kernel = layer.connection.kernel(numbers).numpy().astype(np.int32)
    np.ascontiguousarray(kernel).tofile(folder / "first_kernel.bin")


def _write_checkpoint_header(
    folder: Path, parameters: Mapping[str, NDArray[np.floating]]
) -> dict[str, int]:
    """Names and shapes, which are the same in every checkpoint."""
    content = safetensors.numpy.save(
        {f"{part}/{name}": np.zeros_like(each) for name, each in parameters.items()
         for part in ("parameters", "momentum")}
    )  # fmt: skip
    length = _LENGTH + int.from_bytes(content[:_LENGTH], "little")
    (folder / "checkpoint.header").write_bytes(content[:length])
    described: dict[str, dict[str, Any]] = json.loads(content[_LENGTH:length])
    return {
        name: each["data_offsets"][0] for name, each in described.items() if name != "__metadata__"
    }
