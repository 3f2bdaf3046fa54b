"""``spide info``: what a recipe's network consists of, and how much memory it takes."""

from __future__ import annotations

import math

from brian2.core.network import Network
from brian2.core.variables import ArrayVariable

from networks import Architecture, BackwardNetwork, ForwardNetwork
from networks.connections import Shape
from networks.devices import choose
from training.preparation import read_architecture
from training.recipe import Recipe

EXPLICIT_SYNAPSE_BYTES = 40
"""Roughly what Brian2 keeps per synapse: two indices, a weight, an entry of its queue."""

_ROW = "{:<10}{:<10}{:>14}{:>12}{:>14}{:>14}"


def print_information(recipe: Recipe) -> int:
    """Print layers, shapes, neurons, parameters, synapses and memory; return the exit status."""
    architecture = read_architecture(recipe)
    print(f"{recipe.data_set}, {architecture.notation}\n")
    for row in _rows(architecture):
        print(_ROW.format(*row).rstrip())
    print(f"\nneurons     {architecture.neurons:,} per image, input units included")
    print(f"parameters  {architecture.parameters:,}")
    print(f"synapses    {architecture.synapses:,} per image, without those from the input")
    print(f"memory      {_memory(architecture, recipe)}")
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
    """Return the size of the Brian2 arrays of both stages for one batch."""
    where = f"both stages, batches of {recipe.batch_size}"
    choice = choose(recipe.device, recipe.synapses, recipe.propagation, recipe.backend)
    if choice.synapses == "explicit":
        synapses = 2 * choice.simulator.copies_of(recipe.batch_size) * architecture.synapses
        return f"{_mebibytes(synapses * EXPLICIT_SYNAPSE_BYTES)} at least ({where})"
    config, size, dtype = recipe.two_stage, recipe.batch_size, recipe.dtype
    forward = ForwardNetwork(architecture, config.neuron, size, dtype=dtype)
    backward = BackwardNetwork(
        architecture, config.couple, size, as_couples=recipe.couple, dtype=dtype
    )
    total = _array_bytes(forward.network) + _array_bytes(backward.network)
    return f"{_mebibytes(total)} ({where})"


def _array_bytes(network: Network) -> int:
    """Return the bytes of all arrays of a network; what objects share counts once."""
    groups = [item for item in network.sorted_objects if hasattr(item, "variables")]
    arrays = {
        id(variable): variable.get_value().nbytes
        for group in groups
        for variable in group.variables.values()
        if isinstance(variable, ArrayVariable)
    }
    return sum(arrays.values())


def _mebibytes(size: float) -> str:
    return f"{size / 2**20:,.0f} MiB"
