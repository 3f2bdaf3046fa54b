"""Neuron groups that hold a batch: from a `NeuronModel` to a Brian2 `NeuronGroup`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from brian2.core.clocks import Clock
from brian2.equations.equations import Equations
from brian2.groups.neurongroup import NeuronGroup
from brian2.utils.stringtools import get_identifiers
from numpy.typing import NDArray

from equations import NeuronModel, in_window
from networks.brian.code_generation import BatchCodeObject, code_object_class
from networks.brian.network import BrianNetwork
from networks.connections import Shape, units
from networks.notation import LARGEST
from networks.populations.namespace import FixedNamespace
from networks.schedule import Slots

#: Variable of a group on the runtime device: its spikes of either sign since it was cleared. To add
#: up those of all neurons is a walk through memory that has left the cache.
SPIKE_TOTAL = "spike_total"


#: Parameters that the rates of a stage depend on beside its spikes.
_OF_THE_STAGE = frozenset({"v_threshold", "v_rest", "leak"})


class UncheckedGroup(NeuronGroup):
    """A `NeuronGroup` without Brian2's search for invalid values after every run.

    It takes longer than many a layer's simulation, and inputs and weights are checked before.

    Attributes
    ----------
    layer_shape : tuple of int
        Shape of the layer that it holds a batch of.
    stage_network : BrianNetwork or None
        The network to which monitors of it can be added, if there is one.
    stage_device : str
        The device of its stage; empty outside of one.
    """

    def remember(self, shape: Shape) -> None:
        """Note what it is a layer of."""
        for attribute in ("layer_shape", "stage_network", "stage_device"):
            self.add_attribute(attribute)
        self.layer_shape = shape
        self.stage_network: BrianNetwork | None = None
        self.stage_device = ""

    def _check_for_invalid_states(self) -> None:
        pass

    def __setattr__(self, name: str, value: Any) -> None:
        if name.removesuffix("_") in _OF_THE_STAGE:
            raise ValueError(
                f"'{name}' cannot be set to {value}, because a stage makes rates of spikes by the "
                f"value that it was built with: build one anew with replace(neuron, {name}=...)"
            )
        super().__setattr__(name, value)


def neuron_group(
    neuron: NeuronModel,
    shape: Shape,
    batch_size: int,
    *,
    variables: str,
    name: str,
    slots: Slots,
    clock: Clock,
    dtype: str,
) -> UncheckedGroup:
    """A group of ``batch_size`` samples of one layer, sample-major and channel-last.

    Parameters
    ----------
    neuron : NeuronModel
    shape : tuple of int
        Shape of the layer, (channels, height, width) or (units,).
    batch_size : int
        Number of samples.
    variables : str
        Equations of the variables that the synapses need.
    name : str
        Name of the group.
    slots : Slots
        When it acts within a step; if it is delayed, it lives in a window of steps.
    clock : Clock
    dtype : str
        ``float32`` or ``float64``.

    Raises
    ------
    ValueError
        If these are more neurons than Brian2 can number.
    """
    neurons = batch_size * units(shape)
    if neurons > LARGEST:
        raise ValueError(
            f"a batch of {batch_size:,} has {neurons:,} neurons in '{name}', of which {LARGEST:,} "
            "can be numbered: choose a smaller batch size"
        )
    if slots.delay is not None:
        neuron = in_window(neuron)
    code_objects = code_object_class()
    group = UncheckedGroup(
        neurons,
        neuron.equations + variables,
        threshold=neuron.threshold,
        reset=neuron.reset,
        method="euler",
        dtype=np.dtype(dtype),
        clock=clock,
        name=name,
        codeobj_class=code_objects,
        namespace=FixedNamespace(neuron.namespace),
    )
    group.remember(shape)
    group.thresholder["spike"].when = slots.thresholds
    group.resetter["spike"].when = slots.resets
    # What reads v must do so before the spikes of the step arrive, on which it would depend.
    group.state_updater.when = slots.update if _reads_potential(neuron) else "groups"
    if neuron.update:
        group.run_regularly(neuron.update, when=slots.update, order=-1, name=f"{name}_update")
    if code_objects is BatchCodeObject:  # their thresholder adds up what fires
        group.variables.add_array(SPIKE_TOTAL, size=1, scalar=True, dtype=np.int64, read_only=True)
    for parameter, value in neuron.constants.items():
        group.variables[parameter].set_value(float(value))
    if slots.delay is not None:
        group.variables["window_start"].set_value(slots.delay)
    return group


def _reads_potential(neuron: NeuronModel) -> bool:
    """Whether a differential equation reads ``v``, perhaps through subexpressions."""
    derivatives = Equations(neuron.equations).get_substituted_expressions()
    return any("v" in get_identifiers(each.code) for _, each in derivatives)


def state(group: NeuronGroup, variable: str, shape: Shape) -> NDArray[np.floating]:
    """A state variable of a population as a view of shape (batch, *shape), NCHW.

    It is the memory of the Brian2 group itself: writing to it sets the neurons' state.
    """
    values = group.variables[variable].get_value()
    if len(shape) == 1:
        return values.reshape(-1, *shape)
    channels, height, width = shape
    return values.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)


def write(
    group: NeuronGroup,
    variable: str,
    shape: Shape,
    values: NDArray[np.floating] | NDArray[np.bool_] | float,
    samples: int,
) -> None:
    """Set a state variable of the first `samples` samples to `values`, of the others to 0."""
    written = state(group, variable, shape)
    written[:samples] = values
    written[samples:] = 0


def channel_values(values: NDArray[np.floating], shape: Shape) -> NDArray[np.floating]:
    """Values per channel or per (sample, channel), with the axes to broadcast over a layer."""
    return values.reshape(*values.shape, *(1 for _ in shape[1:]))


def dropout_values(mask: NDArray[np.floating], shape: Shape) -> NDArray[np.floating]:
    """A dropout mask with the axes to broadcast over a layer.

    Parameters
    ----------
    mask : array
        One value per sample and neuron, (samples, *shape), or per sample and channel.
    shape : tuple of int
        Of the layer.
    """
    if mask.shape[1:] == shape:
        return mask
    return channel_values(mask.reshape(mask.shape[0], mask.shape[1]), shape)


def spikes_fired(group: NeuronGroup) -> NDArray[np.floating]:
    """Number of spikes of either sign of each neuron since its state was cleared."""
    signed_or_aged = "activity" in group.variables
    return group.variables["activity" if signed_or_aged else "spike_count"].get_value()


def put_to_rest(group: NeuronGroup, at_rest: Mapping[str, float]) -> None:
    """Set every state variable of a group to its value at rest, see `values_at_rest`."""
    for variable, value in at_rest.items():
        group.variables[variable].get_value().fill(value)
    if SPIKE_TOTAL in group.variables:
        group.variables[SPIKE_TOTAL].get_value().fill(0)


def open_window(group: NeuronGroup, steps: int) -> None:
    """Tell neurons that live in a window how long it is."""
    if "window_steps" in group.variables:
        group.variables["window_steps"].set_value(steps)


def count_spikes(group: NeuronGroup, shape: Shape, samples: int) -> float:
    """Number of spikes of either sign that some samples fired since their state was cleared.

    On the runtime device the thresholder knows it of a whole population. Elsewhere, and where only
    a part of the population is used (neurons may fire without input), the spikes of one sample are
    added up in the population's own precision, which is exact up to 2^24 spikes and faster than a
    sum in double precision.
    """
    if SPIKE_TOTAL in group.variables and samples * units(shape) == len(group):
        return float(group.variables[SPIKE_TOTAL].get_value()[0])
    fired = torch.from_numpy(spikes_fired(group)).view(-1, units(shape))
    return float(fired[:samples].sum(dim=1).sum(dtype=torch.float64))
