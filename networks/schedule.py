"""When the layers act within a step: the two ways in which spikes propagate.

*Sequential* (Algorithms 1 and 2): the layers act one after the other, and a spike passes through
all of them within one step; only the feedback waits for the next one.

*Synchronous*: all layers act at once and every connection takes one step. This is the order of
GeNN, and every device has it. The layers become a pipeline: layer l works on step t of the input
l - 1 steps later, so it lives in a window of its own (`equations.window`), and the run is as many
steps longer. Spike counts of a feed-forward network are exactly those of sequential propagation.
A network with feedback becomes another dynamical system, in which the feedback takes N steps, one
per layer, instead of one; its equilibrium is the same, the way there is not. The windows matter
there too: a neuron that fires whenever it can must have rate 1, or stage 2 takes it for one that
still responds to its input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Propagation = Literal["sequential", "synchronous"]

#: The order of GeNN: the spikes of the step before, dynamics, threshold, reset.
SYNCHRONOUS_SLOTS = ("start", "synapses", "groups", "thresholds", "resets", "end")


@dataclass(frozen=True)
class Slots:
    """Where one layer acts within a step, and from which step on.

    Parameters
    ----------
    update : str
        Slot of what must come before the spikes of a step: statements that take the place of a
        differential equation, and equations that read the potential.
    synapses, thresholds, resets : str
        Slots in which it receives, fires and resets.
    delay : int or None
        First step of its window; None if it acts throughout.
    """

    update: str
    synapses: str
    thresholds: str
    resets: str
    delay: int | None = None

    @classmethod
    def of_layer(cls, layer: str) -> Slots:
        """The slots that a layer has for itself, see `layer_slots`."""
        return cls("groups", f"{layer}_synapses", f"{layer}_thresholds", f"{layer}_resets")


@dataclass(frozen=True)
class Schedule:
    """The slots of a network and of its layers.

    Parameters
    ----------
    propagation : {"sequential", "synchronous"}
    slots : tuple of str
        Brian2's ``Network.schedule``.
    layers : dict of Slots
    extra_steps : int
        Steps after which the last layer's window closes, beyond those of the stage.
    """

    propagation: Propagation
    slots: tuple[str, ...]
    layers: dict[str, Slots]
    extra_steps: int = 0


def layer_slots(layers: Sequence[str]) -> list[str]:
    """Brian2 scheduling slots in which each layer acts before the next one within a step.

    Every layer receives (``<layer>_synapses``), fires (``<layer>_thresholds``) and resets
    (``<layer>_resets``) in turn, as in Algorithms 1 and 2: spikes pass through all layers within
    one step. Synapses into the first layer of the list run before any layer has fired, so they
    carry the spikes of the step before: that is the feedback. Brian2's own slots stay in place
    for monitors and operations of the user.
    """
    own = [f"{layer}_{slot}" for layer in layers for slot in ("synapses", "thresholds", "resets")]
    return ["start", "groups", *own, "thresholds", "synapses", "resets", "end"]


def make_schedule(propagation: Propagation, layers: Sequence[str]) -> Schedule:
    """The schedule of a network.

    Parameters
    ----------
    propagation : {"sequential", "synchronous"}
    layers : sequence of str
        Names in the order in which spikes pass through them.
    """
    if propagation == "sequential":
        own = {layer: Slots.of_layer(layer) for layer in layers}
        return Schedule(propagation, tuple(layer_slots(layers)), own)
    pipeline = len(layers) > 1
    shared = {
        # A leak acts on what was there before the spikes of this step arrive, hence "start".
        layer: Slots("start", "synapses", "thresholds", "resets", number if pipeline else None)
        for number, layer in enumerate(layers)
    }
    return Schedule(propagation, SYNCHRONOUS_SLOTS, shared, len(layers) - 1)
