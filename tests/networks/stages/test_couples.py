"""A stage 2 of couples and one of ternary neurons agree spike for spike (section 4.1).

Weights, gradients, thresholds and resting potentials are random dyadic numbers, so that rounding
cannot tell the two apart: every spike of the ternary neuron is one of the couple's positive or
negative side in the same step, and the potentials of the two sides are opposite at all times.
"""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import NeuronGroup, SpikeMonitor, StateMonitor
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from equations import TernaryCouple
from networks import Architecture, BackwardNetwork, BackwardRates
from tests.networks.builders import (
    Array,
    architecture,
    random_dropout,
    random_gradient,
    random_masks,
    random_parameters,
)

STEPS = 16
SAMPLES = 3
NETWORKS = [
    architecture("9 (F9)", (4,)),
    architecture("3C3s-4C3 (F3C3)", (2, 6, 4)),
    architecture("2C3-P2-4C1 (F2C3u)", (1, 4, 6)),
    architecture("5-4-3", (4,)),
]


class Recording:
    """Raster and potentials of one group."""

    def __init__(self, group: NeuronGroup) -> None:
        self.spikes = SpikeMonitor(group, codeobj_class=NumpyCodeObject)
        self.state = StateMonitor(
            group, "v", record=True, when="end", codeobj_class=NumpyCodeObject
        )

    @property
    def raster(self) -> set[tuple[int, float]]:
        """All (neuron, time) at which a neuron fired."""
        return set(zip(self.spikes.i[:], self.spikes.t_[:], strict=True))

    @property
    def v(self) -> Array:
        """Potentials at the end of each step, (neurons, steps)."""
        values: Array = self.state.v
        return values


def record(stage: BackwardNetwork, seed: int) -> tuple[BackwardRates, dict[str, Recording]]:
    """Run stage 2 on values drawn from a seed, with every group recorded."""
    network = stage.architecture
    groups = [group for each in stage.populations.values() for group in each.groups.values()]
    recordings = {group.name: Recording(group) for group in groups}
    for each in recordings.values():
        stage.network.add(each.spikes, each.state)
    stage.set_parameters(random_parameters(network, seed))
    rates = stage.run(
        random_gradient(network, SAMPLES, seed + 1),
        random_masks(network, SAMPLES, seed + 2),
        STEPS,
        rescale=0.5,
        dropout_masks=random_dropout(network, SAMPLES, seed + 3),
    )
    return rates, recordings


@pytest.mark.slow
@given(
    network=st.sampled_from(NETWORKS),
    v_threshold=st.sampled_from((0.25, 0.5, 0.75, 1.0)),
    span=st.sampled_from((0.5, 1.0, 1.5)),
    leak=st.sampled_from((1.0, 1.0, 0.5)),
    seed=st.integers(0, 2**32 - 4),
)
@settings(max_examples=16)
def test_a_couple_is_a_ternary_neuron(
    network: Architecture, v_threshold: float, span: float, leak: float, seed: int
) -> None:
    neurons = TernaryCouple(v_threshold, v_threshold - span, leak)
    stages = [
        BackwardNetwork(network, neurons, SAMPLES, couple=couple, dtype="float64")
        for couple in (False, True)
    ]
    (rates, ternary), (rates_of_couples, couples) = (record(stage, seed) for stage in stages)
    for layer in network.layers:
        alone = ternary[layer.name]
        positive, negative = (couples[f"{layer.name}_{side}"] for side in ("positive", "negative"))
        assert positive.raster | negative.raster == alone.raster
        assert not positive.raster & negative.raster
        assert_array_equal(positive.v, alone.v)
        assert_array_equal(negative.v, -alone.v)
        assert_array_equal(rates_of_couples.beta[layer.name], rates.beta[layer.name])
    assert rates_of_couples.firing_rates == rates.firing_rates


@pytest.mark.parametrize(("v_threshold", "v_rest"), [(0.05, -0.3), (0.1, -0.55)])
def test_spans_that_float32_rounds_otherwise(v_threshold: float, v_rest: float) -> None:
    """The difference of two rounded numbers is not the rounded difference."""
    network, found = Architecture.parse("64", (4,), 64), []
    gradient = np.random.default_rng(1).integers(-40, 41, (16, 64)) * 0.05
    for couple in (False, True):
        neurons = TernaryCouple(v_threshold, v_rest)
        stage = BackwardNetwork(network, neurons, 16, couple=couple, dtype="float32")
        values = random_parameters(network, 0)
        stage.set_parameters({**values, "readout.weight": np.eye(64)})
        rates = stage.run(gradient, {"layer1": np.ones((16, 64))}, 250, rescale=1.0)
        found.append(rates.beta["layer1"])
    assert_array_equal(found[0], found[1])


def test_both_sides_fire() -> None:
    """What the property above compares is not silence."""
    stage = BackwardNetwork(NETWORKS[1], TernaryCouple(), SAMPLES, couple=True, dtype="float64")
    _, recordings = record(stage, seed=7)
    assert all(len(recording.raster) > 5 for recording in recordings.values())
