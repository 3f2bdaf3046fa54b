"""Brian2 and the dense statement of Algorithms 1 and 2 agree on random networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from networks import Architecture, SynapsesKind
from tests.oracles.random_architectures import FAMILIES, Family
from tests.oracles.random_networks import RandomNetwork, random_networks
from tests.oracles.reference import ReferenceResult, two_stage
from training.methods import StepResult, TwoStageConfig
from training.parallel.over_cores import TwoStageTrainer


def dense(network: RandomNetwork) -> ReferenceResult:
    """The reference's result."""
    return two_stage(
        network.architecture.notation,
        network.architecture.input_shape,
        network.classes,
        network.parameters,
        network.images,
        network.labels,
        dropout_masks=network.dropout_masks,
        **network.config,
    )


def brian(
    network: RandomNetwork, synapses: SynapsesKind = "shared", couple: bool = False, shares: int = 1
) -> StepResult:
    """Brian2's result."""
    drawn = network.architecture
    trainer = TwoStageTrainer(
        Architecture.parse(drawn.notation, drawn.input_shape, network.classes),
        TwoStageConfig(**network.config),
        len(network.labels),
        synapses=synapses,
        couple=couple,
        dtype="float64",
        threads=min(shares, len(network.labels)),
    )
    trainer.set_parameters(network.parameters)
    return trainer.step(network.images, network.labels, network.dropout_masks)


def assert_equal(result: StepResult, expected: ReferenceResult) -> None:
    """Rates to the last bit, everything after the readout to 1e-9."""
    assert result.alpha.keys() == expected.alpha.keys()
    for layer in expected.alpha:
        assert_array_equal(result.alpha[layer], expected.alpha[layer], strict=True)
        assert_array_equal(result.beta[layer], expected.beta[layer], strict=True)
    assert_allclose(result.logits, expected.logits, rtol=1e-9, atol=1e-12)
    assert_allclose(result.loss, expected.loss, rtol=1e-9)
    assert_allclose(result.output_gradient, expected.output_gradient, rtol=1e-9, atol=1e-12)
    assert result.gradients.keys() == expected.gradients.keys()
    for name, gradient in expected.gradients.items():
        scale = np.abs(gradient).max()
        assert_allclose(result.gradients[name], gradient, rtol=1e-9, atol=1e-12 * scale)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
@settings(max_examples=12)
def test_shared_synapses(family: Family, data: st.DataObject) -> None:
    network = data.draw(random_networks(family))
    assert_equal(brian(network), dense(network))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("synapses", "couple", "shares"),
    [("explicit", False, 1), ("shared", True, 1), ("explicit", True, 1), ("shared", False, 2)],
    ids=["explicit", "couples", "explicit couples", "two threads"],
)
@given(family=st.sampled_from(FAMILIES), data=st.data())
@settings(max_examples=8)
def test_other_realisations(
    synapses: SynapsesKind, couple: bool, shares: int, family: Family, data: st.DataObject
) -> None:
    network = data.draw(random_networks(family))
    assert_equal(brian(network, synapses, couple, shares), dense(network))
