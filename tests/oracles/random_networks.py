"""Hypothesis strategy for networks on which both stages carry no rounding.

Weights, biases, inputs, thresholds, masks and the leak are dyadic rationals with few digits, and
so is 1/(V_th - u_rest): membrane potentials are then exact, spikes do not depend on the order of a
sum, and rates must agree to the last bit. The readout is not dyadic. Its gradient g is the one
rounded number of stage 2, far from the ties in which a rounding would decide about a spike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.oracles.random_architectures import Family, RandomArchitecture, random_architectures
from tests.oracles.reference_wiring import Array, Indices


@dataclass(frozen=True)
class RandomNetwork:
    """An architecture, its parameters, one batch, and the settings of both stages."""

    architecture: RandomArchitecture
    classes: int
    config: dict[str, Any]
    parameters: dict[str, Array] = field(repr=False)
    images: Array = field(repr=False)
    labels: Indices = field(repr=False)
    dropout_masks: dict[str, Array] | None = field(repr=False)


@st.composite
def settings_of_both_stages(draw: st.DrawFn) -> dict[str, Any]:
    """Thresholds, rests, steps, loss scale and leak."""
    v_threshold = draw(st.sampled_from((0.25, 0.5, 0.75, 1.0, 1.5)))
    v_threshold_backward = draw(st.sampled_from((0.25, 0.5, 0.75, 1.0)))
    return {
        "v_threshold": v_threshold,
        "v_rest": v_threshold - draw(st.sampled_from((0.5, 1.0, 2.0))),
        "v_threshold_backward": v_threshold_backward,
        "v_rest_backward": v_threshold_backward - draw(st.sampled_from((0.5, 1.0, 1.5))),
        "forward_steps": draw(st.integers(1, 14)),
        "backward_steps": draw(st.integers(1, 16)),
        "loss_scale": draw(st.sampled_from((2.0, 7.0))),
        "leak": draw(st.sampled_from((1.0, 1.0, 0.5, 0.75))),
    }


def random_parameters(
    rng: np.random.Generator, architecture: RandomArchitecture, classes: int, v_threshold: float
) -> dict[str, Array]:
    """Dyadic weights that let every layer fire now and then."""
    parameters: dict[str, Array] = {}
    for connection in architecture.connections:
        shape, channels = connection.weight_shape, connection.target[0]
        if not shape:
            continue
        digits = round(math.log2(3 * math.sqrt(math.prod(shape) / channels)))
        weight = rng.integers(-6, 10, shape) / 2**digits
        parameters[f"{connection.name}.weight"] = v_threshold / 4 * weight
        if connection.name != "feedback":
            parameters[f"{connection.name}.bias"] = v_threshold * rng.integers(-4, 9, channels) / 16
    last = [each for each in architecture.connections if each.name != "feedback"][-1]
    units = math.prod(last.target)
    parameters["readout.weight"] = rng.normal(size=(classes, units)) / 2
    parameters["readout.bias"] = rng.normal(size=classes) / 4
    return parameters


@st.composite
def random_networks(draw: st.DrawFn, family: Family) -> RandomNetwork:
    """Networks of one to four layers with one batch of constant input or frames."""
    architecture = draw(random_architectures(family))
    config = draw(settings_of_both_stages())
    batch, classes = draw(st.integers(1, 5)), draw(st.integers(2, 4))
    with_frames, with_dropout = draw(st.booleans()), draw(st.booleans())
    per_neuron = draw(st.booleans())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    masks = {
        each.name: rng.choice(
            (0.0, 1.0, 1.25, 2.0), (batch, *(each.target if per_neuron else each.per_channel))
        )
        for each in architecture.connections
    }
    frames = (config["forward_steps"],) if with_frames else ()
    return RandomNetwork(
        architecture,
        classes,
        config,
        random_parameters(rng, architecture, classes, config["v_threshold"]),
        images=rng.integers(-4, 13, (*frames, batch, *architecture.input_shape)) / 8,
        labels=rng.integers(0, classes, batch),
        dropout_masks=masks if with_dropout else None,
    )
