"""``spide info``: what a recipe's network consists of, and how much memory a training takes."""

from __future__ import annotations

import math
import os

from networks import Architecture
from networks.connections import Shape
from networks.devices.genn.memory import LARGEST_BATCH, device_memory
from training.cli.reports.memory import has_two_sides, memory, number_of_threads
from training.counted import counted
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.updates.gains import learned_parameters

CARDS = (16, 80)
"""Gigabytes of two common cards."""

_TOO_MANY = "GeNN cannot run such a batch at once: use processes, one on each GPU, or a smaller one"

_ROW = "{:<10}{:<10}{:>14}{:>12}{:>14}{:>14}"


def print_information(recipe: Recipe) -> int:
    """Print layers, shapes, neurons, parameters, synapses and memory; return the exit status."""
    architecture = read_architecture(recipe)
    learned = learned_parameters(architecture, recipe)
    print(f"{recipe.data_set}, {architecture.notation}\n")
    for row in _rows(architecture):
        print(_ROW.format(*row).rstrip())
    print(f"\nneurons     {architecture.neurons:,} per image, input units included")
    gains = ", gains included" if learned > architecture.parameters else ""
    print(f"parameters  {learned:,}{gains}")
    print(f"synapses    {architecture.synapses:,} per image, without those from the input")
    print(f"memory      {_memory(architecture, recipe)}")
    if recipe.simulation.undivided:
        print(f"on the GPU  {_memory_of_gpu(architecture, recipe)}")
    return 0


def _rows(architecture: Architecture) -> list[tuple[str, ...]]:
    """Return the cells of the table of layers."""
    parameters = {name: math.prod(s) for name, s in architecture.parameter_shapes().items()}

    def row(name: str, notation: str, shape: Shape, neurons: int, synapses: int) -> tuple[str, ...]:
        learned = parameters.get(f"{name}.weight", 0) + parameters.get(f"{name}.bias", 0)
        counts = (f"{count:,}" if count else "" for count in (neurons, learned, synapses))
        return (name, notation, " x ".join(map(str, shape)), *counts)

    size = architecture.input_shape
    rows: list[tuple[str, ...]]
    rows = [("", "notation", "shape", "neurons", "parameters", "synapses")]
    rows.append(row("input", "", size, math.prod(size), 0))
    for layer in architecture.layers:
        synapses = 0 if layer is architecture.layers[0] else layer.connection.synapses
        rows.append(row(layer.name, layer.notation, layer.shape, layer.units, synapses))
    if (feedback := architecture.feedback) is not None:
        rows.append(row("feedback", "", feedback.target_shape, 0, feedback.synapses))
    rows.append(row("readout", "", (architecture.classes,), 0, 0))
    return rows


def _memory(architecture: Architecture, recipe: Recipe) -> str:
    """Return what a training takes, and what it takes it for."""
    needed = memory(recipe, architecture, number_of_threads(os.environ))
    threads = counted(needed.threads, "thread")
    lines = (
        f"{_mebibytes(needed.total)} at the peak of a training, of which",
        f"{_mebibytes(needed.libraries)} libraries, {_mebibytes(needed.images)} images,",
        f"{_mebibytes(needed.networks)} networks ({threads}, {needed.part} images each),",
        f"{_mebibytes(needed.batch)} a batch of {recipe.batch_size}",
    )
    return f"\n{'':12}".join(lines)


def _memory_of_gpu(architecture: Architecture, recipe: Recipe) -> str:
    """Return what both stages take there, and the batches that cards of two sizes hold."""
    if recipe.backward_neuron != "ternary":
        return f"not known for the backward neuron '{recipe.backward_neuron}'"
    needed = device_memory(architecture, couples=has_two_sides(recipe))
    cards = (
        f"a card of {size} GB holds {_batches(needed.largest_batch(size * 10**9))}"
        for size in CARDS
    )
    size = recipe.batch_size
    lines = (
        f"{_gigabytes(needed.of_batch(size))} for a batch of {size}: "
        f"{_gigabytes(needed.synapses)} for synapses, {needed.sample / 1e6:,.2f} MB for each image",
        *[_TOO_MANY] * (size > LARGEST_BATCH),
        *cards,
    )
    return f"\n{'':12}".join(lines)


def _batches(most: int) -> str:
    if not most:
        return "none"
    limit = ", the most that GeNN runs" if most == LARGEST_BATCH else ""
    return f"batches of up to {most:,}{limit}"


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.2f} GB"


def _mebibytes(size: float) -> str:
    return f"{size / 2**20:,.0f} MiB"
