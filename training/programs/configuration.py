"""The numbers of a training as a C++ header: sizes, layers, parameters, fields of both stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from equations import average_rate_weight
from networks.architecture import Architecture, Layer
from networks.connections import channels, positions, units
from networks.devices.memory import Field
from networks.devices.programs.standalone import Rehearsal
from training.data import Images
from training.data.batches import batches_per_epoch
from training.programs.places import Places, numbered
from training.programs.streams import RIGHT
from training.recipes.recipe import Recipe
from training.updates.dropout import dropped_layers
from training.updates.restriction import PROBES, RESTRICTED

_TYPES = """\
#ifndef SPIDE_CONFIGURATION_H
#define SPIDE_CONFIGURATION_H

#include <stdint.h>

#include <string>
#include <vector>

// A layer: its neurons are laid out position by position, the readout counts channel by channel.
struct Layer
{
    std::string name;
    int64_t channels, positions;
    int64_t bias;  // the first one's parameter, or -1

    int64_t units() const { return channels * positions; }
    int64_t unit(int64_t k) const { return k % channels * positions + k / channels; }
};

// Parameters of one array: where they are among all, and in a checkpoint.
struct Parameter
{
    std::string name;
    int64_t begin, count, saved, momentum_saved;
};

// What a request to a stage carries, see stage.h.
enum Kind { SHARED, EACH, TAUGHT };
struct Field
{
    std::string name;
    int64_t count, bytes;
    Kind kind;
    bool answered, learned;
};
"""


def header(
    recipe: Recipe,
    architecture: Architecture,
    images: Images,
    rehearsals: Mapping[str, Rehearsal],
    places: Mapping[str, Places],
    saved: Mapping[str, int],
) -> str:
    """``configuration.h``.

    Parameters
    ----------
    recipe : Recipe
    architecture : Architecture
    images : Images
        Without those that are held out.
    rehearsals, places : dict
        By stage: what a run is, and where its synapses have which parameter.
    saved : dict of int
        Where each array of a checkpoint begins after the header.
    """
    lines = [
        _TYPES,
        f"typedef {'float' if recipe.dtype == 'float32' else 'double'} Scalar;",
        "",
        *_sizes(recipe, architecture, images),
        *_parameters(architecture, saved),
        *_layers(recipe, architecture),
    ]
    for stage, rehearsal in rehearsals.items():
        lines.append(f"const int64_t {stage.upper()}_STEPS = {rehearsal.steps};")
        lines += _fields(stage, rehearsal.fields, places[stage])
    return "\n".join([*lines, "#endif", ""])


def _sizes(recipe: Recipe, architecture: Architecture, images: Images) -> Iterator[str]:
    connection = architecture.layers[0].connection
    taps, shape = connection.taps, architecture.input_shape
    weight = average_rate_weight(recipe.leak, recipe.forward_steps, recipe.dtype)
    numbers = {
        "TRAINING_IMAGES": len(images.training),
        "TESTED_IMAGES": len(images.test),
        "BATCH_SIZE": recipe.batch_size,
        "PER_EPOCH": batches_per_epoch(images, recipe.batch_size),
        "EPOCHS": recipe.epochs,
        "CLASSES": architecture.classes,
        "INPUT_CHANNELS": channels(shape),
        "INPUT_UNITS": units(shape),
        "FIRST_ROWS": len(taps.tap),
        "FIRST_KERNEL": connection.kernel_values,
        "FORWARD_COUNTED": recipe.forward_steps,
        "BACKWARD_COUNTED": recipe.backward_steps,
        "PROBES": PROBES,
    }
    for name, number in numbers.items():
        yield f"const int64_t {name} = {number};"
    reals = {
        "LOSS_SCALE": recipe.loss_scale,
        "MOMENTUM": recipe.momentum,
        "WEIGHT_DECAY": recipe.weight_decay,
        "DROPOUT": recipe.dropout,
        "FEEDBACK_NORM": recipe.feedback_norm,
    }
    for name, real in reals.items():
        yield f"const double {name} = {real!r};"
    yield f"const double ZIGGURAT_RIGHT = {RIGHT};"
    yield f"const Scalar FORWARD_WEIGHT = {float(weight)!r};"
    yield f"const bool DROPOUT_PER_CHANNEL = {_truth(recipe.dropout_per == 'channel')};"
    yield f'const char EVALUATED[] = "{images.evaluated}";'


def _parameters(architecture: Architecture, saved: Mapping[str, int]) -> Iterator[str]:
    numbers = numbered(architecture)
    yield f"const int64_t ALL_PARAMETERS = {architecture.parameters};"
    yield "const std::vector<Parameter> PARAMETERS = {"
    for name, each in numbers.items():
        places = f"{saved[f'parameters/{name}']}, {saved[f'momentum/{name}']}"
        yield f'    {{"{name}", {each.flat[0]}, {each.size}, {places}}},'
    yield "};"
    for name in ("readout.weight", "readout.bias"):
        yield f"const int64_t {name.replace('.', '_').upper()} = {numbers[name].flat[0]};"
    feedback = numbers.get(RESTRICTED)
    if feedback is None:
        first, size, rows = 0, 0, 1
    else:
        first, size, rows = int(feedback.flat[0]), feedback.size, len(feedback)
    yield f"const int64_t FEEDBACK = {first}, FEEDBACK_COUNT = {size}, FEEDBACK_ROWS = {rows};"


def _layers(recipe: Recipe, architecture: Architecture) -> Iterator[str]:
    numbers = numbered(architecture)

    def described(layer: Layer) -> str:
        bias = numbers.get(f"{layer.name}.bias")
        first = -1 if bias is None else bias.flat[0]
        sizes = f"{channels(layer.shape)}, {positions(layer.shape)}"
        return f'    {{"{layer.name}", {sizes}, {first}}},'

    yield "const std::vector<Layer> LAYERS = {"
    yield from map(described, architecture.layers)
    yield "};"
    names = [*(layer.name for layer in architecture.layers), "feedback"]
    dropped = dropped_layers(architecture, recipe.dropout_layers) if recipe.dropout else {}
    listed = ", ".join(str(names.index(name)) for name in dropped)
    yield "// Layers with dropout, in the order of its random numbers; one more is the feedback."
    yield f"const std::vector<int64_t> DROPPED = {{{listed}}};"


def _fields(stage: str, fields: Sequence[Field], places: Places) -> Iterator[str]:
    yield f"const std::vector<Field> {stage.upper()}_FIELDS = {{"
    for each in fields:
        yield (
            f'    {{"{each.name}", {each.values.size}, {each.values.itemsize}, '
            f"{each.kind.upper()}, {_truth(each.answered)}, {_truth(each.name in places)}}},"
        )
    yield "};"


def _truth(value: bool) -> str:
    return str(value).lower()
