"""One image through a trained network, step by step: potentials and spikes as an xarray data set.

What is recorded is named ``layer1.v`` or ``layer2.spikes`` for stage 1, and ``backward.layer1.v``
for stage 2. Any state variable of a neuron can be recorded; ``spikes`` are the spikes of each step
(-1, 0 or 1 in stage 2), which are the steps of the neuron's count.

A step is a layer's own: with synchronous propagation layer l works on a step l - 1 steps after
layer 1 (`networks.schedule`), and what it does before its window begins and after it ends is left
out. So every layer has T_F steps (T_B in stage 2), and rates are the means of the spikes.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from networks.arrays import whole_number
from networks.watch import SPIKES, Trace, watch
from training.data.rows import as_numbers
from training.methods.method import Method
from training.parallel.over_cores import method_over_cores
from training.provenance import provenance
from training.recipes.architectures import read_architecture
from training.recipes.chosen import read_out_after
from training.recipes.recipe import Recipe
from training.runs.run import Run
from training.suggestions import did_you_mean

if TYPE_CHECKING:
    import xarray as xr
    from brian2.groups.neurongroup import NeuronGroup

STEPS = {"forward": "step", "backward": "backward.step"}
"""The dimension of the steps, by stage."""

RECORDED = ("layer1.v", "layer1.spikes")
"""What is recorded unless something else is asked for."""


@dataclass(frozen=True)
class Recording:
    """What is recorded.

    Parameters
    ----------
    stage : {"forward", "backward"}
    group : str
        A group of neurons, such as ``layer1``.
    variable : str
        A state variable of them, or ``spikes``.
    """

    stage: str
    group: str
    variable: str

    def __str__(self) -> str:
        prefix = "" if self.stage == "forward" else f"{self.stage}."
        return f"{prefix}{self.group}.{self.variable}"

    @classmethod
    def read(cls, text: str) -> Recording:
        """Read ``layer1.v``, ``forward.layer1.v`` or ``backward.layer1.v``.

        Raises
        ------
        ValueError
            If it is written otherwise.
        """
        words = text.split(".") if isinstance(text, str) else []
        if len(words) == 2:
            words.insert(0, "forward")
        if len(words) != 3 or not all(words) or words[0] not in STEPS:
            raise ValueError(
                f"cannot record '{text}': write LAYER.VARIABLE, such as layer1.v or layer2.spikes, "
                "or backward.LAYER.VARIABLE"
            )
        return cls(*words)


def simulate(
    run: Run,
    image: int = 0,
    record: str | Sequence[str] = RECORDED,
    forward_steps: int | None = None,
) -> xr.Dataset:
    """Run one test image through the network of a run, and record neurons in every step.

    Parameters
    ----------
    run : Run
        Its weights are those of its trainer (`Run.weights_in_use`).
    image : int
        Number of the test image.
    record : str or sequence of str
        What to record, see this module. Stage 2 is simulated if something of it is recorded: with
        the image's label, and as small an output gradient as in a batch of the training.
    forward_steps : int, optional
        T_F in place of the one that the network was trained with.

    Returns
    -------
    Dataset
        What is recorded by name, with the dimension ``step`` (``backward.step`` in stage 2; the
        layer's own steps, T_F or T_B, from 0) and those of its layer; ``logits``; the rates
        ``alpha`` of the last step as ``LAYER.alpha``; and ``image``. Image, label and prediction
        are attributes.

    Raises
    ------
    ValueError
        For images, layers and variables that do not exist, and steps that cannot be.
    UserError
        If the images are frames of another number.
    """
    import xarray as xr

    names = [record] if isinstance(record, str) else record
    recordings = [Recording.read(text) for text in names]
    if not recordings:
        raise ValueError("there is nothing to record: name something, such as layer1.v")
    pixels, label = _image(run, image)
    recipe = read_out_after(run.recipe, forward_steps)
    method = _one_sample(run, recipe)
    steps = {"forward": recipe.forward_steps, "backward": recipe.backward_steps}
    with ExitStack() as stack:
        traces = {
            each: stack.enter_context(watch(_group(method, each), each.variable))
            for each in recordings
        }
        if any(each.stage == "backward" for each in recordings):
            result: Any = method.step(pixels, [label], batch=run.recipe.batch_size)
        else:
            result = method.predict(pixels)
        recorded = {
            str(each): (
                _dimensions(each, trace),
                _values(each, trace, method, steps[each.stage]),
                _attributes(each),
            )
            for each, trace in traces.items()
        }
    shown = run.images.test[image][0].numpy().copy()
    predicted = int(result.logits[0].argmax())
    alpha = {
        f"{name}.alpha": (_axes(name, rate[0].ndim), np.array(rate[0]))
        for name, rate in result.alpha.items()
    }
    return xr.Dataset(
        {
            **recorded,
            **alpha,
            "logits": ("class", np.array(result.logits[0])),
            "image": (_axes("image", shown.ndim), shown),
        },
        coords={
            step: np.arange(steps[stage])
            for stage, step in STEPS.items()
            if any(each.stage == stage for each in recordings)
        },
        attrs={
            "run": str(run.path),
            "recipe": run.folder.name,
            "iteration": run.checkpoint.progress.iteration,
            "image_number": image,
            "label": label,
            "predicted": predicted,
            **provenance(),
        },
    )


def _image(run: Run, number: int) -> tuple[NDArray[np.floating], int]:
    """Pixels as a batch of one, with the steps first if it has frames, and the label."""
    number = whole_number(number, "image", least=0)
    test = run.images.test
    if number >= len(test):
        raise ValueError(f"there is no test image {number}: there are {len(test)}, from 0 on")
    pixels, label = test[number]
    sample_axis = len(pixels.shape) - len(run.architecture.input_shape)
    return np.expand_dims(as_numbers(pixels).numpy(), sample_axis), int(label)


def _one_sample(run: Run, recipe: Recipe) -> Method:
    """The network with room for one sample and the weights of the run."""
    method = method_over_cores(read_architecture(recipe), replace(recipe, threads=1), 1)
    method.set_parameters(run.weights_in_use)
    return method


def _group(method: Method, recording: Recording) -> NeuronGroup:
    """The neurons that are recorded."""
    stage = method.stages.get(recording.stage)
    if stage is None:
        raise ValueError(f"cannot record '{recording}': {method.without_stage(recording.stage)}")
    if recording.group not in stage.groups:
        raise ValueError(
            f"cannot record '{recording}': there is no "
            f"'{recording.group}'{did_you_mean(recording.group, stage.groups)}, only "
            f"{', '.join(stage.groups)}"
        )
    return stage[recording.group]


def _values(recording: Recording, trace: Trace, method: Method, steps: int) -> NDArray[Any]:
    """What was recorded in the layer's own steps, shape (steps, *shape of the layer)."""
    stage = method.stages[recording.stage]
    return np.array(trace.values[stage.window(recording.group, steps)])


def _attributes(recording: Recording) -> dict[str, str]:
    """What a plot writes at an axis, and when in a step it was recorded."""
    if recording.variable == SPIKES:
        return {"long_name": f"spikes of {recording.group}", "recorded": "in the step"}
    name = "membrane potential" if recording.variable == "v" else recording.variable
    return {
        "long_name": f"{name} of {recording.group}",
        "recorded": "at the end of the step, after resets and arriving spikes",
    }


def _dimensions(recording: Recording, trace: Trace) -> tuple[str, ...]:
    return (STEPS[recording.stage], *_axes(recording.group, trace.values.ndim - 1))


def _axes(name: str, count: int) -> tuple[str, ...]:
    """Dimensions of a layer or of an image."""
    names = {
        1: ("neuron",),
        2: ("frame", "neuron"),
        3: ("channel", "y", "x"),
        4: ("frame", "channel", "y", "x"),
    }[count]
    return tuple(f"{name}.{each}" for each in names)
