"""What the spikes of stage 2 teach is the gradient that products of rates give.

The rates of both networks are the same to the last bit, so the gradients differ by the order of
their sums alone.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from networks import Architecture, LearningRule, PropagationChoice, SynapsesKind
from networks.simulation import FloatingPoint
from tests.oracles.random_architectures import FAMILIES, Family
from tests.oracles.random_networks import RandomNetwork, random_networks
from tests.oracles.recorded_cases import CASES, assert_reproduced, load_case, run_case
from training.methods import StepResult, TwoStageConfig, two_stage_gradients


def learn(
    network: RandomNetwork,
    learning: LearningRule,
    synapses: SynapsesKind,
    couple: bool,
    propagation: PropagationChoice = "sequential",
    dtype: FloatingPoint = "float64",
) -> StepResult:
    """Both stages of a random network."""
    drawn = network.architecture
    return two_stage_gradients(
        Architecture.parse(drawn.notation, drawn.input_shape, network.classes),
        network.parameters,
        network.images,
        network.labels,
        TwoStageConfig(**network.config),
        dropout_masks=network.dropout_masks,
        synapses=synapses,
        couple=couple,
        propagation=propagation,
        dtype=dtype,
        learning=learning,
    )


def assert_same(spikes: StepResult, rates: StepResult, tolerance: float) -> None:
    """Rates to the last bit, gradients to a share of the largest one of their parameter."""
    for layer in rates.beta:
        assert_array_equal(spikes.alpha[layer], rates.alpha[layer], strict=True)
        assert_array_equal(spikes.beta[layer], rates.beta[layer], strict=True)
    assert spikes.gradients.keys() == rates.gradients.keys()
    for name, gradient in rates.gradients.items():
        scale = np.abs(gradient).max()
        assert spikes.gradients[name].dtype == gradient.dtype
        assert_allclose(
            spikes.gradients[name], gradient, rtol=0, atol=tolerance * scale, err_msg=name
        )


@pytest.mark.parametrize(
    ("synapses", "couple"),
    [("shared", False), ("shared", True), ("explicit", False)],
    ids=["shared", "couples", "explicit"],
)
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_recorded_cases(path: Path, synapses: SynapsesKind, couple: bool) -> None:
    case = load_case(path)
    result = run_case(case, synapses=synapses, couple=couple, learning="spikes")
    assert_reproduced(result, case)


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
@given(
    family=st.sampled_from(FAMILIES),
    propagation=st.sampled_from(("sequential", "synchronous")),
    data=st.data(),
)
@settings(max_examples=8)
def test_random_architectures(
    synapses: SynapsesKind, family: Family, propagation: PropagationChoice, data: st.DataObject
) -> None:
    network = data.draw(random_networks(family))
    rates = learn(network, "rates", synapses, False, propagation)
    assert_same(learn(network, "spikes", synapses, False, propagation), rates, 1e-12)


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
@given(family=st.sampled_from(FAMILIES), data=st.data())
@settings(max_examples=5)
def test_couples(synapses: SynapsesKind, family: Family, data: st.DataObject) -> None:
    """Each side adds up its own spikes: sums that may be far larger than their difference."""
    network = data.draw(random_networks(family))
    rates = learn(network, "rates", synapses, True)
    assert_same(learn(network, "spikes", synapses, True), rates, 1e-10)


@given(family=st.sampled_from(FAMILIES), data=st.data())
@settings(max_examples=5)
def test_single_precision(family: Family, data: st.DataObject) -> None:
    network = data.draw(random_networks(family))
    rates = learn(network, "rates", "shared", False, dtype="float32")
    assert_same(learn(network, "spikes", "shared", False, dtype="float32"), rates, 1e-4)


def test_a_spike_that_leaks_away_before_the_end_teaches_little() -> None:
    """With a leak of 1/2 single precision cannot hold what the first of 200 steps is worth."""
    case = load_case(next(path for path in CASES if path.stem == "mnist_feedback_lif"))
    network = Architecture.parse(case.architecture, case.input_shape, case.classes)
    config = replace(TwoStageConfig(**case.config), leak=0.5, backward_steps=200)
    rates, spikes = (
        two_stage_gradients(
            network, case.parameters, case.images, case.labels, config, dtype="float32",
            learning=learning,
        )
        for learning in ("rates", "spikes")
    )  # fmt: skip
    assert np.abs(spikes.gradients["layer3.weight"]).max() > 0
    assert_same(spikes, rates, 1e-4)
